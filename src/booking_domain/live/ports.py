"""Ports of live events."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from booking_domain.live.model import LiveEvent, NewLiveEvent
from booking_domain.shared.contexts import DomainContext
from booking_domain.shared.ids import BookingId, ProviderId, UserId
from booking_domain.shared.time import TimeRange


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingParties:
    """Whom a booking concerns, and when it is."""

    customer_id: UserId
    provider_user_id: UserId
    provider_id: ProviderId
    manager_id: UserId | None
    """The manager of the salon that the provider is a member of."""
    blocked: TimeRange
    time_zone: str


class LiveEvents(Protocol):
    """The live events of a database transaction."""

    async def append(self, events: Sequence[NewLiveEvent], now: datetime) -> None:
        """Announce events, in order, if and only if the database transaction commits.

        Transactions that append run one at a time from here to their end, so ids follow the order of the commits:
        a reader that sees an event sees all with lower ids.
        """
        ...

    async def parties_of(self, booking_ids: Collection[BookingId]) -> Mapping[BookingId, BookingParties]:
        """Whom these bookings concern; those that do not exist are left out."""
        ...

    async def remove_before(self, before: datetime) -> int:
        """Delete the events that were announced before an instant, and return how many there were."""
        ...


class LiveReads(Protocol):
    """Reads of live events, outside any database transaction."""

    async def after(self, event_id: int, limit: int) -> Sequence[LiveEvent]:
        """The kept events with higher ids, in the order in which they were stored, at most `limit`."""
        ...

    async def last_id(self) -> int:
        """The id of the last event, also if it is no longer kept; 0 if there was none."""
        ...


class LiveRepositories(Protocol):
    """The repositories of this context."""

    @property
    def live_events(self) -> LiveEvents: ...


class LiveReadGroup(Protocol):
    """The reads of this context."""

    @property
    def live(self) -> LiveReads: ...


CONTEXT: Final = DomainContext()
