"""Adjustments of ledgers in memory."""

from collections.abc import Callable, Mapping, Sequence

from booking_domain.payments.adjustments import Adjustment, AdjustmentReads, Adjustments
from booking_domain.shared.ids import AdjustmentId, BookingId
from booking_domain.testing.bookings.memory.tables import require_booking
from booking_domain.testing.kit.tables import State
from booking_domain.testing.payments.memory.tables import ADJUSTMENTS


class MemoryAdjustments(Adjustments):
    """The adjustments of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, adjustment: Adjustment) -> None:
        require_booking(self._state, adjustment.booking_id)
        self._state[ADJUSTMENTS][adjustment.id] = adjustment


class MemoryAdjustmentReads(AdjustmentReads):
    """Committed adjustments."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def get(self, adjustment_id: AdjustmentId) -> Adjustment | None:
        return self._committed()[ADJUSTMENTS].get(adjustment_id)

    async def of_booking(self, booking_id: BookingId) -> Sequence[Adjustment]:
        found = (each for each in self._committed()[ADJUSTMENTS].values() if each.booking_id == booking_id)
        return sorted(found, key=lambda each: (each.created_at, each.id))

    async def of_each_booking(self, booking_ids: Sequence[BookingId]) -> Mapping[BookingId, Sequence[Adjustment]]:
        return {booking_id: await self.of_booking(booking_id) for booking_id in booking_ids}
