"""Edges of `hours_and_claims` where they are easily forgotten: in salons, services, exceptions, holds and limits."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from booking_domain.scheduling import (
    Anchoring,
    Block,
    Claim,
    ClockChanges,
    Hours,
    OpeningHours,
    ServiceHours,
    WeeklyRule,
)
from booking_domain.testing.edges.hours_and_claims import days_after_saturday, hours_in_a_change, with_notice
from booking_domain.testing.edges.moving import (
    ALL_DAY,
    DAY,
    MINUTE,
    a_range,
    a_rule,
    an_exception,
    around,
    changed,
    claimed,
    date_of,
    held,
    midnight_of,
    open_all_day,
    plain_settings,
)
from booking_domain.testing.question import Question

_OTHER_HOURS: Final = Hours.parse("10:00-14:00"), Hours.parse("22:00-02:00")


def dates_of_a_salon(question: Question) -> Question:
    """Rules of the salon end and begin on a date, and skip weeks before it; or the salon has an exception there."""
    day = date_of(question)
    exceptions = (an_exception(day, *_OTHER_HOURS),) if day.day % 4 == 0 else ()
    zone = question.calendar.time_zone
    return _open(question, salon=OpeningHours(time_zone=zone, rules=_dated(day), exceptions=exceptions))


def dates_of_a_service(question: Question) -> Question:
    """Rules of a service end and begin on a date, and skip weeks before it."""
    return _open(question, service_hours=(ServiceHours(_dated(date_of(question))),))


def weeks_over_new_year(question: Question) -> Question:
    """A rule that skips two weeks of three counts them from December on."""
    day = date_of(question).replace(month=1, day=2)
    rule = a_rule(day, ALL_DAY, valid_from=day - timedelta(weeks=3), every_weeks=3)
    return changed(question, rules=(rule,), exceptions=(), window=around(question.calendar, day))


def notice_of_today(question: Question) -> Question:
    """The notice ends on the date on which the question is asked."""
    return with_notice(question, midnight_of(question.calendar, date_of(question)) + 14 * 60 * MINUTE, 4 * 60)


def one_place_in_each_limit(question: Question) -> Question:
    """A week, its month and its year take one more than they have."""
    monday = _monday_in_may(question)
    claims = tuple(claimed(midnight_of(question.calendar, monday + away * DAY), 600, 60) for away in (1, 3))
    return _limited(question, monday + 2 * DAY, claims, max_per_week=3, max_per_month=3, max_per_year=3)


def week_full_at_its_ends(question: Question) -> Question:
    """Early on Monday and late on Sunday is all that a week takes."""
    monday = _monday_in_may(question)
    late = midnight_of(question.calendar, monday + 7 * DAY)
    claims = claimed(midnight_of(question.calendar, monday), 0, 60), claimed(late, -60, 60)
    return _limited(question, monday + 2 * DAY, claims, max_per_week=2)


def nights_of_a_date_with_a_place(question: Question) -> Question:
    """A date that takes one has a lapsed hold, the end of an appointment of the day before and a buffer of the next."""
    day = date_of(question)
    at = midnight_of(question.calendar, day)
    next_one = claimed(midnight_of(question.calendar, day + DAY), 0, 60, buffer=45)
    lapsed = replace(held(at, 600, 60), expires_at=at - 30 * DAY)
    return _limited(question, day, (claimed(at, -30, 60), lapsed, next_one), max_per_day=1)


def week_of_two_years(question: Question) -> Question:
    """A hold of December is all that its week takes, which goes on in January."""
    day = date_of(question).replace(month=1, day=1)
    return _limited(question, day, (held(midnight_of(question.calendar, day - DAY), 600, 60),), max_per_week=1)


def evening_before_other_hours(question: Question) -> Question:
    """Hours past midnight run into a date with other hours, which run past midnight themselves."""
    day = date_of(question)
    rules = a_rule(day - DAY, "20:00-06:00"), a_rule(day, ALL_DAY)
    exceptions = (an_exception(day, *_OTHER_HOURS),)
    there = changed(question, rules=rules, exceptions=exceptions, window=around(question.calendar, day))
    settings = plain_settings(question, duration_minutes=30, step_minutes=15, min_notice_minutes=0, horizon_days=90)
    return replace(there, calendar=replace(there.calendar, settings=settings), claims=(), duration_minutes=None)


def exception_by_the_clock(question: Question) -> Question:
    """Hours of an exception start at a time that clocks repeat, or skip, and are read by the clock."""
    clocks = tuple(each for each in ClockChanges if each is not ClockChanges.ELAPSED)
    changing = hours_in_a_change(question, clocks[date_of(question).day // 3 % 3])
    if changing is None:
        return question
    there, day, hours = changing
    return replace(there, calendar=replace(there.calendar, rules=(), exceptions=(an_exception(day, hours),)))


def salon_in_a_change(question: Question) -> Question:
    """A salon opens at a local time that clocks repeat, or skip, while the calendar is open."""
    changing = hours_in_a_change(question, ClockChanges.ELAPSED)
    if changing is None:
        return question
    there, day, _ = changing
    calendar = there.calendar
    salon = OpeningHours(time_zone=calendar.time_zone, rules=calendar.rules)
    rules = tuple(a_rule(day + away * DAY, "00:00-24:00") for away in (-1, 0, 1))
    return replace(there, calendar=replace(calendar, rules=rules, salon=salon))


def steps_after_holds(question: Question) -> Question:
    """Steps restart after a hold, and neither after one that has lapsed nor after blocks, which end off the grid."""
    at = midnight_of(question.calendar, date_of(question))
    anchored: dict[str, Any] = {"anchoring": Anchoring.AFTER_CLAIM, "buffer_before_minutes": 0}
    settings = plain_settings(question, duration_minutes=30, step_minutes=10, buffer_after_minutes=0, **anchored)
    lapsed = replace(held(at, 724, 30), expires_at=at - 30 * DAY)
    claims = held(at, 301, 33), claimed(at, 452, 33), lapsed
    blocks = tuple(Block(range=a_range(at, start, 31)) for start in (65, 905))
    return open_all_day(question, settings, claims=claims, blocks=blocks)


def _monday_in_may(question: Question) -> date:
    day = date_of(question).replace(month=5, day=15)
    return day - day.weekday() * DAY


def _dated(day: date) -> tuple[WeeklyRule, ...]:
    """Rules that open parts of the date: of one it is the last, of one the first, and one skips weeks before it."""
    since = day - timedelta(weeks=2, days=days_after_saturday(day))
    return (
        a_rule(day, "00:00-08:00", valid_until=day),
        a_rule(day, "08:00-16:00", valid_from=day),
        a_rule(day, "16:00-23:30", valid_from=since, every_weeks=2),
    )


def _open(question: Question, **changes: Any) -> Question:
    day = date_of(question)
    rules = a_rule(day, ALL_DAY), a_rule(day + DAY, ALL_DAY)
    return changed(question, rules=rules, exceptions=(), window=around(question.calendar, day), **changes)


def _limited(question: Question, day: date, claims: tuple[Claim, ...], **limit: Any) -> Question:
    """A date that is open all day, with claims and a limit."""
    settings = replace(plain_settings(question, duration_minutes=60, step_minutes=30), **limit)
    return open_all_day(question, settings, day=day, claims=claims)
