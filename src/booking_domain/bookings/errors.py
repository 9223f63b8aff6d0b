"""Errors of the lifecycle of bookings; those of placing and of terms are beside it."""

from datetime import datetime

from booking_domain.shared.errors import Conflict, NotFound


class BookingNotFound(NotFound, code="booking.not_found", field="booking_id"):
    """You have no such booking."""


class RescheduleTooLate(Conflict, code="booking.reschedule_too_late", field="slot"):
    """This booking could be rescheduled until {deadline}."""

    deadline: datetime
    zone: str


class TooManyReschedules(Conflict, code="booking.too_many_reschedules", field="slot"):
    """The booking has been rescheduled as often as its provider allows; only the provider can move it now."""

    limit: int


class TooEarly(Conflict, code="booking.not_started", field="status"):
    """A booking can be completed or marked as a no-show only after its start."""


class AlreadyOver(Conflict, code="booking.already_over", field="status"):
    """It is too late: the booking has started or is over."""
