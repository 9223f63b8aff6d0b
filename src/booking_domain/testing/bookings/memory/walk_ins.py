"""Walk-ins in memory."""

from collections.abc import Sequence
from datetime import datetime

from booking_domain.bookings.transitions import TO_COME
from booking_domain.bookings.walk_ins import WalkIn, WalkInReads, WalkIns
from booking_domain.shared.ids import BookingId, CustomerId, UserId
from booking_domain.testing.bookings.memory.tables import BOOKINGS, WALK_INS
from booking_domain.testing.kit.tables import InMemory


class MemoryWalkIns(InMemory, WalkIns):
    """The walk-ins of one database transaction."""

    async def add(self, booking_id: BookingId, walk_in: WalkIn, customer_id: CustomerId | None = None) -> None:
        self._state.require(BOOKINGS, booking_id)
        self._state[WALK_INS][booking_id] = customer_id or CustomerId(booking_id), walk_in

    async def find(self, owner_id: UserId, walk_in: WalkIn) -> CustomerId | None:
        for booking_id, (customer_id, known) in self._state[WALK_INS].items():
            if self._state[BOOKINGS][booking_id].customer_id == owner_id and known == walk_in and walk_in.phone:
                return customer_id
        return None

    async def of_booking(self, booking_id: BookingId) -> WalkIn | None:
        _, walk_in = self._state[WALK_INS].get(booking_id, (None, None))
        return walk_in

    async def owner_of(self, customer_id: CustomerId) -> UserId | None:
        visits = self._visits(customer_id)
        return self._state[BOOKINGS][visits[0]].customer_id if visits else None

    async def has_upcoming_booking(self, customer_id: CustomerId, now: datetime) -> bool:
        bookings = [self._state[BOOKINGS][each] for each in self._visits(customer_id)]
        return any(each.status in TO_COME and now < each.span.end for each in bookings)

    async def remove(self, customer_id: CustomerId) -> Sequence[BookingId]:
        deleted = self._visits(customer_id)
        for booking_id in deleted:
            del self._state[WALK_INS][booking_id]
        return deleted

    def _visits(self, customer_id: CustomerId) -> list[BookingId]:
        return [booking_id for booking_id, (known, _) in self._state[WALK_INS].items() if known == customer_id]


class MemoryWalkInReads(InMemory, WalkInReads):
    """Committed walk-ins."""

    async def of_each(self, booking_ids: Sequence[BookingId]) -> dict[BookingId, WalkIn]:
        rows = self._state[WALK_INS]
        return {booking_id: rows[booking_id][1] for booking_id in booking_ids if booking_id in rows}

    async def inactive_since(self, before: datetime, limit: int) -> Sequence[CustomerId]:
        state = self._state
        last: dict[CustomerId, datetime] = {}
        for booking_id, (customer_id, _) in state[WALK_INS].items():
            ended = state[BOOKINGS][booking_id].span.end
            last[customer_id] = max(ended, last.get(customer_id, ended))
        return sorted(each for each, ended in last.items() if ended < before)[:limit]
