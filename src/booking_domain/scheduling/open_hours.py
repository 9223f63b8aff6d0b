"""From weekly rules and exceptions to open ranges, in seconds since the epoch: right over every change of clocks."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from booking_domain.scheduling.model import DAYS_A_WEEK, Calendar, Hours, OpeningHours
from booking_domain.shared.time import MINUTES_A_DAY

SECONDS_A_DAY: Final = 86_400
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()

Span = tuple[int, int]
"""A half-open range in seconds since the epoch."""


def open_ranges(calendar: Calendar, lowest: int, highest: int, *, lookback_days: int) -> list[Span]:
    """The ranges in which the calendar, and its salon if it has one, are open and which meet `[lowest, highest)`.

    In order; those that touch or overlap are one. Each has its true start, unless it has been open for more than
    `lookback_days`, and an end that is its own or lies beyond `highest`.
    """
    own = _merged_ranges(calendar, lowest, highest, lookback_days)
    if calendar.salon is not None:
        own = _intersection(own, _merged_ranges(calendar.salon, lowest, highest, lookback_days))
    return [span for span in own if span[1] > lowest]


def epoch_of(zone: ZoneInfo, ordinal: int, minutes: int) -> int:
    """The instant of a wall-clock time, in seconds since the epoch; `minutes` may run into the days after the date.

    A time that does not occur is read with the offset before the gap; one that occurs twice is the first of the two
    (RFC 5545 §3.3.5).
    """
    if minutes >= MINUTES_A_DAY:
        days, minutes = divmod(minutes, MINUTES_A_DAY)
        ordinal += days
    offset = _steady_offset(zone, ordinal)
    if offset is None:
        offset = _offset(zone, ordinal, minutes)
    return (ordinal - _EPOCH_DAY) * SECONDS_A_DAY + minutes * 60 - offset


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time in as few ranges as possible, in order."""
    result: list[Span] = []
    last_start = last_end = 0
    for start, end in sorted(spans):
        if result and start <= last_end:
            if end > last_end:
                last_end = end
                result[-1] = (last_start, end)
        else:
            last_start, last_end = start, end
            result.append((start, end))
    return result


def _merged_ranges(hours: OpeningHours, lowest: int, highest: int, lookback_days: int) -> list[Span]:
    zone = hours.zone
    # One day more on either side: a date may be skipped (Apia 2011) or begin twice (St John's 2006).
    first = datetime.fromtimestamp(lowest, zone).toordinal() - 2
    last = datetime.fromtimestamp(highest, zone).toordinal() + 1
    week = _Week(hours)
    spans: list[Span] = []
    for ordinal in range(first, last + 1):
        spans += week.opened_on(ordinal)
    ranges = merged(spans)
    # A range that was already open when the window begins is followed back to where it really opened.
    since = first - lookback_days
    while first > since and ranges:
        first -= 1
        earlier = week.opened_on(first)
        if not any(end >= ranges[0][0] for _, end in earlier):
            break
        ranges = merged([*earlier, *ranges])
    return ranges


class _Week:
    """The hours of each day of the week, and of the dates that are different."""

    def __init__(self, hours: OpeningHours) -> None:
        self._zone = hours.zone
        self._rules = [[rule for rule in hours.rules if rule.day == day] for day in range(DAYS_A_WEEK)]
        self._always = [
            all(rule.valid_from is None and rule.valid_until is None for rule in rules) for rules in self._rules
        ]
        self._usual = [_minutes(rule.hours for rule in rules) for rules in self._rules]
        self._exceptions = {each.date.toordinal(): _minutes(each.ranges) for each in hours.exceptions}

    def opened_on(self, ordinal: int) -> list[Span]:
        """The ranges that start on a date; one that the change of clocks leaves empty is none."""
        minutes = self._exceptions.get(ordinal) if self._exceptions else None
        if minutes is None:
            day = ordinal % DAYS_A_WEEK  # the ordinal 1 is a Monday
            if self._always[day]:
                minutes = self._usual[day]
            else:
                on = date.fromordinal(ordinal)
                minutes = _minutes(rule.hours for rule in self._rules[day] if rule.applies_on(on))
        if not minutes:
            return []
        zone = self._zone
        offset = _steady_offset(zone, ordinal)
        if offset is not None and all(end < MINUTES_A_DAY for _, end in minutes):
            midnight = (ordinal - _EPOCH_DAY) * SECONDS_A_DAY - offset
            return [(midnight + start * 60, midnight + end * 60) for start, end in minutes]
        spans = [(epoch_of(zone, ordinal, start), epoch_of(zone, ordinal, end)) for start, end in minutes]
        return [span for span in spans if span[0] < span[1]]


def _minutes(hours: Iterable[Hours]) -> list[tuple[int, int]]:
    """Start and end in minutes after the date's midnight; an end past midnight is above 24 hours."""
    return [(each.start.minutes, each.end.minutes + (MINUTES_A_DAY if each.past_midnight else 0)) for each in hours]


def _intersection(one: list[Span], other: list[Span]) -> list[Span]:
    return list(_common(one, other))


def _common(one: list[Span], other: list[Span]) -> Iterator[Span]:
    i = j = 0
    while i < len(one) and j < len(other):
        start, end = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if start < end:
            yield start, end
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1


def _offset(zone: ZoneInfo, ordinal: int, minutes: int) -> int:
    wall = datetime.fromordinal(ordinal).replace(hour=minutes // 60, minute=minutes % 60, tzinfo=zone)
    offset = wall.utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


@lru_cache(maxsize=65_536)
def _steady_offset(zone: ZoneInfo, ordinal: int) -> int | None:
    """The zone's offset from UTC on a local date, in seconds, or None where it changes on that date."""
    offsets = {_offset(zone, ordinal, minutes) for minutes in (0, 12 * 60, MINUTES_A_DAY - 1)}
    return offsets.pop() if len(offsets) == 1 else None
