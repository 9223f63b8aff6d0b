"""When somebody wants to come: parts of days, and weekends, as ranges of time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from booking_domain.shared.time import TimeRange

_SATURDAY: Final = 5


class PartOfDay(StrEnum):
    """When on a day."""

    MORNING = "morning"
    """06:00 to 12:00."""
    AFTERNOON = "afternoon"
    """12:00 to 18:00."""
    EVENING = "evening"
    """18:00 to 23:00."""


_HOURS: Final = {
    None: (0, 24),
    PartOfDay.MORNING: (6, 12),
    PartOfDay.AFTERNOON: (12, 18),
    PartOfDay.EVENING: (18, 23),
}


def windows_in(
    start: datetime, end: datetime, zone: ZoneInfo, part: PartOfDay | None = None, *, weekends: bool = False
) -> Iterator[TimeRange]:
    """The ranges from `start` to `end` that lie in this part of a day, on Saturdays and Sundays only if `weekends`."""
    if part is None and not weekends:
        yield TimeRange(start, end)
        return
    first, last = (each.astimezone(zone).date() for each in (start, end))
    opens, closes = _HOURS[part]
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        lower, upper = max(start, _at(day, opens, zone)), min(end, _at(day, closes, zone))
        if lower < upper and (not weekends or day.weekday() >= _SATURDAY):
            yield TimeRange(lower, upper)


def _at(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=hour // 24), time(hour % 24), zone).astimezone(UTC)
