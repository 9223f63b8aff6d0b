"""The waiting list: who waits for a provider's time, and whose turn it is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final, Protocol, Self

from booking_domain.scheduling.claims import DEFAULT_HOLD
from booking_domain.shared.errors import Conflict, InvalidValue, NotFound
from booking_domain.shared.ids import ClaimId, ProviderId, UserId, WaitingId
from booking_domain.shared.lifecycle import InvalidTransition
from booking_domain.shared.time import MINUTES_A_DAY, TimeRange

OFFER_LASTS: Final = timedelta(minutes=30)
SHORTEST_OFFER: Final = DEFAULT_HOLD
"""What could be booked for less time than this is not offered: whoever lets an offer lapse loses the turn."""
LONGEST_WAIT: Final = timedelta(days=92)
PUT_IN: Final = timedelta(hours=1)
"""92 days on the clock on the wall are so much longer when it is put back in autumn."""
WAITING_PER_CUSTOMER: Final = 10
MOST_WAITS: Final = 100
"""More of a customer's entries are not listed."""


class WaitingStatus(StrEnum):
    """Where somebody who waits stands."""

    WAITING = "waiting"
    OFFERED = "offered"
    """A slot is held for them."""
    BOOKED = "booked"
    LAPSED = "lapsed"
    """The offer was not taken in time, or the window has passed."""
    LEFT = "left"


OPEN: Final = frozenset({WaitingStatus.WAITING, WaitingStatus.OFFERED})


class NotWaiting(NotFound):
    """You do not wait for this."""

    code: ClassVar[str] = "waitlist.not_found"


class TooManyWaits(Conflict):
    __doc__ = f"You already wait for {WAITING_PER_CUSTOMER} things; leave one first."

    code: ClassVar[str] = "waitlist.too_many"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A customer who waits for a provider to have time in a window."""

    id: WaitingId
    provider_id: ProviderId
    customer_id: UserId
    window: TimeRange
    duration_minutes: int | None = None
    status: WaitingStatus = WaitingStatus.WAITING
    offered_start: datetime | None = None
    offered_until: datetime | None = None
    created_at: datetime

    def __post_init__(self) -> None:
        if self.window.end - self.window.start > LONGEST_WAIT + PUT_IN:
            raise InvalidValue(field="to", problem=f"at most {LONGEST_WAIT.days} days after `from`")
        if self.duration_minutes is not None and not 1 <= self.duration_minutes <= MINUTES_A_DAY:
            raise InvalidValue(field="duration_minutes", problem=f"1 to {MINUTES_A_DAY} minutes")

    @property
    def hold_id(self) -> ClaimId:
        """The id of the hold by which a slot is offered: the entry's own."""
        return ClaimId(self.id)

    def seen(self, now: datetime) -> Self:
        """The entry as it stands at this moment, whether the platform has noticed what has lapsed or not."""
        ends = {WaitingStatus.WAITING: self.window.end, WaitingStatus.OFFERED: self.offered_until}.get(self.status)
        return self if ends is None or now < ends else self.ended(WaitingStatus.LAPSED)

    def offered(self, start: datetime, until: datetime) -> Self:
        """A slot is held for them until then."""
        return self._moved(WaitingStatus.OFFERED, offered_start=start, offered_until=until)

    def ended(self, status: WaitingStatus) -> Self:
        """Booked, lapsed or left."""
        return self._moved(status)

    def _moved(self, status: WaitingStatus, **changes: datetime) -> Self:
        if self.status not in OPEN:
            raise InvalidTransition(thing="place on the waiting list", status=self.status, action=f"become {status}")
        return replace(self, status=status, **changes)  # type: ignore[arg-type]


class WaitingList(Protocol):
    """The waiting list of a transaction."""

    async def add(self, waiting: Waiting) -> None:
        """Add somebody."""
        ...

    async def open_for(self, provider_id: ProviderId) -> Sequence[Waiting]:
        """All who wait or were offered a slot, those who came first first, kept from other transactions."""
        ...

    async def get(self, waiting_id: WaitingId) -> Waiting | None:
        """One entry, kept from other transactions to the end of this one."""
        ...

    async def save(self, waiting: Waiting) -> None:
        """Replace an entry that this transaction has got."""
        ...

    async def count_open(self, customer_id: UserId) -> int:
        """How many open entries the customer has; transactions that ask for one customer come one after the other."""
        ...


class WaitingReads(Protocol):
    """Reads of the waiting list, outside any transaction."""

    async def of_customer(self, customer_id: UserId, after: WaitingId | None = None) -> Sequence[Waiting]:
        """The customer's entries, newest first, those that came before `after`; at most `MOST_WAITS`."""
        ...

    async def providers(self) -> Sequence[ProviderId]:
        """The providers somebody waits for."""
        ...
