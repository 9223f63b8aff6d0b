"""Edges of opening hours, limits and claims, of what shares time, and of the hours of services."""

from calendar import monthrange
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from booking_domain.scheduling import (
    Anchoring,
    Block,
    ClockChanges,
    Hours,
    Pause,
    RequiredResource,
    ServiceHours,
    TimeRange,
    WallTime,
    WeeklyRule,
)
from booking_domain.shared.ids import ServiceId
from booking_domain.shared.time import MINUTES_A_DAY
from booking_domain.testing.edges.moving import (
    ALL_DAY,
    BUFFERED,
    DAY,
    MINUTE,
    a_range,
    a_rule,
    a_unit,
    an_exception,
    around,
    changed,
    claimed,
    date_of,
    held,
    midnight_of,
    nearest_change,
    open_all_day,
    plain_settings,
)
from booking_domain.testing.question import Question

_CLASS, _OTHER = ServiceId(UUID(int=80)), ServiceId(UUID(int=81))


def last_date(question: Question) -> Question:
    """The rules of a date in the window are valid until that date, inclusive."""
    return _opened(question, valid_until=date_of(question))


def first_date(question: Question) -> Question:
    """The rules of a date in the window are valid from that date on."""
    return _opened(question, valid_from=date_of(question))


def skipped_weeks(question: Question) -> Question:
    """A rule skips weeks, and counts from a date of the week before its first one, from whichever day weeks count."""
    day = date_of(question)
    weeks = 2 + day.day % 2
    since = day - timedelta(weeks=weeks, days=days_after_saturday(day))
    return _opened(question, valid_from=since, every_weeks=weeks)


def days_after_saturday(day: date) -> int:
    """How long the last Saturday before a date is ago, or, of a Saturday, the Sunday."""
    return min(6, day.isoweekday() % 7 + 1)


def evening_before_exception(question: Question) -> Question:
    """Hours past midnight run into a date with an exception."""
    day = date_of(question)
    return changed(
        question,
        rules=(a_rule(day - DAY, "20:00-06:00"), a_rule(day, ALL_DAY)),
        exceptions=(an_exception(day),),
        window=around(question.calendar, day),
    )


def notice_across_a_change(question: Question) -> Question:
    """The notice ends in the window, and clocks change within it."""
    change = nearest_change(question)
    if change is None:
        return with_notice(question, midnight_of(question.calendar, date_of(question)) + 10 * 60 * MINUTE, 26 * 60)
    return with_notice(question, change + 7 * 60 * MINUTE, 26 * 60)


def start_in_a_change(question: Question) -> Question:
    """A rule starts at a local time that clocks repeat, or skip."""
    return _in_a_change(question, ClockChanges.ELAPSED)


def by_the_clock(question: Question) -> Question:
    """So it does, and hours are read by the clock."""
    by_clock = [each for each in ClockChanges if each is not ClockChanges.ELAPSED]
    return _in_a_change(question, by_clock[date_of(question).day // 3 % 3])


def _in_a_change(question: Question, clocks: ClockChanges) -> Question:
    changing = hours_in_a_change(question, clocks)
    return question if changing is None else changing[0]


def hours_in_a_change(question: Question, clocks: ClockChanges) -> tuple[Question, date, Hours] | None:
    """The question with one rule that starts at a time which clocks repeat, or skip; the date and hours of that."""
    change = nearest_change(question, back=date_of(question).day % 3 > 0)
    if change is None:
        return None
    zone = question.calendar.zone
    before, after = (change - MINUTE).astimezone(zone), change.astimezone(zone)
    jump = (after.utcoffset() or timedelta(0)) - (before.utcoffset() or timedelta(0))
    shown = (before + MINUTE).replace(tzinfo=None) + jump / 2
    if shown.second:
        return None
    start = shown.hour * 60 + shown.minute
    text = f"{WallTime(start)}-{WallTime((start + 5 * 60) % MINUTES_A_DAY)}"
    day = shown.date()
    settings = plain_settings(question, step_minutes=20, duration_minutes=30, clock_changes=clocks)
    window = TimeRange(change - 6 * 60 * MINUTE, change + 6 * 60 * MINUTE)
    moved = changed(
        replace(question, claims=question.claims[:2], duration_minutes=None),
        settings=settings,
        rules=(a_rule(day, text),),
        exceptions=(),
        blocks=(),
        window=window,
    )
    return moved, day, Hours.parse(text)


def after_a_claim(question: Question) -> Question:
    """Steps restart after a claim and a busy time, both off the grid, with buffers on each side."""
    day = date_of(question)
    at = midnight_of(question.calendar, day)
    span = TimeRange(at + 607 * MINUTE, at + 650 * MINUTE)
    settings = plain_settings(
        question,
        anchoring=Anchoring.AFTER_CLAIM,
        buffer_before_minutes=25,
        buffer_after_minutes=10,
        duration_minutes=45,
        step_minutes=50,
    )
    calendar = replace(question.calendar, settings=settings)
    claim = replace(calendar.claim(span), blocked=TimeRange(span.start - 5 * MINUTE, span.end + 15 * MINUTE))
    busy = TimeRange(at + 903 * MINUTE, at + 931 * MINUTE)
    return changed(
        replace(question, claims=(claim,), duration_minutes=None),
        settings=settings,
        busy=(busy,),
        rules=(a_rule(day, ALL_DAY),),
        exceptions=(),
        window=around(question.calendar, day),
    )


def nights_after_a_claim(question: Question) -> Question:
    """Steps after claims restart at the second midnight of a range that is open for days."""
    day = date_of(question)
    settings = plain_settings(question, anchoring=Anchoring.AFTER_CLAIM, step_minutes=50, duration_minutes=60)
    rules = tuple(a_rule(day + (away * DAY), "00:00-24:00") for away in (-1, 0))
    late = midnight_of(question.calendar, day) - 3 * 60 * MINUTE
    claim = replace(question.calendar, settings=settings).claim(TimeRange(late, late + 37 * MINUTE))
    return changed(
        replace(question, claims=(claim,) if day.day % 2 else (), duration_minutes=None),
        settings=settings,
        rules=rules,
        exceptions=(),
        busy=(),
        window=around(question.calendar, day),
    )


def full_date(question: Question) -> Question:
    """As many bookings as a date takes; one of the date before runs past midnight."""
    return _booked_up(question, date_of(question), max_per_day=1)


def full_week(question: Question) -> Question:
    """As many bookings as a week takes, unless it begins on the date."""
    return _booked_up(question, date_of(question), max_per_week=2)


def full_month(question: Question) -> Question:
    """As many bookings as a month takes, on its last date."""
    day = date_of(question)
    return _booked_up(question, day.replace(day=monthrange(day.year, day.month)[1]), max_per_month=2)


def full_year(question: Question) -> Question:
    """As many bookings as a year takes, on its last date."""
    return _booked_up(question, date_of(question).replace(month=12, day=31), max_per_year=2)


def beside_a_busy_time(question: Question) -> Question:
    """A busy time in opening hours, and appointments with buffers on both sides."""
    day = date_of(question)
    at = midnight_of(question.calendar, day)
    settings = plain_settings(
        question,
        anchoring=Anchoring.OPEN_RANGE,
        step_minutes=15,
        duration_minutes=30,
        buffer_before_minutes=15 * (1 + day.day % 2),
        buffer_after_minutes=15 * (2 - day.day % 2),
    )
    return changed(
        replace(question, claims=(), duration_minutes=None),
        settings=settings,
        busy=(TimeRange(at + 600 * MINUTE, at + 660 * MINUTE),),
        rules=(a_rule(day, ALL_DAY),),
        exceptions=(),
        blocks=(),
        window=around(question.calendar, day),
    )


def beside_hours_of_a_service(question: Question) -> Question:
    """The hours of a service begin and end on and off the grid in opening hours, and touch each other at midnight."""
    day = date_of(question)
    texts = ((day, "09:10-12:20"), (day, "14:00-15:45"), (day, "20:00-24:00"), (day + DAY, "00:00-05:00"))
    return _with_service_hours(question, *(a_rule(each, text) for each, text in texts))


def service_on_an_exception(question: Question) -> Question:
    """The hours of a service on a date that has other opening hours than usual, and on which their rules change."""
    day = date_of(question)
    valid = a_rule(day, "09:10-12:40", valid_until=day), a_rule(day, "13:00-16:10", valid_from=day + DAY)
    there = _with_service_hours(question, *valid)
    other = an_exception(day, Hours.parse("06:00-15:00"))
    return replace(there, calendar=replace(there.calendar, exceptions=(other,)))


def in_pauses(question: Question) -> Question:
    """Claims with pauses: an appointment with its buffers just fits in some, and is a minute too long for another.

    One is a hold, and in a pause of one is a busy time.
    """
    at = midnight_of(question.calendar, date_of(question))
    claims = (
        claimed(at, 240, 180, (60, 60)),
        held(at, 540, 180, (60, 60)),
        claimed(at, 780, 180, (60, 59)),
        claimed(at, 1020, 220, (45, 15), (90, 60)),
    )
    settings = plain_settings(question, duration_minutes=30, **BUFFERED)
    return open_all_day(question, settings, claims=claims, busy=(a_range(at, 315, 15),))


def in_a_pause_on_a_full_date(question: Question) -> Question:
    """A claim in the pause of another, which are as many as a date takes."""
    at = midnight_of(question.calendar, date_of(question))
    claims = (claimed(at, 540, 180, (60, 60)), claimed(at, 615, 30))
    settings = replace(plain_settings(question, duration_minutes=30, **BUFFERED), max_per_day=2)
    return open_all_day(question, settings, claims=claims)


def steps_after_a_pause(question: Question) -> Question:
    """Steps restart where a pause begins, off the grid."""
    claims = (claimed(midnight_of(question.calendar, date_of(question)), 607, 180, (60, 100)),)
    anchored = {**BUFFERED, "anchoring": Anchoring.AFTER_CLAIM, "step_minutes": 50}
    return open_all_day(question, plain_settings(question, duration_minutes=30, **anchored), claims=claims)


def around_others(question: Question) -> Question:
    """Appointments with a pause: a claim and a busy time just fit in it, another claim does not, nor does a block."""
    at = midnight_of(question.calendar, date_of(question))
    settings = plain_settings(question, duration_minutes=120, pauses=(Pause(30, 60),), **BUFFERED)
    claims = (claimed(at, 720, 30, buffer=15), claimed(at, 960, 31, buffer=15))
    busy, block = (TimeRange(at + start * MINUTE, at + (start + 60) * MINUTE) for start in (1170, 270))
    return open_all_day(question, settings, claims=claims, busy=(busy,), blocks=(Block(range=block),))


def around_others_at_another_length(question: Question) -> Question:
    """Appointments of a length that has no pause."""
    return replace(around_others(question), duration_minutes=105)


def unit_taken_in_a_pause(question: Question) -> Question:
    """Appointments with a pause, in which the unit that they need is taken."""
    there = around_others(question)
    at = midnight_of(question.calendar, date_of(question))
    room = RequiredResource(units=(a_unit(at, (360, 420)),))
    return replace(there, calendar=replace(there.calendar, resources=(room,)))


def places_of_a_class(question: Question) -> Question:
    """A class: one occurrence is full, others have places left, and claims of another length stand in the way.

    A hold has lapsed beside such a place, and one where nobody else is.
    """
    at = midnight_of(question.calendar, date_of(question))
    settings = plain_settings(question, duration_minutes=60, capacity=3, **BUFFERED)
    calendar = replace(question.calendar, settings=settings)
    spans = [*[(600, 60)] * 3, *[(720, 60)] * 2, *[(840, 45)] * 2, (960, 60)]
    claims = [calendar.claim(a_range(at, start, minutes)) for start, minutes in spans]
    lapsed = (calendar.claim(a_range(at, start, 60), expires_at=at - 30 * DAY) for start in (720, 1140))
    return open_all_day(question, settings, claims=(*claims, *lapsed))


def beside_another_class(question: Question) -> Question:
    """A class, and at its times appointments and places of another class."""
    at = midnight_of(question.calendar, date_of(question))
    settings = plain_settings(question, duration_minutes=60, capacity=2, class_id=_CLASS, **BUFFERED)
    claims = (replace(claimed(at, start, 60), class_id=of) for start, of in ((600, _OTHER), (720, None), (900, _CLASS)))
    return open_all_day(question, settings, claims=tuple(claims))


def class_on_a_full_date(question: Question) -> Question:
    """Places of one occurrence are as many as a date takes."""
    at = midnight_of(question.calendar, date_of(question))
    settings = plain_settings(question, duration_minutes=60, capacity=4, **BUFFERED)
    settings = replace(settings, max_per_day=2)
    place = replace(question.calendar, settings=settings).claim
    return open_all_day(question, settings, claims=tuple(place(a_range(at, 600, 60)) for _ in range(2)))


def beside_taken_units(question: Question) -> Question:
    """Resources: as many units are free as are needed, one fewer, and one after the other."""
    at = midnight_of(question.calendar, date_of(question))
    chairs = (a_unit(at, (600, 660), (810, 870)), a_unit(at, (600, 720)), a_unit(at, (780, 840)))
    machines = (a_unit(at, (1200, 1245)), a_unit(at, (1245, 1290)))
    resources = (
        RequiredResource(units=chairs, needed=2),
        RequiredResource(units=(a_unit(at, (1020, 1080)),)),
        RequiredResource(units=machines),
    )
    return open_all_day(question, plain_settings(question, duration_minutes=30, **BUFFERED), resources=resources)


def over_others(question: Question) -> Question:
    """Overbooked claims over others, one fewer than a date takes."""
    return _overbooked(question, 4)


def over_others_on_a_full_date(question: Question) -> Question:
    """Overbooked claims over others, as many as a date takes."""
    return _overbooked(question, 3)


def _opened(question: Question, **validity: Any) -> Question:
    """The question with one rule for the date in the window, which is valid so."""
    day = date_of(question)
    others = tuple(rule for rule in question.calendar.rules if rule.day != day.isoweekday() % 7)
    rules = (*others, a_rule(day, ALL_DAY, **validity))
    return changed(question, rules=rules, exceptions=(), window=around(question.calendar, day))


def _booked_up(question: Question, day: date, **limit: Any) -> Question:
    at = midnight_of(question.calendar, day)
    settings = replace(plain_settings(question, duration_minutes=60), **limit)
    booked = (TimeRange(at - 20 * MINUTE, at + 40 * MINUTE), TimeRange(at + 540 * MINUTE, at + 600 * MINUTE))
    claim = replace(question.calendar, settings=settings).claim
    return changed(
        replace(question, claims=tuple(map(claim, booked)), duration_minutes=None),
        settings=settings,
        rules=(a_rule(day, ALL_DAY), a_rule(day + DAY, ALL_DAY)),
        exceptions=(),
        blocks=(),
        busy=(),
        window=around(question.calendar, day),
    )


def _with_service_hours(question: Question, *rules: WeeklyRule) -> Question:
    day = date_of(question)
    settings = plain_settings(question, duration_minutes=45, **BUFFERED)
    return changed(
        replace(question, claims=(), duration_minutes=None),
        settings=settings,
        rules=tuple(a_rule(each, "00:00-24:00") for each in (day, day + DAY)),
        service_hours=(ServiceHours(rules),),
        exceptions=(),
        blocks=(),
        busy=(),
        window=around(question.calendar, day),
    )


def _overbooked(question: Question, max_per_day: int) -> Question:
    at = midnight_of(question.calendar, date_of(question))
    claims = ((600, 60, 0), (630, 90, 1), (645, 45, 2))
    return open_all_day(
        question,
        replace(plain_settings(question, duration_minutes=30, **BUFFERED), max_per_day=max_per_day),
        claims=tuple(replace(claimed(at, start, minutes), lane=lane) for start, minutes, lane in claims),
    )


def with_notice(question: Question, earliest: datetime, minutes: int) -> Question:
    """The question with a notice of so many minutes that ends at this hour."""
    earliest = earliest.replace(minute=0, second=0, microsecond=0)
    day = earliest.astimezone(question.calendar.zone).date()
    window = TimeRange(earliest - 6 * 60 * MINUTE, earliest + 6 * 60 * MINUTE)
    moved = changed(question, rules=(a_rule(day, ALL_DAY),), exceptions=(), blocks=(), window=window)
    settings = replace(moved.calendar.settings, min_notice_minutes=minutes, step_minutes=10, duration_minutes=30)
    calendar = replace(moved.calendar, settings=settings)
    return replace(moved, calendar=calendar, now=earliest - minutes * MINUTE, claims=(), duration_minutes=None)
