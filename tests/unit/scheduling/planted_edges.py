"""Slot functions with bugs at the edges: each is found by the properties at a hundred examples, in every run."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Final

from tests.unit.scheduling.planted import MINUTE, Wrong, other, other_settings

from booking_domain.scheduling import (
    Anchoring,
    Calendar,
    Claim,
    ClockChanges,
    OpeningHours,
    Slot,
    TimeRange,
    WeeklyRule,
)
from booking_domain.testing.question import Question


def until_the_day_before(rule: WeeklyRule) -> WeeklyRule | None:
    if rule.valid_until is None:
        return rule
    last = rule.valid_until - timedelta(days=1)
    return None if rule.valid_from is not None and last < rule.valid_from else replace(rule, valid_until=last)


def from_the_day_after(rule: WeeklyRule) -> WeeklyRule | None:
    if rule.valid_from is None:
        return rule
    first = rule.valid_from + timedelta(days=1)
    return None if rule.valid_until is not None and rule.valid_until < first else replace(rule, valid_from=first)


def ends_validity_a_day_early(asked: Question) -> Iterable[Slot]:
    return other(asked, rules=tuple(filter(None, map(until_the_day_before, asked.calendar.rules)))).slots()


def begins_validity_a_day_late(asked: Question) -> Iterable[Slot]:
    return other(asked, rules=tuple(filter(None, map(from_the_day_after, asked.calendar.rules)))).slots()


def counts_weeks_from_monday(asked: Question) -> Iterable[Slot]:
    def from_monday(rule: WeeklyRule) -> WeeklyRule:
        if rule.valid_from is None or rule.every_weeks == 1:
            return rule
        monday = rule.valid_from - timedelta(days=rule.valid_from.weekday())
        return replace(rule, valid_from=monday)

    return other(asked, rules=tuple(map(from_monday, asked.calendar.rules))).slots()


def keeps_notice_by_the_wall_clock(asked: Question) -> Iterable[Slot]:
    zone, notice = asked.calendar.zone, asked.calendar.settings.min_notice_minutes
    earliest = (asked.now.astimezone(zone) + timedelta(minutes=notice)).astimezone(UTC)
    slots = replace(other_settings(asked, min_notice_minutes=0), now=min(asked.now, earliest)).slots()
    return [slot for slot in slots if slot.start >= earliest]


def forgets_the_notice(asked: Question) -> Iterable[Slot]:
    return other_settings(asked, min_notice_minutes=0).slots()


def takes_the_second_of_two_hours(asked: Question) -> Iterable[Slot]:
    """Opens a rule at the second occurrence of a repeated time."""
    calendar = asked.calendar
    if calendar.salon is not None:
        return asked.slots()
    day = (asked.window.start - timedelta(days=1)).astimezone(calendar.zone).date()
    return after_the_second(asked, calendar, [day + timedelta(days=away) for away in range(4)])


def after_the_second(asked: Question, of: Calendar | OpeningHours, dates: Sequence[date]) -> Iterable[Slot]:
    """The slots but those between two occurrences of a time at which a rule opens on one of these dates."""
    closed: list[TimeRange] = []
    for rule, day in product(of.rules, dates):
        if rule.applies_on(day) and all(each.date != day for each in of.exceptions):
            at = datetime(day.year, day.month, day.day, tzinfo=of.zone) + rule.hours.start.minutes * MINUTE
            first, second = at.astimezone(UTC), at.replace(fold=1).astimezone(UTC)
            if first < second:
                closed.append(TimeRange(first, second))
    return [slot for slot in asked.slots() if not any(each.start <= slot.start < each.end for each in closed)]


def reads_hours_as_time_passes(asked: Question) -> Iterable[Slot]:
    return other_settings(asked, clock_changes=ClockChanges.ELAPSED).slots()


def takes_the_other_of_two_times(asked: Question) -> Iterable[Slot]:
    others = {ClockChanges.FIRST: ClockChanges.SECOND, ClockChanges.SECOND: ClockChanges.FIRST}
    clocks = asked.calendar.settings.clock_changes
    return other_settings(asked, clock_changes=others.get(clocks, clocks)).slots()


def opens_a_repeated_hour_twice(asked: Question) -> Iterable[Slot]:
    elapsed = asked.calendar.settings.clock_changes is ClockChanges.ELAPSED
    return asked.slots() if elapsed else other_settings(asked, clock_changes=ClockChanges.BOTH).slots()


def opens_a_repeated_hour_once(asked: Question) -> Iterable[Slot]:
    both = asked.calendar.settings.clock_changes is ClockChanges.BOTH
    return other_settings(asked, clock_changes=ClockChanges.FIRST).slots() if both else asked.slots()


def cuts_the_evening_before_an_exception(asked: Question) -> Iterable[Slot]:
    zone = asked.calendar.zone
    dates = {each.date for each in asked.calendar.exceptions if not each.ranges}
    return [slot for slot in asked.slots() if slot.start.astimezone(zone).date() not in dates]


def allows_one_more_a_day(asked: Question) -> Iterable[Slot]:
    most = asked.calendar.settings.max_per_day
    return asked.slots() if most is None else other_settings(asked, max_per_day=most + 1).slots()


def allows_one_more_a_week(asked: Question) -> Iterable[Slot]:
    most = asked.calendar.settings.max_per_week
    return asked.slots() if most is None else other_settings(asked, max_per_week=most + 1).slots()


def allows_one_more_a_month(asked: Question) -> Iterable[Slot]:
    most = asked.calendar.settings.max_per_month
    return asked.slots() if most is None else other_settings(asked, max_per_month=most + 1).slots()


def counts_thirty_days_for_a_month(asked: Question) -> Iterable[Slot]:
    most = asked.calendar.settings.max_per_month
    slots = other_settings(asked, max_per_month=None).slots()
    far = timedelta(days=30)
    started = [claim.span.start for claim in asked.live]
    return [s for s in slots if most is None or sum(abs(at - s.start) < far for at in started) < most]


def counts_the_year_in_utc(asked: Question) -> Iterable[Slot]:
    most = asked.calendar.settings.max_per_year
    slots = other_settings(asked, max_per_year=None).slots()
    started = [claim.span.start.year for claim in asked.live]
    return [slot for slot in slots if most is None or started.count(slot.start.year) < most]


def _restarted(asked: Question, claims: tuple[Claim, ...], busy: tuple[TimeRange, ...]) -> Iterable[Slot]:
    """The slots whose steps restart after these, and that meet none of the real claims and busy times."""
    if asked.calendar.settings.anchoring is not Anchoring.AFTER_CLAIM:
        return asked.slots()
    found = replace(other(asked, busy=busy), claims=claims).slots()
    taken = [*(claim.blocked for claim in asked.live), *asked.calendar.busy]
    return [slot for slot in found if not any(each.overlaps(asked.blocked(slot.start)) for each in taken)]


def restarts_without_its_own_buffer_before(asked: Question) -> Iterable[Slot]:
    before = asked.calendar.settings.buffer_before_minutes * MINUTE
    if not before:
        return asked.slots()

    def earlier(span: TimeRange) -> TimeRange:
        return TimeRange(min(span.start, span.end - before - MINUTE), span.end - before)

    claims = tuple(replace(c, span=earlier(c.blocked), blocked=earlier(c.blocked), pauses=()) for c in asked.live)
    never = tuple(replace(c, kind=Claim.of(c.span).kind, expires_at=None) for c in claims)
    return _restarted(asked, never, tuple(map(earlier, asked.calendar.busy)))


def restarts_at_the_end_of_the_appointment(asked: Question) -> Iterable[Slot]:
    return _restarted(asked, tuple(replace(claim, blocked=claim.span) for claim in asked.live), asked.calendar.busy)


def never_restarts_at_midnight(asked: Question) -> Iterable[Slot]:
    settings = asked.calendar.settings
    if settings.anchoring is not Anchoring.AFTER_CLAIM or asked.live or asked.calendar.busy:
        return asked.slots()
    return other_settings(asked, anchoring=Anchoring.OPEN_RANGE).slots()


def forgets_the_buffers_of_busy_times(asked: Question) -> Iterable[Slot]:
    free = set(other(asked, busy=()).slots())
    busy = asked.calendar.busy
    span = [slot for slot in free if not any(each.start < slot.end and slot.start < each.end for each in busy)]
    if asked.calendar.settings.anchoring is Anchoring.AFTER_CLAIM:
        return asked.slots()
    return sorted(span)


EDGE_BUGS: Final[tuple[Wrong, ...]] = (
    ends_validity_a_day_early,
    begins_validity_a_day_late,
    counts_weeks_from_monday,
    keeps_notice_by_the_wall_clock,
    forgets_the_notice,
    takes_the_second_of_two_hours,
    reads_hours_as_time_passes,
    takes_the_other_of_two_times,
    opens_a_repeated_hour_twice,
    opens_a_repeated_hour_once,
    cuts_the_evening_before_an_exception,
    allows_one_more_a_day,
    allows_one_more_a_week,
    allows_one_more_a_month,
    counts_thirty_days_for_a_month,
    counts_the_year_in_utc,
    restarts_without_its_own_buffer_before,
    restarts_at_the_end_of_the_appointment,
    never_restarts_at_midnight,
    forgets_the_buffers_of_busy_times,
)
