"""What belongs to bookings, in memory."""

from collections.abc import Sequence
from operator import attrgetter

from booking_domain.shared.ids import BookingId
from booking_domain.testing.kit.tables import Key, Lookup, Row


class OfBookings(Lookup[Key, Row]):
    """Finds the rows of bookings, oldest first."""

    time = "created_at"

    async def of_booking(self, booking_id: BookingId) -> list[Row]:
        """Find the rows of one booking."""
        booking_of = attrgetter("booking_id")
        return sorted(self._rows.where(lambda row: booking_of(row) == booking_id), key=attrgetter(self.time, "id"))

    async def of_each_booking(self, booking_ids: Sequence[BookingId]) -> dict[BookingId, Sequence[Row]]:
        """Find the rows of several bookings."""
        return {booking_id: await self.of_booking(booking_id) for booking_id in booking_ids}
