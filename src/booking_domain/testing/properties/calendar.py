"""Offered slots follow from the calendar, computed independently."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from booking_domain.scheduling import (
    Anchoring,
    Calendar,
    ClaimKind,
    Hours,
    SlotSettings,
    WallTime,
    WeeklyRule,
    offered_slots,
)
from booking_domain.scheduling.model import MAX_HORIZON_DAYS
from booking_domain.shared.ids import RuleId
from booking_domain.shared.time import MINUTES_A_DAY, TimeRange
from booking_domain.testing.edges import EDGES, Edge
from booking_domain.testing.properties.broken import broken, must_be
from booking_domain.testing.properties.obstacles import Obstacles
from booking_domain.testing.properties.open_hours import (
    Opening,
    instant_of,
    opening,
    openings,
    own_and_salon,
)
from booking_domain.testing.properties.whole_days import appointment, days_of, whole_days
from booking_domain.testing.question import MOMENT, OWNER, Question, SlotFunction, hours_of_services

DAY: Final = timedelta(days=1)
_LOOK_BACK: Final = 16
_LOOK_AHEAD: Final = 3
_SHORT: Final = 600
"""Daily ranges of at most this many minutes do not touch across a clock change of less than a day."""


def slots_respect_the_calendar(question: Question, by: SlotFunction = offered_slots) -> None:
    """Each slot lies within opening hours, outside blocks, and within notice, horizon and limits; slots are sorted.

    It lies within the hours of services, too. Each slot starts in the window and has the requested duration; one of
    whole days lasts from an opening to the closing of its last date.
    """
    slots = question.slots(by)
    for earlier, later in pairwise(slots):
        if earlier.start >= later.start:
            broken("The slots are not in order", question, later.start)
    opened, forbids = _openings(question), _forbidding(question)
    in_days = {(each.start, each.end) for each in whole_days(question)} if days_of(question) else None
    for slot in slots:
        if not question.window.start <= slot.start < question.window.end:
            broken("A slot starts outside of the window", question, slot.start)
        if in_days is not None:
            if slot not in in_days:
                broken("A slot does not last from an opening to the closing of its last date", question, slot.start)
        elif slot.end - slot.start != question.length:
            broken(f"A slot ends after {slot.end - slot.start}", question, slot.start)
        elif not any(opens <= slot.start and slot.end <= closes for opens, closes in opened):
            broken("A slot does not lie in opening hours", question, slot.start)
        why = forbids(slot.start)
        if why is not None:
            broken(f"A slot is offered, and {why}", question, slot.start)


def opening_hours_are_cut_into_slots(question: Question, by: SlotFunction = offered_slots) -> None:
    """There is a slot at each step from the opening, or of whole days at each opening, unless a rule forbids it.

    Questions with other anchors are asked with steps counted from the opening. Hours that have been open for more than
    two weeks are not checked.
    """
    settings = replace(question.calendar.settings, anchoring=Anchoring.OPEN_RANGE)
    question = replace(question, calendar=replace(question.calendar, settings=settings))
    if days_of(question):
        _dates_are_slots(question, by)
        return
    step, forbids = timedelta(minutes=settings.step_minutes), _forbidding(question)
    opened = _openings(question)
    since = question.window.start - (_LOOK_BACK - 3) * DAY
    expected: list[datetime] = []
    for opens, closes in opened:
        if opens < since:
            continue
        start = opens + max(0, -((opens - question.window.start) // step)) * step
        while start + question.length <= closes and start < question.window.end:
            if start >= question.window.start and forbids(start) is None:
                expected.append(start)
            start += step
    unknown = [each for each in opened if each[0] < since]
    offered = [at for at in question.offered(by) if not any(opens <= at < closes for opens, closes in unknown)]
    must_be("Cut from the opening hours one by one", question, offered, expected)


def steps_restart_after_claims(question: Question, by: SlotFunction = offered_slots) -> None:
    """With `after_claim` anchoring, steps restart after claims and busy times, and at the second and later midnights.

    They restart where a pause of a claim begins, too, and each time when the way from a claim elsewhere is over.

    All questions are asked so. Hours that have been open for more than two weeks are not checked.
    """
    settings = replace(question.calendar.settings, anchoring=Anchoring.AFTER_CLAIM)
    question = replace(question, calendar=replace(question.calendar, settings=settings))
    if days_of(question):
        _dates_are_slots(question, by)
        return
    step, forbids, calendar = timedelta(minutes=settings.step_minutes), _forbidding(question), question.calendar
    ends = [*Obstacles(question).ends(), *(each.end for each in calendar.busy)]
    anew = [each + timedelta(minutes=settings.buffer_before_minutes) for each in ends]
    opened, window = _openings(question), question.window
    since = window.start - (_LOOK_BACK - 3) * DAY
    expected: list[datetime] = []
    for opens, closes in opened:
        if opens < since:
            continue
        days = (closes - opens) // DAY + 3
        first = opens.astimezone(calendar.zone).date()
        midnights = {instant_of(first + number * DAY, WallTime(0), calendar) for number in range(days)}
        later = sorted(each for each in midnights if opens <= each < closes)[1:]
        anchors = sorted({opens, *later, *(each for each in anew if opens < each < closes)})
        for anchor, until in pairwise((*anchors, closes)):
            start = anchor + max(0, -((anchor - window.start) // step)) * step
            while start < until and start + question.length <= closes and start < window.end:
                if start >= window.start and forbids(start) is None:
                    expected.append(start)
                start += step
    unknown = [each for each in opened if each[0] < since]
    offered = [at for at in question.offered(by) if not any(opens <= at < closes for opens, closes in unknown)]
    must_be("With the steps counted from each claim", question, offered, expected)


def _dates_are_slots(question: Question, by: SlotFunction) -> None:
    """There is a slot of whole days at each opening unless a rule forbids it."""
    forbids = _forbidding(question)
    expected = [each.start for each in whole_days(question) if forbids(each.start) is None]
    must_be("Put together from whole days", question, question.offered(by), expected)


def edges_are_right(
    question: Question, by: SlotFunction = offered_slots, *, edges: Iterable[Edge] = tuple(EDGES.values())
) -> None:
    """The slots are those of the calendar at each edge where bugs live, to which the question is moved in turn.

    The edges are those of `booking_domain.testing.edges`; leave out those of features that your rules lack.
    """
    for edge in edges:
        moved = edge(question)
        slots_respect_the_calendar(moved, by)
        after_claim = moved.calendar.settings.anchoring is Anchoring.AFTER_CLAIM
        (steps_restart_after_claims if after_claim else opening_hours_are_cut_into_slots)(moved, by)


def notice_and_horizon_are_exact(question: Question, by: SlotFunction = offered_slots) -> None:
    """A slot is offered up to the instant of the notice and to the end of the last local date of the horizon.

    Up to two offered slots are requested at their last instant and one microsecond later, and with a horizon that ends
    on their date and the day before.
    """
    settings, zone = question.calendar.settings, question.calendar.zone
    taken = tuple(replace(claim, kind=ClaimKind.BOOKING, expires_at=None) for claim in question.live)
    offered = question.offered(by)

    def covered(start: datetime, now: datetime, horizon_days: int) -> bool:
        wide = replace(settings, horizon_days=horizon_days)
        return replace(question, calendar=replace(question.calendar, settings=wide), claims=taken, now=now).offers(
            start, by
        )

    for start in {*offered[:1], *offered[-1:]}:
        last_moment = start - timedelta(minutes=settings.min_notice_minutes)
        if not covered(start, last_moment, MAX_HORIZON_DAYS):
            broken("At the last moment that the notice allows, it is not offered", question, start)
        if covered(start, last_moment + MOMENT, MAX_HORIZON_DAYS):
            broken("When the notice is no longer kept, it is offered", question, start)
        ahead = (_reached(start, question.calendar) - question.now.astimezone(zone).date()).days
        if not covered(start, question.now, ahead):
            broken(f"With a horizon of {ahead} days, which ends with its date, it is not offered", question, start)
        if ahead > 0 and covered(start, question.now, ahead - 1):
            broken(f"With a horizon of {ahead - 1} days, which ends before its date, it is offered", question, start)


def a_rule_starts_at_its_wall_clock_time(question: Question, by: SlotFunction = offered_slots) -> None:
    """Across clock changes, a rule opens when the local time in the question's zone reaches its start.

    A local time in a gap is interpreted with the offset before the gap, and a repeated local time is the first one
    (RFC 5545 §3.3.5). A rule that becomes empty that way opens nothing. Only the zone, the date and the hours of the
    first rule of the question are used.
    """
    rules = question.calendar.rules
    start = rules[0].hours.start.minutes if rules else 0
    length = min((rules[0].hours.end.minutes - start) % MINUTES_A_DAY if rules else 60, _SHORT) or 60
    end = start + length
    hours = Hours(WallTime(start), WallTime(end if end <= MINUTES_A_DAY else end - MINUTES_A_DAY))
    calendar = Calendar(
        time_zone=question.calendar.time_zone,
        settings=SlotSettings(step_minutes=MINUTES_A_DAY, duration_minutes=1, horizon_days=30),
        rules=tuple(WeeklyRule(id=RuleId(OWNER), day=day, hours=hours) for day in range(7)),
    )
    day = question.window.start.date()
    window = TimeRange(question.window.start - 5 * DAY, question.window.start + 5 * DAY)
    daily = Question(calendar, (), window, now=window.start)
    opened = sorted({opening(day + number * DAY, hours, calendar) for number in range(-8, 9)})
    expected = [opens for opens, closes in opened if opens < closes and window.start <= opens < window.end]
    must_be("By the clock on the wall", daily, daily.offered(by), expected)


def _openings(question: Question) -> list[Opening]:
    return own_and_salon(question.calendar, *_dates(question))


def _services(question: Question) -> list[list[Opening]]:
    return [openings(each, *_dates(question)) for each in hours_of_services(question.calendar)]


def _dates(question: Question) -> tuple[date, date]:
    """The first and the last date whose hours count."""
    window = question.window
    return window.start.date() - _LOOK_BACK * DAY, (window.end + question.length).date() + _LOOK_AHEAD * DAY


def _reached(at: datetime, calendar: Calendar) -> date:
    """Return the local date. If clocks go back over midnight, the next date starts at its first midnight."""
    day = at.astimezone(calendar.zone).date()
    return day if at < instant_of(day + DAY, WallTime(0), calendar) else day + DAY


def _forbidding(question: Question) -> Callable[[datetime], str | None]:
    """Return the rule that forbids a start, other than opening hours and steps."""
    calendar, settings, zone = question.calendar, question.calendar.settings, question.calendar.zone
    earliest = question.now + timedelta(minutes=settings.min_notice_minutes)
    last_date = question.now.astimezone(zone).date() + settings.horizon_days * DAY
    services, obstacles = [] if days_of(question) else _services(question), Obstacles(question)
    dates = [claim.span.start.astimezone(zone).date() for claim in question.live]
    weeks = [day.isocalendar()[:2] for day in dates]
    months, years = [(day.year, day.month) for day in dates], [day.year for day in dates]

    def why_not(start: datetime) -> str | None:
        day = start.astimezone(zone).date()
        end = appointment(question, start).end
        week = day.isocalendar()[:2]
        return next(
            (
                why
                for why, forbids in {
                    "it is past, or sooner than the notice allows": start < earliest,
                    "it is beyond the horizon": _reached(start, calendar) > last_date,
                    "with its buffers it meets what is claimed or busy": obstacles.taken(start),
                    "too few units of a resource are free": obstacles.lacks_units(start),
                    "it does not lie in the hours of a service": not all(
                        any(opens <= start and end <= closes for opens, closes in each) for each in services
                    ),
                    "it meets a block": any(off.range.start < end and start < off.range.end for off in calendar.blocks),
                    "the day is full": settings.max_per_day is not None and dates.count(day) >= settings.max_per_day,
                    "the week is full": settings.max_per_week is not None
                    and weeks.count(week) >= settings.max_per_week,
                    "the month is full": settings.max_per_month is not None
                    and months.count((day.year, day.month)) >= settings.max_per_month,
                    "the year is full": settings.max_per_year is not None
                    and years.count(day.year) >= settings.max_per_year,
                }.items()
                if forbids
            ),
            None,
        )

    return why_not
