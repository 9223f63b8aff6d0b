"""When a booking can be moved, cancelled, or said to have taken place: the conditions besides its lifecycle."""

from datetime import datetime

from booking_domain.bookings.errors import AlreadyOver, TooEarly
from booking_domain.bookings.transitions import Party
from booking_domain.shared.time import TimeRange


def require_begun(span: TimeRange, now: datetime) -> None:
    """Raise `TooEarly` before the start: nobody knows yet who comes."""
    if now < span.start:
        raise TooEarly


def require_not_over(span: TimeRange, now: datetime) -> None:
    """Raise `AlreadyOver` from the end on: nothing is left to cancel."""
    if now >= span.end:
        raise AlreadyOver


def require_movable(span: TimeRange, now: datetime, party: Party) -> None:
    """Raise `AlreadyOver` if it is too late to reschedule: from the start on for a customer, else from the end on."""
    if now >= (span.start if party == Party.CUSTOMER else span.end):
        raise AlreadyOver
