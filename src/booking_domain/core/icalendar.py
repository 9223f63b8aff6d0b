"""Bookings as an iCalendar file (RFC 5545)."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from booking_domain.bookings.transitions import CLAIMS_TIME
from booking_domain.core.model import Booking
from booking_domain.shared.checks import require_type

_LINE: Final = 75
"""The most octets of a line, without its end (§3.1)."""
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


def icalendar_of(bookings: Iterable[Booking], *, summary: str, description: str = "") -> str:
    """An iCalendar file with an event for each booking, which has its id as UID, and its venue as location.

    A booking that is cancelled is a cancelled event, and takes no time. The lines end with CR and LF.

    Raises:
        InvalidValue: an argument has another type.

    >>> from booking_domain.core import Calendar, Diary, Hours, WeeklyRule
    >>> diary = Diary({"anna": Calendar(time_zone="UTC", rules=WeeklyRule.every_day(Hours.parse("10:00-12:00")))})
    >>> booking = diary.book("anna", diary.slots("anna")[0], customer="bold")
    >>> [line for line in icalendar_of([booking], summary="Cut").splitlines() if line.startswith("S")]
    ['SUMMARY:Cut', 'STATUS:CONFIRMED']
    """
    require_type("summary", summary, str)
    require_type("description", description, str)
    require_type("bookings", bookings, Iterable)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//booking-domain//EN"]
    for booking in bookings:
        require_type("bookings", booking, Booking)
        lines += _event(booking, summary, description)
    return "".join(f"{_folded(line)}\r\n" for line in (*lines, "END:VCALENDAR"))


def _event(booking: Booking, summary: str, description: str) -> Iterator[str]:
    takes_time = CLAIMS_TIME[booking.status]
    yield "BEGIN:VEVENT"
    yield f"UID:{booking.id}"
    yield f"DTSTAMP:{_at(booking.placed_at)}"
    yield f"DTSTART:{_at(booking.span.start)}"
    yield f"DTEND:{_at(booking.span.end)}"
    yield f"SUMMARY:{summary.translate(_ESCAPES)}"
    if description:
        yield f"DESCRIPTION:{description.translate(_ESCAPES)}"
    if booking.venue:
        yield f"LOCATION:{booking.venue.translate(_ESCAPES)}"
    yield f"STATUS:{'CONFIRMED' if takes_time else 'CANCELLED'}"
    yield f"TRANSP:{'OPAQUE' if takes_time else 'TRANSPARENT'}"
    yield "END:VEVENT"


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _folded(line: str) -> str:
    """The line in pieces of at most 75 octets, each but the first after a space, and no character cut in two."""
    pieces, size = [""], 0
    for character in line:
        octets = len(character.encode())
        if size + octets > _LINE:
            pieces.append(" ")
            size = 1
        pieces[-1] += character
        size += octets
    return "\r\n".join(pieces)
