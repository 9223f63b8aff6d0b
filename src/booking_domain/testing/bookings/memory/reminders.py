"""Announced reminders in memory."""

from collections.abc import Callable, Sequence
from datetime import datetime

from booking_domain.bookings.model import Booking
from booking_domain.bookings.reminders import BookingReminderReads, BookingReminders, reminders_of
from booking_domain.shared.ids import BookingId
from booking_domain.shared.reminders import BookingReminder
from booking_domain.testing.bookings.memory.tables import BOOKING_EVENTS, BOOKINGS, REMINDERS, TERMS, require_booking
from booking_domain.testing.kit.tables import State
from booking_domain.use_cases.platform.ports import FOLLOW_UPS


class MemoryBookingReminders(BookingReminders):
    """The announced reminders of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, reminder: BookingReminder) -> bool:
        require_booking(self._state, reminder.booking_id)
        announced = self._state[REMINDERS]
        if reminder.id in announced:
            return False
        announced[reminder.id] = reminder
        return True


class MemoryBookingReminderReads(BookingReminderReads):
    """Committed reminders."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def due(self, now: datetime, limit: int) -> Sequence[BookingId]:
        state = self._committed()
        return sorted(each.id for each in state[BOOKINGS].values() if _is_due(state, each, now))[:limit]


def _is_due(state: State, booking: Booking, now: datetime) -> bool:
    told_at = max((each.at for each in state[BOOKING_EVENTS].get(booking.id, ())), default=booking.created_at)
    found = reminders_of(booking, booking.reminders(state[TERMS][booking.provider_id]), told_at, follow_ups=FOLLOW_UPS)
    return any(each.occurred_at <= now < each.until and each.id not in state[REMINDERS] for each in found)
