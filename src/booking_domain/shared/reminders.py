"""The reminders of a booking."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from booking_domain.shared.events import Event
from booking_domain.shared.ids import BookingId


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingReminder(Event):
    """The common fields of all reminders. `occurred_at` is when the reminder is due."""

    subject_field: ClassVar[str] = "booking_id"

    booking_id: BookingId
    until: datetime
    """From then on it is not sent."""
