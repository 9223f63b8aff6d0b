"""Announced reminders in memory."""

from collections.abc import Sequence
from datetime import datetime

from booking_domain.bookings.model import Booking
from booking_domain.bookings.reminders import BookingReminderReads, BookingReminders, last_notified_at, reminders_of
from booking_domain.shared.ids import BookingId
from booking_domain.shared.reminders import BookingReminder
from booking_domain.testing.bookings.memory.tables import BOOKING_EVENTS, BOOKINGS, REMINDERS, TERMS
from booking_domain.testing.kit.tables import InMemory, State
from booking_domain.use_cases.platform.ports import FOLLOW_UPS


class MemoryBookingReminders(InMemory, BookingReminders):
    """The announced reminders of one database transaction."""

    async def add(self, reminder: BookingReminder) -> bool:
        new = reminder.id not in self._state[REMINDERS]
        self._state[REMINDERS].put(reminder)
        return new


class MemoryBookingReminderReads(InMemory, BookingReminderReads):
    """Committed reminders."""

    async def due(self, now: datetime, limit: int) -> Sequence[BookingId]:
        state = self._state
        return [each.id for each in state[BOOKINGS].page(lambda each: _is_due(state, each, now), limit=limit)]


def _is_due(state: State, booking: Booking, now: datetime) -> bool:
    minutes = state[TERMS][booking.provider_id].reminder_minutes
    notified_at = last_notified_at(booking, state[BOOKING_EVENTS].get(booking.id, ()))
    found = reminders_of(booking, minutes, notified_at, follow_ups=FOLLOW_UPS)
    return any(each.due(now) and each.id not in state[REMINDERS] for each in found)
