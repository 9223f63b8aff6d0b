"""Opening hours computed day by day with `zoneinfo`: slow, and independent of the library's arithmetic."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from booking_domain.scheduling import Calendar, ClockChanges, Hours, OpeningHours, WeeklyRule
from booking_domain.shared.time import WallTime
from booking_domain.testing.question import read_as

Opening = tuple[datetime, datetime]
_MINUTE: Final = timedelta(minutes=1)


def instant_of(day: date, time: WallTime, hours: OpeningHours) -> datetime:
    """Convert a local time: with the offset before a gap, and to the first of two instants (RFC 5545 §3.3.5)."""
    days, minutes = divmod(time.minutes, 24 * 60)
    there = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=hours.zone)
    return (there + timedelta(days=days)).astimezone(UTC)


def opening(day: date, hours: Hours, of: OpeningHours) -> Opening:
    """Return the range in which these hours of a date are open; it may be empty."""
    ends_on = day + timedelta(days=1) if hours.past_midnight else day
    return instant_of(day, hours.start, of), instant_of(ends_on, hours.end, of)


@lru_cache(maxsize=256)  # several properties ask about one calendar
def openings_by_the_clock(day: date, hours: Hours, zone: ZoneInfo, changes: ClockChanges) -> tuple[Opening, ...]:
    """Return the ranges in which the clock shows a time in these hours of a date, minute by minute."""
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - what a clock shows
    opens, length = midnight + hours.start.minutes * _MINUTE, (hours.end.minutes - hours.start.minutes) * _MINUTE
    closes = opens + (length if length > timedelta(0) else length + timedelta(days=1))
    there = midnight.replace(tzinfo=zone)
    at, until = ((there + days * timedelta(days=1)).astimezone(UTC) for days in (-1, 3))
    found: list[Opening] = []
    while at < until:
        here = at.astimezone(zone)
        again, twice = here.fold == 1, here.replace(fold=0).utcoffset() != here.replace(fold=1).utcoffset()
        left_out = {ClockChanges.FIRST: again, ClockChanges.SECOND: twice and not again}
        if opens <= here.replace(tzinfo=None, fold=0) < closes and not left_out.get(changes, False):
            found.append((at, at + _MINUTE))
        at += _MINUTE
    return tuple(_joined(found))


def openings(hours: OpeningHours, first: date, last: date) -> list[Opening]:
    """Return the ranges that rules and exceptions open on these dates, merged and sorted."""
    found = []
    for number in range((last - first).days + 1):
        found += opened_on(first + timedelta(days=number), hours)
    return _joined(found)


def opened_on(day: date, hours: OpeningHours) -> list[Opening]:
    """Return the ranges that rules and exceptions open on a date."""
    on_it = _hours_on(day, hours)
    changes = hours.settings.clock_changes if isinstance(hours, Calendar) else ClockChanges.ELAPSED
    if changes is not ClockChanges.ELAPSED:
        midnight = datetime(day.year, day.month, day.day, tzinfo=hours.zone)
        offsets = {(midnight + number * timedelta(hours=12)).utcoffset() for number in range(-1, 7)}
        if len(offsets) > 1:
            return [found for each in on_it for found in openings_by_the_clock(day, each, hours.zone, changes)]
    ranges = (opening(day, each, hours) for each in on_it)
    return [each for each in ranges if each[0] < each[1]]


def own_and_salon(calendar: Calendar, first: date, last: date) -> list[Opening]:
    """Return the ranges in which the provider, and the salon if there is one, are open."""
    own = openings(calendar, first, last)
    if calendar.salon is None:
        return own
    both = ((max(a, c), min(b, d)) for a, b in own for c, d in openings(read_as(calendar, calendar.salon), first, last))
    return sorted(each for each in both if each[0] < each[1])


def _hours_on(day: date, hours: OpeningHours) -> list[Hours]:
    for exception in hours.exceptions:
        if exception.date == day:
            return list(exception.ranges)
    return [rule.hours for rule in hours.rules if _applies(rule, day)]


def _applies(rule: WeeklyRule, day: date) -> bool:
    if day.isoweekday() % 7 != rule.day or (rule.valid_until is not None and day > rule.valid_until):
        return False
    if rule.valid_from is None:
        return True
    # Both dates fall on the same weekday, so whole weeks lie between them.
    first = next(each for each in _week_from(rule.valid_from) if each.isoweekday() % 7 == rule.day)
    return day >= first and (day - first).days % (7 * rule.every_weeks) == 0


def _week_from(day: date) -> list[date]:
    return [day + timedelta(days=number) for number in range(7)]


def _joined(found: list[Opening]) -> list[Opening]:
    joined: list[Opening] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
