"""Builders for iCalendar files, and compact formatting of the busy times parsed from them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from adapters.calendars.parsing import busy_times
from booking_domain.shared.time import TimeRange, time_zone

HOME_ZONE = "Asia/Ulaanbaatar"
"""UTC+8 all year."""
YEAR = TimeRange(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))

CUSTOM_BERLIN_ZONE = """
    BEGIN:VTIMEZONE
    TZID:{name}
    BEGIN:STANDARD
    DTSTART:16011028T030000
    RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
    TZOFFSETFROM:+0200
    TZOFFSETTO:+0100
    END:STANDARD
    BEGIN:DAYLIGHT
    DTSTART:16010325T020000
    RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
    TZOFFSETFROM:+0100
    TZOFFSETTO:+0200
    END:DAYLIGHT
    END:VTIMEZONE
"""


def calendar(*parts: str) -> bytes:
    """Build a file of these components and lines; indentation is removed."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN", *"\n".join(parts).splitlines(), "END:VCALENDAR"]
    return "".join(f"{line.strip()}\r\n" for line in lines if line.strip()).encode()


def event(lines: str, uid: str | None = "one@tests") -> str:
    named = "" if uid is None else f"UID:{uid}"
    return f"BEGIN:VEVENT\n{named}\nDTSTAMP:20260101T000000Z\n{lines}\nEND:VEVENT"


def busy(*parts: str, window: TimeRange = YEAR, zone: str = HOME_ZONE) -> list[str]:
    """Parse a calendar of these parts; return its formatted busy times in UTC."""
    return formatted(busy_times(calendar(*parts), window=window, zone=time_zone(zone)))


def formatted(ranges: Sequence[TimeRange]) -> list[str]:
    """Format without year and seconds: `01-31 09:00/10:30`, or `01-31 23:00/02-01 01:00` across midnight."""
    return [f"{each.start:%m-%d %H:%M}/{_end(each)}" for each in ranges]


def _end(each: TimeRange) -> str:
    return f"{each.end:%H:%M}" if each.end.date() == each.start.date() else f"{each.end:%m-%d %H:%M}"
