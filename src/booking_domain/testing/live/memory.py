"""Live events in memory."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from booking_domain.live.model import LiveEvent, NewLiveEvent
from booking_domain.live.ports import BookingParties, LiveEvents, LiveReads
from booking_domain.shared.ids import BookingId
from booking_domain.testing.bookings.memory.tables import BOOKINGS
from booking_domain.testing.catalogue.memory.tables import SALON_MEMBERS, SALONS
from booking_domain.testing.kit.tables import Group, InMemory, Part, Table

LIVE_EVENTS: Final = Table[int, LiveEvent]("live_events")
LIVE_POSITION: Final = Table[bool, int]("live_position")
TABLES: Final = (LIVE_EVENTS, LIVE_POSITION)


class MemoryLiveEvents(InMemory, LiveEvents):
    """The live events of one database transaction."""

    async def append(self, events: Sequence[NewLiveEvent], now: datetime) -> None:
        last_id = self._state[LIVE_POSITION].get(True, 0)
        for number, event in enumerate(events, last_id + 1):
            self._state[LIVE_EVENTS][number] = LiveEvent(id=number, at=now, what=event)
        self._state[LIVE_POSITION][True] = last_id + len(events)

    async def parties_of(self, booking_ids: Collection[BookingId]) -> Mapping[BookingId, BookingParties]:
        found = {}
        for booking in (self._state[BOOKINGS].get(each) for each in booking_ids):
            if booking is None:
                continue
            salon_id = self._state[SALON_MEMBERS].get(booking.provider_id)
            found[booking.id] = BookingParties(
                customer_id=booking.customer_id,
                provider_user_id=booking.provider_user_id,
                provider_id=booking.provider_id,
                manager_id=None if salon_id is None else self._state[SALONS][salon_id].manager_id,
                blocked=booking.blocked,
                time_zone=booking.time_zone,
            )
        return found

    async def remove_before(self, before: datetime) -> int:
        return len(self._state[LIVE_EVENTS].delete(lambda event: event.at < before))


class MemoryLiveReads(InMemory, LiveReads):
    """The committed live events."""

    async def after(self, event_id: int, limit: int) -> Sequence[LiveEvent]:
        return self._state[LIVE_EVENTS].page(after=event_id, limit=limit)

    async def last_id(self) -> int:
        return self._state[LIVE_POSITION].get(True, 0)


class LiveRepositories(Group):
    """The repositories of this context."""

    live_events: Final = Part(MemoryLiveEvents)


class LiveReadGroup(Group):
    """The reads of this context."""

    live: Final = Part(MemoryLiveReads)
