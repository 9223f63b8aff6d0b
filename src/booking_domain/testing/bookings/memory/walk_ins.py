"""Walk-ins in memory."""

from collections.abc import Callable, Sequence

from booking_domain.bookings.walk_ins import WalkIn, WalkInReads, WalkIns
from booking_domain.shared.ids import BookingId
from booking_domain.testing.bookings.memory.tables import WALK_INS, require_booking
from booking_domain.testing.kit.tables import State


class MemoryWalkIns(WalkIns):
    """The walk-ins of one transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, booking_id: BookingId, walk_in: WalkIn) -> None:
        require_booking(self._state, booking_id)
        self._state[WALK_INS][booking_id] = walk_in

    async def of_booking(self, booking_id: BookingId) -> WalkIn | None:
        return self._state[WALK_INS].get(booking_id)


class MemoryWalkInReads(WalkInReads):
    """Committed walk-ins."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def of_each(self, booking_ids: Sequence[BookingId]) -> dict[BookingId, WalkIn]:
        rows = self._committed()[WALK_INS]
        return {booking_id: rows[booking_id] for booking_id in booking_ids if booking_id in rows}
