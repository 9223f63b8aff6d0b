"""Instants, wall-clock times and half-open ranges."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from booking_domain.shared.errors import InvalidValue

MINUTES_A_DAY: Final = 24 * 60


def instant(value: datetime, *, field: str = "at") -> datetime:
    """Return `value` in UTC; a naive datetime is refused with `InvalidValue`, never guessed.

    >>> instant(datetime.fromisoformat("2026-11-02T10:00:00+08:00")).isoformat()
    '2026-11-02T02:00:00+00:00'
    """
    if value.tzinfo is None:
        raise InvalidValue(field=field, problem="an instant needs a time zone offset")
    return value.astimezone(UTC)


@lru_cache(maxsize=1024)
def time_zone(name: str) -> ZoneInfo:
    """Return the IANA time zone `name`; an unknown one is refused with `InvalidValue`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidValue(field="time_zone", problem=f"{name!r} is not an IANA time zone") from error


@dataclass(frozen=True, slots=True, order=True)
class WallTime:
    """A time of day on the clock on the wall, in whole minutes from 00:00 to 24:00.

    >>> WallTime.parse("24:00").minutes
    1440
    """

    minutes: int

    def __post_init__(self) -> None:
        if not 0 <= self.minutes <= MINUTES_A_DAY:
            raise InvalidValue(field="time", problem="a time of day lies between 00:00 and 24:00")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `HH:MM`; anything else is refused with `InvalidValue`."""
        hours, _, minutes = text.partition(":")
        if len(text) != len("HH:MM") or not (hours + minutes).isdecimal() or not text.isascii() or int(minutes) > 59:  # noqa: PLR2004
            raise InvalidValue(field="time", problem=f"{text!r} is not a time of day (HH:MM)")
        return cls(int(hours) * 60 + int(minutes))

    def __str__(self) -> str:
        return f"{self.minutes // 60:02d}:{self.minutes % 60:02d}"


@dataclass(frozen=True, slots=True, order=True)
class TimeRange:
    """A half-open range of instants `[start, end)`, never empty, kept in UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", instant(self.start, field="start"))
        object.__setattr__(self, "end", instant(self.end, field="end"))
        if self.start >= self.end:
            raise InvalidValue(field="end", problem="a range ends after it starts")

    def overlaps(self, other: "TimeRange") -> bool:
        """Whether an instant lies in both; ranges that touch do not overlap."""
        return self.start < other.end and other.start < self.end
