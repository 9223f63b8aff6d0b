"""Entries of the waiting list of a provider, and the ports that keep them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol, Self

from booking_domain.scheduling.waiting import WAITING_LIFECYCLE, WaitingAction, WaitingParty, WaitingStatus, lapses_at
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict, InvalidValue
from booking_domain.shared.ids import ClaimId, ProviderId, ServiceId, UserId, WaitingId
from booking_domain.shared.time import LONGEST_APPOINTMENT, TimeRange

MAX_WAITING_WINDOW: Final = timedelta(days=92)
DST_MARGIN: Final = timedelta(hours=1)
"""92 local days are one hour longer when daylight saving time ends among them."""
MAX_ENTRIES_PER_CUSTOMER: Final = 10
MAX_ENTRIES_PER_PROVIDER: Final = 500
MAX_LISTED_ENTRIES: Final = 100
"""A list of a customer's entries has at most this many."""


class TooManyWaitingListEntries(Conflict, code="waitlist.too_many"):
    __doc__ = f"You are on {MAX_ENTRIES_PER_CUSTOMER} waiting lists already; leave one first."


class WaitingListFull(Conflict, code="waitlist.full"):
    __doc__ = f"{MAX_ENTRIES_PER_PROVIDER} customers wait for this provider already; please try again later."


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class WaitingListEntry:
    """An entry of the waiting list: a customer waits for a slot of a provider that starts in a window."""

    id: WaitingId
    provider_id: ProviderId
    customer_id: UserId
    window: TimeRange
    duration_minutes: int | None = None
    service_ids: tuple[ServiceId, ...] = ()
    """The services to be booked, in order; an entry names these or a length."""
    status: WaitingStatus = WaitingStatus.WAITING
    offered_start: datetime | None = None
    offered_until: datetime | None = None
    created_at: datetime

    def __post_init__(self) -> None:
        if self.window.end - self.window.start > MAX_WAITING_WINDOW + DST_MARGIN:
            raise InvalidValue(field="to", problem=f"at most {MAX_WAITING_WINDOW.days} days after the beginning")
        if self.duration_minutes is not None and not 1 <= self.duration_minutes <= LONGEST_APPOINTMENT:
            raise InvalidValue(field="duration_minutes", problem=f"1 to {LONGEST_APPOINTMENT} minutes")

    @property
    def hold_id(self) -> ClaimId:
        """The id of the hold that offers a slot. It is the entry's own id."""
        return ClaimId(self.id)

    def at(self, now: datetime) -> Self:
        """The entry at `now`: an offer or a window that is over counts as lapsed before the sweep records it."""
        ends = lapses_at(self.status, self.window, self.offered_until)
        return self if ends is None or now < ends else self.lapsed()

    def offered(self, start: datetime, until: datetime) -> Self:
        """After a slot that starts at `start` is held for the customer until `until`."""
        return replace(self._moved(WaitingAction.OFFER, WaitingParty.SYSTEM), offered_start=start, offered_until=until)

    def booked(self) -> Self:
        """After the customer has booked the offered slot."""
        return self._moved(WaitingAction.BOOK, WaitingParty.CUSTOMER)

    def lapsed(self) -> Self:
        """After the offer has expired, or the window is over."""
        return self._moved(WaitingAction.LAPSE, WaitingParty.SYSTEM)

    def retracted(self) -> Self:
        """After the offer has ended because the provider takes no bookings any more."""
        waiting = self._moved(WaitingAction.RETRACT, WaitingParty.SYSTEM)
        return replace(waiting, offered_start=None, offered_until=None)

    def left(self) -> Self:
        """After the customer has left the list."""
        return self._moved(WaitingAction.LEAVE, WaitingParty.CUSTOMER)

    def _moved(self, action: WaitingAction, by: WaitingParty) -> Self:
        return replace(self, status=WAITING_LIFECYCLE.advance(self.status, action, by))


class WaitingList(Protocol):
    """The waiting list of a database transaction."""

    async def add(self, waiting: WaitingListEntry) -> None:
        """Add an entry."""
        ...

    async def open_for(self, provider_id: ProviderId) -> Sequence[WaitingListEntry]:
        """The provider's waiting or offered entries, oldest first, locked until the database transaction ends."""
        ...

    async def get(self, waiting_id: WaitingId) -> WaitingListEntry | None:
        """One entry, locked until the database transaction ends."""
        ...

    async def save(self, waiting: WaitingListEntry) -> None:
        """Replace an entry that this database transaction has locked."""
        ...

    async def count_open_for(self, provider_id: ProviderId) -> int:
        """How many open entries the provider has; needs the provider's lock."""
        ...

    async def count_open(self, customer_id: UserId) -> int:
        """How many open entries the customer has. Transactions that count for one customer run one at a time."""
        ...


class WaitingReads(Protocol):
    """Reads of the waiting list, outside any database transaction."""

    async def of_customer(self, customer_id: UserId, after: WaitingId | None = None) -> Sequence[WaitingListEntry]:
        """The customer's entries, newest first, at most `MAX_LISTED_ENTRIES`: those older than `after`, if given."""
        ...

    async def providers(self) -> Sequence[ProviderId]:
        """The providers that have open entries."""
        ...
