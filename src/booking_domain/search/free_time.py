"""A provider's free time by quarters of an hour, for search: never less than there is, so that nothing is missed.

A quarter is free if any part of it is. What a search finds by it is checked against the slots before it is shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Self

from booking_domain.shared.time import TimeRange

QUARTER: Final = timedelta(minutes=15)
QUARTERS_A_DAY: Final = 96
DAYS: Final = 31
"""How many days, from the first one on, the free time of a provider is known."""
QUARTERS: Final = DAYS * QUARTERS_A_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeTime:
    """The free quarters of `DAYS` days from a date on, in UTC: the highest bit is the first quarter.

    >>> noon = TimeRange.parse("2026-11-25T12:05Z", "2026-11-25T12:35Z")
    >>> FreeTime.of([noon], since=date(2026, 11, 25)).quarters.bit_count()
    3
    """

    since: date
    quarters: int = 0

    @classmethod
    def of(cls, opened: Iterable[TimeRange], occupied: Iterable[TimeRange] = (), *, since: date) -> Self:
        """The time of the opened ranges without that of the occupied ones."""
        quarters = 0
        for each in opened:
            quarters |= mask_of(each, since)
        for each in occupied:
            quarters &= ~_mask_within(each, since)
        return cls(since=since, quarters=quarters)

    def from_date(self, since: date) -> int:
        """The quarters as if they began on another date; days beyond what is known are not free."""
        days = (since - self.since).days
        moved = self.quarters << (days * QUARTERS_A_DAY) if days >= 0 else self.quarters >> (-days * QUARTERS_A_DAY)
        return moved & _ALL


def mask_of(window: TimeRange, since: date) -> int:
    """The quarters that a range touches."""
    origin = datetime.combine(since, time(), UTC)
    return _mask((window.start - origin) // QUARTER, -((origin - window.end) // QUARTER))


def _mask_within(window: TimeRange, since: date) -> int:
    """The quarters that a range contains."""
    origin = datetime.combine(since, time(), UTC)
    return _mask(-((origin - window.start) // QUARTER), (window.end - origin) // QUARTER)


def _mask(first: int, last: int) -> int:
    first, last = max(0, first), min(QUARTERS, last)
    return 0 if first >= last else ((1 << (last - first)) - 1) << (QUARTERS - last)


def start_of(quarters: int, since: date) -> datetime:
    """When the first of the quarters begins."""
    return datetime.combine(since, time(), UTC) + (QUARTERS - quarters.bit_length()) * QUARTER


def starts(quarters: int, minutes: int) -> int:
    """The quarters in which an appointment of a length may start, if only free time counts."""
    for _ in range(-(-minutes // 15) - 1):
        quarters &= quarters << 1
    return quarters & _ALL


def text_of(quarters: int) -> str:
    """The quarters as a text of zeros and ones, the first quarter first."""
    return f"{quarters:0{QUARTERS}b}"


def has(quarters: int, number: int) -> bool:
    """Whether the quarters include the one with this number, the first being 0."""
    return 0 <= number < QUARTERS and bool(quarters >> (QUARTERS - 1 - number) & 1)


_ALL: Final = (1 << QUARTERS) - 1
