"""Open ranges from weekly rules and exceptions, in seconds since `ORIGIN`, correct across daylight-saving changes."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from booking_domain.scheduling.model import Calendar, ClockChanges, OpeningHours
from booking_domain.scheduling.weekly import DAYS_A_WEEK, ServiceHours, WeeklyRule
from booking_domain.shared.time import MINUTES_A_DAY, ORIGIN, SECONDS_A_DAY

_FIRST_DAY: Final = ORIGIN.toordinal()
_MOST_OFFSETS: Final = 65_536
_MOST_DATES: Final = 4_096

Span = tuple[int, int]
"""A half-open range in seconds since `ORIGIN`."""


def open_ranges(calendar: Calendar, lowest: int, highest: int, *, lookback_days: int) -> tuple[list[Span], bool]:
    """The ranges in which the calendar and its salon (if any) are open, as far as they meet `[lowest, highest)`.

    They are ordered, and ranges that touch or overlap are merged. Each has its true start, unless it has been open for
    more than `lookback_days`, and either its true end or one beyond `highest`. Some may lie before `lowest`. The second
    value says whether each range is known to end on the day on which it starts.
    """
    clocks = calendar.settings.clock_changes
    ranges, short = _merged_ranges(calendar, clocks, lowest, highest, lookback_days)
    if calendar.salon is None:
        return ranges, short
    others, others_short = _merged_ranges(calendar.salon, clocks, lowest, highest, lookback_days)
    return _intersection(ranges, others), short or others_short


def service_ranges(calendar: Calendar, hours: ServiceHours, lowest: int, highest: int) -> list[Span]:
    """The ranges of the hours of a service, merged and in order, as far as they meet `[lowest, highest)`.

    Their edges within this range are true. Some may lie before `lowest`.
    """
    of_service = OpeningHours(time_zone=calendar.time_zone, rules=hours.rules)
    ranges, _ = _merged_ranges(of_service, calendar.settings.clock_changes, lowest, highest, 0)
    return ranges


def hours_of_dates(hours: OpeningHours, clocks: ClockChanges, first: int, until: int) -> dict[int, Span]:
    """Of the dates `[first, until)`, those on which hours start: from their first opening to their last closing."""
    week, found = _Week(hours, clocks), dict[int, Span]()
    for ordinal in range(first, until):
        spans, _ = week.opened_on(ordinal, ordinal + 1)
        if spans:
            found[ordinal] = min(opens for opens, _ in spans), max(closes for _, closes in spans)
    return found


def open_until(calendar: Calendar, at: datetime) -> datetime | None:
    """When the open range ends that contains an instant, at least a day ahead if it is longer; None: closed then."""
    seconds = int((at - ORIGIN).total_seconds())
    ranges, _ = open_ranges(calendar, seconds, seconds + 1, lookback_days=1)
    return next((ORIGIN + timedelta(0, end) for start, end in ranges if start <= seconds < end), None)


def closed_by_exceptions(hours: OpeningHours, clocks: ClockChanges, lowest: int, highest: int) -> Iterator[Span]:
    """The dates, and the hours of the rules, that exceptions close during part of `[lowest, highest)`."""
    usual = _Week(replace(hours, exceptions=()), clocks)
    opened, _ = _merged_ranges(hours, clocks, lowest, highest, 0)
    for exception in hours.exceptions:
        ordinal = exception.date.toordinal()
        spans, _ = usual.opened_on(ordinal, ordinal + 1)
        if not exception.ranges:
            spans.append((seconds_of(hours.zone, ordinal, 0), seconds_of(hours.zone, ordinal, MINUTES_A_DAY)))
        for start, end in spans:
            first, last = max(start, lowest), min(end, highest)
            if first < last and not any(opens <= first and last <= closes for opens, closes in opened):
                yield start, end


def seconds_of(zone: ZoneInfo, ordinal: int, minutes: int) -> int:
    """The instant of a local time, in seconds since `ORIGIN`. `minutes` after midnight may exceed one day.

    A local time that does not occur uses the offset before the gap; one that occurs twice means the first (RFC 5545
    §3.3.5).
    """
    if minutes >= MINUTES_A_DAY:
        days, minutes = divmod(minutes, MINUTES_A_DAY)
        ordinal += days
    offset = _offsets_of(zone)[ordinal]
    if offset is None:
        offset = _offset(zone, ordinal, minutes)
    return (ordinal - _FIRST_DAY) * SECONDS_A_DAY + minutes * 60 - offset


def local_date(zone: ZoneInfo, seconds: int) -> int:
    """The ordinal of the local date of an instant."""
    return (ORIGIN + timedelta(0, seconds)).astimezone(zone).toordinal()


def date_span(zone: ZoneInfo, ordinal: int) -> Span | None:
    """A local date; None if clocks change on it or on a date next to it, so that it may begin or end twice."""
    offsets = _offsets_of(zone)
    if any(offsets[ordinal + day] is None for day in (-1, 0, 1)):
        return None
    return seconds_of(zone, ordinal, 0), seconds_of(zone, ordinal + 1, 0)


def _merged_ranges(
    hours: OpeningHours, clocks: ClockChanges, lowest: int, highest: int, lookback_days: int
) -> tuple[list[Span], bool]:
    # The local date is the UTC date or next to it, and hours that start on the previous date may continue: also when
    # a clock that was set back by most of a day shows them for the second time.
    first, last = _FIRST_DAY + lowest // SECONDS_A_DAY - 2, _FIRST_DAY + highest // SECONDS_A_DAY + 1
    first -= clocks != ClockChanges.ELAPSED
    week = _Week(hours, clocks)
    if week.is_regular:  # whole weeks are opened at once, faster than the days of the window one by one
        first, last = first - first % DAYS_A_WEEK, last + -(last + 1) % DAYS_A_WEEK
    spans, tidy = week.opened_on(first, last + 1)
    if tidy:
        return spans, True
    ranges = _merged(spans)
    # Follow a range that is already open at the start of the window back to its true start.
    since, days = first - lookback_days - 1, 3
    while first > since and ranges and ranges[0][1] > lowest:
        first, until = max(since, first - days), first
        earlier, _ = week.opened_on(first, until)
        opened = ranges[0][0]
        ranges = _merged([*earlier, *ranges])
        while ranges[0][1] < opened:
            del ranges[0]
            since = first
        if ranges[0][0] == opened:
            break
        days *= 2
    return ranges, False


class _Week:
    """The hours of each weekday, in seconds after midnight, and of the dates that differ."""

    def __init__(self, hours: OpeningHours, clocks: ClockChanges) -> None:
        self._zone = hours.zone
        self._clocks = clocks
        self._offsets = _offsets_of(hours.zone)
        self._usual: list[list[Span]] = [[] for _ in range(DAYS_A_WEEK)]
        self._at_times: dict[int, list[WeeklyRule]] = {}
        for rule in hours.rules:
            if rule.valid_from is None and rule.valid_until is None:
                self._usual[rule.day].append(rule.hours.seconds)
            else:
                self._at_times.setdefault(rule.day, []).append(rule)
        self._exceptions = {
            each.date.toordinal(): [opening.seconds for opening in each.ranges] for each in hours.exceptions
        }
        self._tidy = all(map(_tidy, self._usual))
        self._always = not self._at_times and not self._exceptions
        self._whole = [
            (day * SECONDS_A_DAY + opens, day * SECONDS_A_DAY + closes)
            for day, on_it in enumerate(self._usual)
            for opens, closes in on_it
        ]

    @property
    def is_regular(self) -> bool:
        """Whether all weeks are alike, and tidy."""
        return self._always and self._tidy

    def opened_on(self, first: int, until: int) -> tuple[list[Span], bool]:
        """The ranges that start on the dates `[first, until)`, without those that a clock change leaves empty.

        The second value says whether they are tidy: ordered, disjoint, each within one day.
        """
        spans: list[Span] = []
        tidy = self._tidy
        ordinal = first
        while ordinal < until:
            if tidy and self._always and ordinal % DAYS_A_WEEK == 0 and ordinal + DAYS_A_WEEK <= until:
                # A whole week from Sunday without a clock change, and without a skipped date before it.
                offset = _offset_of_week(self._zone, ordinal)
                sunday = (ordinal - _FIRST_DAY) * SECONDS_A_DAY - (offset or 0)
                if offset is not None and (not spans or sunday > spans[-1][1]):
                    spans += [(sunday + opens, sunday + closes) for opens, closes in self._whole]
                    ordinal += DAYS_A_WEEK
                    continue
            on_it = self._usual[ordinal % DAYS_A_WEEK] if self._always else self._on(ordinal)
            if on_it:
                tidy = self._open(ordinal, on_it, spans, tidy=tidy and (self._always or _tidy(on_it)))
            ordinal += 1
        return spans, tidy

    def _open(self, ordinal: int, on_it: list[Span], spans: list[Span], *, tidy: bool) -> bool:
        """Add the ranges that start on a date, and return whether all ranges are still tidy."""
        offset = self._offsets[ordinal]
        if offset is None:
            for opens, closes in on_it:
                spans += self._between(ordinal, opens, closes)
            return False
        midnight = (ordinal - _FIRST_DAY) * SECONDS_A_DAY - offset
        if tidy and spans:
            tidy = midnight > spans[-1][1]  # false where the zone skipped a date
        for opens, closes in on_it:
            if closes < SECONDS_A_DAY or self._offsets[ordinal + 1] == offset:
                spans.append((midnight + opens, midnight + closes))
            else:
                spans += self._between(ordinal, opens, closes)
        return tidy

    def _between(self, ordinal: int, opens: int, closes: int) -> Iterator[Span]:
        """The ranges between two times of a date, in seconds after midnight, near which clocks may change."""
        if self._clocks is ClockChanges.ELAPSED:
            start, end = (seconds_of(self._zone, ordinal, each // 60) for each in (opens, closes))
            if start < end:
                yield start, end
            return
        midnight = (ordinal - _FIRST_DAY) * SECONDS_A_DAY
        for part in _parts(self._zone, ordinal):
            since = part.again if self._clocks is ClockChanges.FIRST else part.since
            until = part.repeated if self._clocks is ClockChanges.SECOND else part.until
            start, end = max(since, midnight + opens - part.offset), min(until, midnight + closes - part.offset)
            if start < end:
                yield start, end

    def _on(self, ordinal: int) -> list[Span]:
        exception = self._exceptions.get(ordinal)
        if exception is not None:
            return exception
        day = ordinal % DAYS_A_WEEK
        on = date.fromordinal(ordinal)
        return self._usual[day] + [rule.hours.seconds for rule in self._at_times.get(day, ()) if rule.applies_on(on)]


def _tidy(spans: list[Span]) -> bool:
    """Whether the ranges of one day are ordered, disjoint and within the day."""
    before = -1
    for start, end in spans:
        if start <= before:
            return False
        before = end
    return before < SECONDS_A_DAY


def _merged(spans: list[Span]) -> list[Span]:
    """The union of the ranges as ordered, disjoint ranges."""
    ranges: list[Span] = []
    for start, end in sorted(spans):
        if ranges and start <= ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], max(end, ranges[-1][1]))
        else:
            ranges.append((start, end))
    return ranges


def _intersection(one: list[Span], other: list[Span]) -> list[Span]:
    common: list[Span] = []
    i = j = 0
    while i < len(one) and j < len(other):
        start, end = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if start < end:
            common.append((start, end))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return common


class _Part(NamedTuple):
    """A time between two changes of clocks, in seconds since `ORIGIN`."""

    offset: int
    since: int
    until: int
    again: int
    """From when on the clock shows what it has not shown before."""
    repeated: int
    """From when on the clock shows what it will show again."""


@lru_cache(maxsize=_MOST_DATES)
def _parts(zone: ZoneInfo, ordinal: int) -> list[_Part]:
    """The times between the changes of clocks around a local date and the next one."""
    midnight, step = (ordinal - _FIRST_DAY) * SECONDS_A_DAY, SECONDS_A_DAY // 4
    found = [(midnight - 2 * SECONDS_A_DAY, _offset_at(zone, midnight - 2 * SECONDS_A_DAY))]
    for at in range(midnight - 2 * SECONDS_A_DAY, midnight + 5 * SECONDS_A_DAY, step):  # one change at most in each
        after = _offset_at(zone, at + step)
        if after != found[-1][1]:
            known = range(at + 1, at + step + 1)
            changes = bisect_left(known, True, key=lambda second: _offset_at(zone, second) == after)  # noqa: FBT003
            found.append((known[changes], after))
    edges = [*found, (midnight + 5 * SECONDS_A_DAY, found[-1][1])]
    return [
        _Part(
            offset=offset,
            since=since,
            until=edges[number + 1][0],
            again=since + max(0, found[max(0, number - 1)][1] - offset),
            repeated=edges[number + 1][0] - max(0, offset - edges[number + 1][1]),
        )
        for number, (since, offset) in enumerate(found)
    ]


def _offset_at(zone: ZoneInfo, seconds: int) -> int:
    return _offset_of((ORIGIN + timedelta(0, seconds)).astimezone(zone))


def _offset(zone: ZoneInfo, ordinal: int, minutes: int, *, fold: int = 0) -> int:
    time = datetime.fromordinal(ordinal).replace(hour=minutes // 60, minute=minutes % 60, tzinfo=zone, fold=fold)
    return _offset_of(time)


def _offset_of(local: datetime) -> int:
    offset = local.utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


class _Offsets(dict[int, int | None]):
    """A zone's UTC offset on each local date, in seconds; None on dates on which it changes."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self._zone = zone

    def __missing__(self, ordinal: int) -> int | None:
        last = MINUTES_A_DAY - 1
        offsets = {_offset(self._zone, ordinal, minutes) for minutes in (0, 12 * 60, last)}
        offsets.add(_offset(self._zone, ordinal, last, fold=1))  # clocks may be set back at midnight
        if len(self) >= _MOST_OFFSETS:
            self.clear()
        self[ordinal] = offset = offsets.pop() if len(offsets) == 1 else None
        return offset


@lru_cache(maxsize=_MOST_OFFSETS)
def _offset_of_week(zone: ZoneInfo, ordinal: int) -> int | None:
    """The UTC offset on a date and the next six dates; None if it changes."""
    known = _offsets_of(zone)
    offset = known[ordinal]
    return offset if all(known[ordinal + day] == offset for day in range(1, DAYS_A_WEEK)) else None


@lru_cache(maxsize=1024)
def _offsets_of(zone: ZoneInfo) -> _Offsets:
    return _Offsets(zone)
