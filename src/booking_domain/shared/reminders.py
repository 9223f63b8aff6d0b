"""The reminders of a booking."""

from datetime import datetime

from booking_domain.shared.events import Event
from booking_domain.shared.ids import BookingId


class BookingReminder(Event, subject="booking_id"):
    """The common fields of all reminders. `occurred_at` is when the reminder is due."""

    booking_id: BookingId
    until: datetime
    """From then on it is not sent."""

    def due(self, now: datetime) -> bool:
        """Whether it may be sent."""
        return self.occurred_at <= now < self.until
