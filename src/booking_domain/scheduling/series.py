"""The dates of a series by a recurrence rule: the part of RFC 5545 §3.3.10 that appointments need.

Read are `FREQ=DAILY`, `WEEKLY`, `MONTHLY` and `YEARLY` with `INTERVAL`, and `COUNT` or `UNTIL` as a date; `BYDAY` and
`WKST` with weeks; `BYMONTHDAY` and `BYDAY`, also with numbers, with months. Everything else is refused by name, never
ignored.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from datetime import MAXYEAR, date, datetime, timedelta
from itertools import takewhile
from typing import Final

from booking_domain.scheduling.recurrence import number_in, require_end_and_week_start, unread
from booking_domain.scheduling.weekly import DAYS_A_WEEK
from booking_domain.shared.checks import require_type

_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_PARTS: Final = {
    "DAILY": frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL"}),
    "WEEKLY": frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"}),
    "MONTHLY": frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY"}),
    "YEARLY": frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL"}),
}
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,4}")
_DAY_OF_MONTH: Final = re.compile(r"-?(?:[12][0-9]|3[01]|[1-9])")
_NTH_DAY: Final = re.compile(r"(-?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")


def dates_of_rrule(rrule: str, *, starts: date) -> Iterator[date]:
    """The dates of an `RRULE` whose `DTSTART` is on the date `starts`, in order; they end as the rule says.

    A date that a month does not have is left out, as the RFC says. A date of `starts` that the rule does not name is
    not one of its dates.

    Raises:
        InvalidValue: the text is no `RRULE`, or has a part that is not read.

    >>> from itertools import islice
    >>> [str(day) for day in dates_of_rrule("FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", starts=date(2026, 11, 1))]
    ['2026-11-27', '2026-12-25', '2027-01-29']
    >>> [str(day) for day in islice(dates_of_rrule("FREQ=YEARLY", starts=date(2028, 2, 29)), 2)]
    ['2028-02-29', '2032-02-29']
    """
    require_type("rrule", rrule, str)
    require_type("starts", starts, date)
    parts = _parts_of(rrule)
    most = number_in(parts, "COUNT", _NUMBER) if "COUNT" in parts else None
    until = _until(parts)
    days = (day for day in _days(parts, starts, number_in(parts, "INTERVAL", _NUMBER)) if day >= starts)
    counted = (day for number, day in takewhile(lambda each: most is None or each[0] < most, enumerate(days)))
    return takewhile(lambda day: until is None or day <= until, counted)


def _parts_of(rrule: str) -> Mapping[str, str]:
    given = [part.partition("=") for part in rrule.strip().upper().removeprefix("RRULE:").split(";")]
    parts, names = {name: value for name, _, value in given}, [name for name, _, _ in given]
    reads = _PARTS.get(parts.get("FREQ", ""))
    if reads is None:
        raise unread("FREQ", f"one of {', '.join(_PARTS)}")
    for name, _, value in given:
        if name not in reads:
            raise unread(name, f"with {parts['FREQ']} only {', '.join(sorted(reads))}")
        if not value or names.count(name) > 1:
            raise unread(name, "each part once, with a value")
    require_end_and_week_start(parts)
    return parts


def _until(parts: Mapping[str, str]) -> date | None:
    if "UNTIL" not in parts:
        return None
    try:
        return datetime.strptime(parts["UNTIL"], "%Y%m%d").date()  # noqa: DTZ007 - a date has no zone
    except ValueError:
        raise unread("UNTIL", "a date such as 20261231") from None


def _days(parts: Mapping[str, str], starts: date, every: int) -> Iterator[date]:
    """The dates of one period after the other, the first of which contains `starts`."""
    if parts["FREQ"] == "DAILY":
        return _steps(starts, every)
    if parts["FREQ"] == "YEARLY":
        years = range(starts.year, MAXYEAR + 1, every)
        return (day for year in years for day in _existing(year, starts.month, [starts.day]))
    if parts["FREQ"] == "WEEKLY":
        return _of_weeks(parts, starts, every)
    return _of_months(parts, starts, every)


def _steps(first: date, days: int) -> Iterator[date]:
    return (date.fromordinal(each) for each in range(first.toordinal(), date.max.toordinal() + 1, days))


def _of_weeks(parts: Mapping[str, str], starts: date, every: int) -> Iterator[date]:
    names = parts["BYDAY"].split(",") if "BYDAY" in parts else [_DAYS[starts.weekday()]]
    if not {*names} <= {*_DAYS}:
        raise unread("BYDAY", "days such as MO; numbers with MONTHLY alone")
    begins = _DAYS.index(parts.get("WKST", "MO"))
    away = sorted({(_DAYS.index(name) - begins) % DAYS_A_WEEK for name in names})
    week = starts - timedelta(days=(starts.weekday() - begins) % DAYS_A_WEEK)
    last = date.max.toordinal()
    weeks = range(week.toordinal(), last + 1, every * DAYS_A_WEEK)
    return (date.fromordinal(first + days) for first in weeks for days in away if first + days <= last)


def _of_months(parts: Mapping[str, str], starts: date, every: int) -> Iterator[date]:
    numbers, weekdays = _days_of_month(parts), _nth_days(parts)
    if numbers is None and weekdays is None:
        numbers = [starts.day]
    months = range(starts.year * 12 + starts.month - 1, MAXYEAR * 12 + 12, every)
    return (
        day
        for year, month in (divmod(each, 12) for each in months)
        for day in _named(year, month + 1, numbers, weekdays)
    )


def _named(year: int, month: int, numbers: list[int] | None, weekdays: list[tuple[int, int]] | None) -> Iterator[date]:
    """The dates of a month that have one of the numbers, and are one of the days."""
    last = monthrange(year, month)[1]
    chosen = None if numbers is None else {number if number > 0 else last + 1 + number for number in numbers}
    for day in _existing(year, month, range(1, last + 1)):
        of_number = chosen is None or day.day in chosen
        if of_number and (weekdays is None or any(_is_nth(day, last, *each) for each in weekdays)):
            yield day


def _days_of_month(parts: Mapping[str, str]) -> list[int] | None:
    if "BYMONTHDAY" not in parts:
        return None
    texts = parts["BYMONTHDAY"].split(",")
    if not all(map(_DAY_OF_MONTH.fullmatch, texts)):
        raise unread("BYMONTHDAY", "numbers from 1 to 31, or from -31 to -1")
    return [*map(int, texts)]


def _nth_days(parts: Mapping[str, str]) -> list[tuple[int, int]] | None:
    """Which of its kind in the month, 0 for each, and the weekday."""
    if "BYDAY" not in parts:
        return None
    found = [_NTH_DAY.fullmatch(text) for text in parts["BYDAY"].split(",")]
    named = [(int(each[1] or 0), _DAYS.index(each[2])) for each in found if each is not None]
    if len(named) < len(found):
        raise unread("BYDAY", "days such as MO, 2TU or -1FR")
    return named


def _is_nth(day: date, days: int, number: int, weekday: int) -> bool:
    if day.weekday() != weekday:
        return False
    nth = (day.day - 1) // DAYS_A_WEEK + 1 if number > 0 else -((days - day.day) // DAYS_A_WEEK + 1)
    return number in {0, nth}


def _existing(year: int, month: int, days: Iterable[int]) -> Iterator[date]:
    return (date(year, month, day) for day in days if day <= monthrange(year, month)[1])
