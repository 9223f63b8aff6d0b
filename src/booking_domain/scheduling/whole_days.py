"""Appointments of whole days: from the opening of one date to the closing of that or a later one.

They need hours on each of their dates, and take the nights between them, open or not.

>>> from booking_domain.scheduling.model import SlotSettings
>>> from booking_domain.scheduling.weekly import Hours, WeeklyRule
>>> studio = Calendar(
...     time_zone="Asia/Ulaanbaatar",
...     rules=tuple(WeeklyRule(day=day, hours=Hours.parse("10:00-19:00")) for day in (1, 2, 3)),
...     settings=SlotSettings(duration_minutes=2 * MINUTES_A_DAY, whole_days=True),
... )
>>> week = TimeRange.parse("2026-11-23T00:00+08:00", "2026-11-30T00:00+08:00")
>>> for start, end in whole_days_between(studio, week.lower, week.upper):
...     span = (ORIGIN + timedelta(0, each) for each in (start, end))
...     print(*(f"{each.astimezone(studio.zone):%a %H:%M}" for each in span))
Mon 10:00 Tue 19:00
Tue 10:00 Wed 19:00
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from booking_domain.scheduling.model import Calendar, OpeningHours
from booking_domain.scheduling.open_hours import Span, hours_of_dates, local_date
from booking_domain.shared.time import MINUTES_A_DAY, ORIGIN, TimeRange, floor_to_second


def whole_days_between(calendar: Calendar, lowest: int, highest: int) -> list[Span]:
    """The appointments of whole days that start in `[lowest, highest)`, as far as the hours decide, in order."""
    days = _days(calendar)
    first, last = local_date(calendar.zone, lowest) - 2, local_date(calendar.zone, highest) + 3
    opened = _open_dates(calendar, first, last + days)
    spans = {  # where a zone has skipped a date, two dates open at once: the later one counts
        opened[date][0]: opened[date + days - 1][1]
        for date in range(first, last)
        if all(date + later in opened for later in range(days))
    }
    return sorted((start, end) for start, end in spans.items() if lowest <= start < highest)


def appointment_at(calendar: Calendar, start: datetime) -> TimeRange:
    """The appointment with this start. One of whole days ends at the closing of its last date.

    If that date is closed, or closes before the start, it lasts as many times 24 hours.
    """
    length = timedelta(minutes=calendar.settings.duration_minutes)
    if calendar.settings.whole_days:
        last = first_date(calendar, start) + _days(calendar) - 1
        hours = _open_dates(calendar, last, last + 1).get(last)
        if hours is not None and hours[1] > floor_to_second(start):
            return TimeRange(start, ORIGIN + timedelta(seconds=hours[1]))
    return TimeRange(start, start + length)


def first_date(calendar: Calendar, start: datetime) -> int:
    """The date that opens at this start, or else its local date.

    The hours of a salon in another time zone may begin on another local date.
    """
    local = local_date(calendar.zone, floor_to_second(start))
    opened = _open_dates(calendar, local - 1, local + 2)
    return next((date for date in (local, local - 1, local + 1) if _opens_at(opened, date, start)), local)


def begins_off_opening(calendar: Calendar, start: datetime) -> bool:
    """Whether all dates of an appointment are open, and it does not start when the first one opens."""
    date = first_date(calendar, start)
    opened = _open_dates(calendar, date, date + _days(calendar))
    return len(opened) == _days(calendar) and not _opens_at(opened, date, start)


def sides_closed(calendar: Calendar, date: int) -> tuple[bool, bool, bool]:
    """Whether the calendar's own hours, its salon's and those of a service close one of the dates from this one on.

    The salon and a service also close a date on which their hours do not meet the others.
    """
    dates = range(date, date + _days(calendar))
    own, *others = [
        hours_of_dates(each, calendar.settings.clock_changes, dates.start, dates.stop) for each in _sides(calendar)
    ]
    salon = [] if calendar.salon is None else [others.pop(0)]
    return (
        len(own) < len(dates),
        any(_closes(side, [own], dates) for side in salon),
        any(_closes(side, [own, *salon, *others], dates) for side in others),
    )


def _closes(side: Mapping[int, Span], others: list[dict[int, Span]], dates: range) -> bool:
    return any(
        day not in side or any(day in other and not _meet(side[day], other[day]) for other in others) for day in dates
    )


def _meet(one: Span, other: Span) -> bool:
    return max(one[0], other[0]) < min(one[1], other[1])


def _days(calendar: Calendar) -> int:
    return calendar.settings.duration_minutes // MINUTES_A_DAY


def _opens_at(opened: Mapping[int, Span], date: int, start: datetime) -> bool:
    return date in opened and ORIGIN + timedelta(seconds=opened[date][0]) == start


def _open_dates(calendar: Calendar, first: int, until: int) -> dict[int, Span]:
    """Of the dates `[first, until)`, those on which all hours meet: from the last opening to the first closing."""
    own, *others = [hours_of_dates(each, calendar.settings.clock_changes, first, until) for each in _sides(calendar)]
    opened: dict[int, Span] = {}
    for date, hours in own.items():
        if all(date in each for each in others):
            sides = [hours, *(each[date] for each in others)]
            span = max(opens for opens, _ in sides), min(closes for _, closes in sides)
            if span[0] < span[1]:
                opened[date] = span
    return opened


def _sides(calendar: Calendar) -> Iterator[OpeningHours]:
    yield calendar
    if calendar.salon is not None:
        yield calendar.salon
    for hours in calendar.service_hours:
        yield OpeningHours(time_zone=calendar.time_zone, rules=hours.rules)
