"""Instants, local times of day and half-open ranges."""

import re
from dataclasses import field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from booking_domain.shared.checks import checks_types, require_type
from booking_domain.shared.errors import InvalidValue, Unavailable
from booking_domain.shared.values import dataclass

MINUTES_A_DAY: Final = 24 * 60
LONGEST_APPOINTMENT: Final = 14 * MINUTES_A_DAY
"""How many minutes an appointment lasts at most."""
SECONDS_A_DAY: Final = 86_400
ORIGIN: Final = datetime(2020, 1, 1, tzinfo=UTC)
"""The epoch of slot arithmetic. Until 2054 seconds since then fit one digit of CPython's integers, which is faster."""
_EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(3000, 1, 1, tzinfo=UTC)
"""Far enough below `datetime.max` that days can be added to any instant."""
_HH_MM: Final = re.compile(r"([0-9]{2}):([0-5][0-9])")
_NON_IANA_NAMES: Final = frozenset({"localtime", "posix", "posixrules", "right"})
"""Files in the zone directory that depend on the machine, or count leap seconds."""


def instant(value: datetime, *, field: str = "at") -> datetime:
    """Return `value` in UTC. A naive datetime, or a date, raises `InvalidValue`; its time zone is never guessed.

    >>> instant(datetime.fromisoformat("2026-11-02T10:00:00+08:00")).isoformat()
    '2026-11-02T02:00:00+00:00'
    """
    if type(value) is not datetime:
        require_type(field, value, datetime)
    if value.utcoffset() is None:
        raise InvalidValue(field=field, problem="an instant must have a UTC offset")
    if not _EARLIEST <= value <= _LATEST:
        raise InvalidValue(field=field, problem=f"an instant must be between {_EARLIEST.year} and {_LATEST.year}")
    return value.astimezone(UTC)


def months_after(at: datetime, months: int, day: int | None = None) -> datetime:
    """The same time so many months later, on this day (None: on the same), or on the last of a month without it.

    >>> months_after(datetime(2026, 1, 31), 1).isoformat(), months_after(datetime(2026, 2, 28), 1, day=31).isoformat()
    ('2026-02-28T00:00:00', '2026-03-31T00:00:00')
    """
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    first = at.replace(year=year, month=month + 1, day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day or at.day, last.day))


class TimeZonesMissing(Unavailable, code="zones.database_missing"):
    """This system has no time zone database; install one."""


@lru_cache(maxsize=1024)
def time_zone(name: str) -> ZoneInfo:
    """Return the IANA time zone `name`, with the rules that the caller's `zoneinfo` finds.

    That is by default the system's database, and the package `tzdata` only for zones that the system lacks. Processes
    that must agree on local times need the same release: call `zoneinfo.reset_tzpath(())` first to read `tzdata` only.

    Raises:
        InvalidValue: there is no such zone.
        TimeZonesMissing: there is no zone at all: neither the system nor the package `tzdata` has the database.
    """
    unknown = InvalidValue(field="time_zone", problem=f"{name!r} is not an IANA time zone")
    if name.partition("/")[0] in _NON_IANA_NAMES:
        raise unknown
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        if not available_timezones():
            missing = TimeZonesMissing()
            missing.add_note("The extra `booking-domain[tz]` has one.")
            raise missing from error
        raise unknown from error


def require_time_zone(name: str | None) -> None:
    """Raise `InvalidValue` if a name is given that is not an IANA time zone."""
    if name is not None:
        time_zone(name)


def floor_to_second(value: datetime) -> int:
    """Whole seconds since `ORIGIN`, rounded down."""
    since = value - ORIGIN
    return since.days * SECONDS_A_DAY + since.seconds


def ceil_to_second(value: datetime) -> int:
    """Whole seconds since `ORIGIN`, rounded up."""
    since = value - ORIGIN
    return since.days * SECONDS_A_DAY + since.seconds + (1 if since.microseconds else 0)


def local_time(value: datetime, zone: str) -> datetime:
    """The local time of an instant in this zone, as a naive datetime.

    >>> local_time(datetime(2026, 11, 2, 2, tzinfo=UTC), "Asia/Ulaanbaatar").isoformat()
    '2026-11-02T10:00:00'
    """
    return value.astimezone(time_zone(zone)).replace(tzinfo=None, fold=0)


@dataclass(frozen=True, slots=True, order=True)
@checks_types
class WallTime:
    """A local time of day in whole minutes, from 00:00 to 24:00.

    >>> WallTime.parse("24:00").minutes
    1440
    """

    minutes: int

    def __post_init__(self) -> None:
        if not 0 <= self.minutes <= MINUTES_A_DAY:
            raise InvalidValue(field="minutes", problem="a time of day must be between 00:00 and 24:00")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `HH:MM`, or raise `InvalidValue`."""
        require_type("text", text, str)
        read = _HH_MM.fullmatch(text)
        minutes = MINUTES_A_DAY + 1 if read is None else int(read[1]) * 60 + int(read[2])
        if minutes > MINUTES_A_DAY:
            raise InvalidValue(field="text", problem=f"{text!r} is not a time of day (HH:MM)")
        return cls(minutes)

    def __str__(self) -> str:
        return f"{self.minutes // 60:02d}:{self.minutes % 60:02d}"


@dataclass(frozen=True, slots=True, order=True)
class TimeRange:
    """A half-open, non-empty range of instants `[start, end)` in UTC.

    `lower` and `upper` are its bounds in whole seconds since `ORIGIN`, rounded outwards, for slot arithmetic.
    """

    start: datetime
    end: datetime
    lower: int = field(init=False, repr=False, compare=False)
    upper: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        start, end = instant(self.start, field="start"), instant(self.end, field="end")
        if start >= end:
            raise InvalidValue(field="end", problem="a range must end after it starts")
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "end", end)
        object.__setattr__(self, "lower", floor_to_second(start))
        object.__setattr__(self, "upper", ceil_to_second(end))

    @classmethod
    def parse(cls, start: str, end: str) -> Self:
        """Parse two RFC 3339 instants with offsets, or raise `InvalidValue`.

        >>> TimeRange.parse("2026-11-24T11:00+08:00", "2026-11-24T12:00+08:00").start.isoformat()
        '2026-11-24T03:00:00+00:00'
        """
        return cls(_parsed(start, "start"), _parsed(end, "end"))

    def overlaps(self, other: "TimeRange") -> bool:
        """Whether the ranges have an instant in common. Ranges that only touch do not overlap."""
        return self.start < other.end and other.start < self.end


def _parsed(text: str, field: str) -> datetime:
    require_type(field, text, str)
    try:
        return instant(datetime.fromisoformat(text), field=field)
    except ValueError as error:
        raise InvalidValue(field=field, problem="an RFC 3339 instant with an offset is required") from error
