"""Short ways to write an iCalendar file, and to say when it keeps somebody busy."""

from collections.abc import Sequence
from datetime import UTC, datetime

from adapters.calendars.parsing import busy_times
from booking_domain.shared.time import TimeRange, time_zone

HOME_ZONE = "Asia/Ulaanbaatar"
"""Eight hours ahead of UTC, all year."""
YEAR = TimeRange(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))

BERLIN_BY_ANOTHER_NAME = """
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
    """A file of these components and lines; the margin does not matter."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN", *"\n".join(parts).splitlines(), "END:VCALENDAR"]
    return "".join(f"{line.strip()}\r\n" for line in lines if line.strip()).encode()


def event(lines: str, uid: str | None = "one@tests") -> str:
    named = "" if uid is None else f"UID:{uid}"
    return f"BEGIN:VEVENT\n{named}\nDTSTAMP:20260101T000000Z\n{lines}\nEND:VEVENT"


def busy(*parts: str, window: TimeRange = YEAR, zone: str = HOME_ZONE) -> list[str]:
    """The busy times that the file of these parts says, in UTC."""
    return said(busy_times(calendar(*parts), window=window, zone=time_zone(zone)))


def said(ranges: Sequence[TimeRange]) -> list[str]:
    """In minutes: `01-31 09:00/10:30` of 2026, `01-31 23:00/02-01 01:00` over midnight."""
    return [f"{each.start:%m-%d %H:%M}/{_end(each)}" for each in ranges]


def _end(each: TimeRange) -> str:
    return f"{each.end:%H:%M}" if each.end.date() == each.start.date() else f"{each.end:%m-%d %H:%M}"
