"""The reminders of a booking, and how long before the start they come: a setting of providers and of services."""

from datetime import datetime
from typing import Final

from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.events import Event
from booking_domain.shared.ids import BookingId
from booking_domain.shared.time import MINUTES_A_DAY

MAX_REMINDERS: Final = 5
EARLIEST_REMINDER: Final = 14 * MINUTES_A_DAY


def earliest_first(minutes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the minutes before the start as they are kept."""
    return tuple(sorted(minutes, reverse=True))


def require_reminders(minutes: tuple[int, ...]) -> None:
    """Check the minutes before the start.

    Raises:
        InvalidValue: they are too many, too early, repeated, or not the earliest first.
    """
    if len(minutes) > MAX_REMINDERS or (minutes and not 1 <= min(minutes) <= max(minutes) <= EARLIEST_REMINDER):
        problem = f"at most {MAX_REMINDERS} reminders, 1 to {EARLIEST_REMINDER} minutes before the start"
        raise InvalidValue(field="reminder_minutes", problem=problem)
    if minutes != earliest_first(tuple(set(minutes))):
        raise InvalidValue(field="reminder_minutes", problem="the earliest reminder first, each once")


class BookingReminder(Event, subject="booking_id"):
    """The common fields of all reminders. `occurred_at` is when the reminder is due."""

    booking_id: BookingId
    until: datetime
    """From then on it is not sent."""

    def due(self, now: datetime) -> bool:
        """Whether it may be sent."""
        return self.occurred_at <= now < self.until
