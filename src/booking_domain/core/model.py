"""A booking and an entry of the waiting list, without accounts, prices or approval unless the caller has them."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from booking_domain.bookings.conditions import require_begun, require_movable, require_not_over
from booking_domain.bookings.transitions import BOOKING_LIFECYCLE, CLAIMS_TIME, Action, Party, Status
from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.waiting import WAITING_LIFECYCLE, WaitingAction, WaitingParty, WaitingStatus, lapses_at
from booking_domain.shared.checks import checks_types
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.ids import ClaimId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.shared.values import dataclass


def claim_of(
    claim_id: UUID,
    span: TimeRange,
    blocked: TimeRange,
    expires_at: datetime | None = None,
    *,
    pauses: tuple[TimeRange, ...] = (),
    venue: str = "",
) -> Claim:
    """A claim with this id; a hold if it expires."""
    claim = Claim.of(span, blocked=blocked, pauses=pauses, expires_at=expires_at, venue=venue)
    return replace(claim, id=ClaimId(claim_id))


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
@checks_types
class Booking:
    """An appointment of a customer in a calendar."""

    id: UUID
    calendar: str
    customer: str
    """What the caller calls the customer: a name, a number, the id of an account."""
    span: TimeRange
    blocked: TimeRange
    """The span with the buffers at the time of booking."""
    pauses: tuple[TimeRange, ...] = ()
    """When the calendar is free for others within the span, as it was at the time of booking."""
    venue: str = ""
    """Where it is, as the calendar said at the time of booking."""
    status: Status = Status.CONFIRMED
    reschedules: int = 0
    """How often the customer has moved it to another time."""
    price: Money | None = None
    placed_at: datetime

    @property
    def claim(self) -> Claim | None:
        """The claim on the calendar's time; None if the booking is cancelled."""
        return (
            claim_of(self.id, self.span, self.blocked, pauses=self.pauses, venue=self.venue)
            if CLAIMS_TIME[self.status]
            else None
        )

    def after(self, action: Action, *, by: Party, now: datetime) -> Self:
        """The booking after an action of `BOOKING_LIFECYCLE`.

        Raises:
            InvalidBookingTransition, NotYourMove: the lifecycle does not allow it.
            TooEarly: who came is known only after the start.
            AlreadyOver: the booking is over, or for a customer who moves it, has started.
        """
        status = BOOKING_LIFECYCLE.advance(self.status, action, by)
        if action in {Action.COMPLETE, Action.MARK_NO_SHOW}:
            require_begun(self.span, now)
        elif action == Action.RESCHEDULE:
            require_movable(self.span, now, by)
        else:
            require_not_over(self.span, now)
        return replace(self, status=status)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
@checks_types
class Waiting:
    """An entry of the waiting list: a customer waits for a slot that starts in the window."""

    id: UUID
    """Also that of the hold which offers a slot."""
    calendar: str
    customer: str
    window: TimeRange
    duration_minutes: int | None = None
    status: WaitingStatus = WaitingStatus.WAITING
    offered: TimeRange | None = None
    """The appointment that is held for the customer."""
    offered_until: datetime | None = None
    joined_at: datetime

    def after(self, action: WaitingAction, *, by: WaitingParty, **changes: Any) -> Self:
        """The entry after an action of `WAITING_LIFECYCLE`.

        Raises:
            InvalidTransition, NotYourMove: the lifecycle does not allow it.
        """
        return replace(self, status=WAITING_LIFECYCLE.advance(self.status, action, by), **changes)

    def lapsed(self, now: datetime) -> bool:
        """Whether the offer, or the window of an entry that waits, is over."""
        ends = lapses_at(self.status, self.window, self.offered_until)
        return ends is not None and ends <= now
