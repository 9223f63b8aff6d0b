"""Appointments of whole days, date by date: slow, and independent of the library's arithmetic."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from booking_domain.scheduling import Calendar, OpeningHours
from booking_domain.shared.time import MINUTES_A_DAY, TimeRange
from booking_domain.testing.properties.open_hours import Opening, opened_on
from booking_domain.testing.question import Question, hours_of_services, read_as

_DAY: Final = timedelta(days=1)


def days_of(question: Question) -> int:
    """How many dates an appointment takes; 0 if it takes no whole days."""
    settings = question.calendar.settings
    whole_days = settings.whole_days and question.duration_minutes in {None, settings.duration_minutes}
    return settings.duration_minutes // MINUTES_A_DAY if whole_days else 0


def appointment(question: Question, start: datetime) -> TimeRange:
    """The appointment with this start, which whole days need not be able to have."""
    plain, days = TimeRange(start, start + question.length), days_of(question)
    if not days:
        return plain
    calendar, local = question.calendar, start.astimezone(question.calendar.zone).date()
    opening = (day for day in (local, local - _DAY, local + _DAY) if (_open_on(calendar, day) or (None,))[0] == start)
    last = _open_on(calendar, next(opening, local) + (days - 1) * _DAY)
    return plain if last is None or last[1] <= start else TimeRange(start, last[1])


def whole_days(question: Question) -> list[TimeRange]:
    """The appointments of whole days that start in the window, as far as the hours decide; in order."""
    calendar, window, days = question.calendar, question.window, days_of(question)
    day = window.start.astimezone(calendar.zone).date() - 2 * _DAY
    found: dict[datetime, TimeRange] = {}
    while day <= window.end.astimezone(calendar.zone).date() + 2 * _DAY:
        dates = [_open_on(calendar, day + number * _DAY) for number in range(days)]
        first, last = dates[0], dates[-1]
        if first is not None and last is not None and None not in dates:
            found[first[0]] = TimeRange(first[0], last[1])  # of two dates that open at once the later one counts
        day += _DAY
    return [found[start] for start in sorted(found) if window.start <= start < window.end]


def _open_on(calendar: Calendar, day: date) -> Opening | None:
    """From the latest opening of a date to its earliest closing; None if all hours are not open together."""
    opened = [_hull(hours, day) for hours in _sides(calendar)]
    hulls = [each for each in opened if each is not None]
    if len(hulls) < len(opened):
        return None
    opens, closes = max(opens for opens, _ in hulls), min(closes for _, closes in hulls)
    return (opens, closes) if opens < closes else None


def _hull(hours: OpeningHours, day: date) -> Opening | None:
    ranges = opened_on(day, hours)
    return (min(opens for opens, _ in ranges), max(closes for _, closes in ranges)) if ranges else None


def _sides(calendar: Calendar) -> Iterator[OpeningHours]:
    yield calendar
    if calendar.salon is not None:
        yield read_as(calendar, calendar.salon)
    yield from hours_of_services(calendar)
