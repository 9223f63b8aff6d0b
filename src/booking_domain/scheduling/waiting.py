"""The waiting list: customers who wait for a provider's time in a window, first come, first served."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from booking_domain.shared.errors import NotFound
from booking_domain.shared.lifecycle import Lifecycle, Move
from booking_domain.shared.time import TimeRange


class WaitingStatus(StrEnum):
    """The status of a waiting-list entry."""

    WAITING = "waiting"
    OFFERED = "offered"
    """A slot is held for the customer."""
    BOOKED = "booked"
    LAPSED = "lapsed"
    """The offer was not booked in time, or the window is over."""
    LEFT = "left"


OPEN: Final = frozenset({WaitingStatus.WAITING, WaitingStatus.OFFERED})


class WaitingAction(StrEnum):
    """What can be done to a waiting-list entry."""

    OFFER = "offer"
    BOOK = "book"
    LAPSE = "lapse"
    RETRACT = "retract"
    """The provider takes no bookings any more: the offer ends, and the customer keeps the place."""
    LEAVE = "leave"


class WaitingParty(StrEnum):
    """Who changes a waiting-list entry."""

    CUSTOMER = "customer"
    SYSTEM = "system"


_CUSTOMER: Final = frozenset({WaitingParty.CUSTOMER})
_SYSTEM: Final = frozenset({WaitingParty.SYSTEM})

WAITING_LIFECYCLE: Final[Lifecycle[WaitingStatus, WaitingAction, WaitingParty]] = Lifecycle(
    thing="waiting-list entry",
    about="""
        An offer is a hold under the entry's own id. It lapses when the hold expires; an entry that waits lapses when
        its window is over. An entry that is booked, lapsed or left stays so: the customer joins the list again with a
        new entry.
    """,
    moves={
        (WaitingStatus.WAITING, WaitingAction.OFFER): Move(WaitingStatus.OFFERED, _SYSTEM),
        (WaitingStatus.WAITING, WaitingAction.LAPSE): Move(WaitingStatus.LAPSED, _SYSTEM),
        (WaitingStatus.WAITING, WaitingAction.LEAVE): Move(WaitingStatus.LEFT, _CUSTOMER),
        (WaitingStatus.OFFERED, WaitingAction.BOOK): Move(WaitingStatus.BOOKED, _CUSTOMER),
        (WaitingStatus.OFFERED, WaitingAction.LAPSE): Move(WaitingStatus.LAPSED, _SYSTEM),
        (WaitingStatus.OFFERED, WaitingAction.RETRACT): Move(WaitingStatus.WAITING, _SYSTEM),
        (WaitingStatus.OFFERED, WaitingAction.LEAVE): Move(WaitingStatus.LEFT, _CUSTOMER),
    },
)


class NotWaiting(NotFound, code="waitlist.not_found"):
    """You are not on this waiting list."""


def lapses_at(status: WaitingStatus, window: TimeRange, offered_until: datetime | None) -> datetime | None:
    """When an entry lapses: at the end of its window while it waits, or of its offer; None if it is not open."""
    return {WaitingStatus.WAITING: window.end, WaitingStatus.OFFERED: offered_until}.get(status)
