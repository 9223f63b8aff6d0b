"""Slot functions with the bugs of `planted_edges` elsewhere: in salons, services, exceptions, holds and other limits.

They were planted without a look at the edges of the harness.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from tests.unit.scheduling.planted import MINUTE, Wrong, other, other_settings
from tests.unit.scheduling.planted_edges import after_the_second, from_the_day_after, until_the_day_before

from booking_domain.scheduling import (
    Anchoring,
    Block,
    Claim,
    ClaimKind,
    ClockChanges,
    Hours,
    ServiceHours,
    Slot,
    TimeRange,
    WallTime,
    WeeklyRule,
)
from booking_domain.shared.time import MINUTES_A_DAY
from booking_domain.testing.question import Question

DAY: Final = timedelta(days=1)
Change = Callable[[WeeklyRule], WeeklyRule | None]


def _rules(rules: Iterable[WeeklyRule], change: Change) -> tuple[WeeklyRule, ...]:
    return tuple(changed for rule in rules if (changed := change(rule)) is not None)


def _in_salon(asked: Question, change: Change) -> Question:
    salon = asked.calendar.salon
    return other(asked, salon=salon and replace(salon, rules=_rules(salon.rules, change)))


def _in_services(asked: Question, change: Change) -> Question | None:
    changed = [_rules(hours.rules, change) for hours in asked.calendar.service_hours]
    return other(asked, service_hours=tuple(map(ServiceHours, changed))) if all(changed) else None


def _from(rule: WeeklyRule, first: Callable[[date], date]) -> WeeklyRule:
    return (
        rule if rule.valid_from is None or rule.every_weeks == 1 else replace(rule, valid_from=first(rule.valid_from))
    )


def _monday(day: date) -> date:
    return day - day.weekday() * DAY


def _sunday(day: date) -> date:
    return day - day.isoweekday() % 7 * DAY


def ends_validity_of_the_salon_a_day_early(asked: Question) -> Iterable[Slot]:
    return _in_salon(asked, until_the_day_before).slots()


def begins_validity_of_the_salon_a_day_late(asked: Question) -> Iterable[Slot]:
    return _in_salon(asked, from_the_day_after).slots()


def counts_weeks_of_the_salon_from_monday(asked: Question) -> Iterable[Slot]:
    return _in_salon(asked, partial(_from, first=_monday)).slots()


def ends_validity_of_services_a_day_early(asked: Question) -> Iterable[Slot]:
    changed = _in_services(asked, until_the_day_before)
    return () if changed is None else changed.slots()


def begins_validity_of_services_a_day_late(asked: Question) -> Iterable[Slot]:
    changed = _in_services(asked, from_the_day_after)
    return () if changed is None else changed.slots()


def counts_weeks_of_services_from_monday(asked: Question) -> Iterable[Slot]:
    changed = _in_services(asked, partial(_from, first=_monday))
    return () if changed is None else changed.slots()


def counts_weeks_from_sunday(asked: Question) -> Iterable[Slot]:
    rules = _rules(asked.calendar.rules, partial(_from, first=_sunday))
    return other(asked, rules=rules).slots()


def counts_weeks_by_their_numbers(asked: Question) -> Iterable[Slot]:
    """Opens in weeks whose ISO number is as far from that of the first as the rule says."""
    zone, found = asked.calendar.zone, set[Slot]()
    if asked.calendar.salon is not None or all(rule.every_weeks == 1 for rule in asked.calendar.rules):
        return asked.slots()
    day = asked.window.start.astimezone(zone).date() - 2 * DAY
    while day <= asked.window.end.astimezone(zone).date():
        rules = []
        for rule in asked.calendar.rules:
            start = rule.valid_from
            if rule.every_weeks > 1 and start is not None:
                first = start + (rule.day - start.isoweekday()) % 7 * DAY
                if (day.isocalendar().week - first.isocalendar().week) % rule.every_weeks:
                    continue
            rules.append(replace(rule, every_weeks=1))
        slots = other(asked, rules=tuple(rules)).slots()
        found |= {slot for slot in slots if slot.start.astimezone(zone).date() == day}
        day += DAY
    return sorted(found)


def keeps_more_than_the_notice(asked: Question) -> Iterable[Slot]:
    earliest = asked.now + asked.calendar.settings.min_notice_minutes * MINUTE
    return [slot for slot in asked.slots() if slot.start > earliest]


def forgets_the_notice_today(asked: Question) -> Iterable[Slot]:
    zone = asked.calendar.zone
    today = asked.now.astimezone(zone).date()
    soon = other_settings(asked, min_notice_minutes=0).slots()
    return sorted({*asked.slots(), *(slot for slot in soon if slot.start.astimezone(zone).date() == today)})


def keeps_notice_until_the_next_midnight(asked: Question) -> Iterable[Slot]:
    """Notice of a day or more ends with a date, not with an hour."""
    notice, zone = asked.calendar.settings.min_notice_minutes, asked.calendar.zone
    if notice < MINUTES_A_DAY:
        return asked.slots()
    first = (asked.now + notice * MINUTE).astimezone(zone).date()
    return [slot for slot in asked.slots() if slot.start.astimezone(zone).date() > first]


def ends_the_horizon_a_day_early(asked: Question) -> Iterable[Slot]:
    last = asked.now.astimezone(asked.calendar.zone).date() + asked.calendar.settings.horizon_days * DAY
    return [slot for slot in asked.slots() if slot.start.astimezone(asked.calendar.zone).date() < last]


def ends_the_horizon_a_day_late(asked: Question) -> Iterable[Slot]:
    return other_settings(asked, horizon_days=min(730, asked.calendar.settings.horizon_days + 1)).slots()


def _one_less(asked: Question, name: str) -> Iterable[Slot]:
    most = getattr(asked.calendar.settings, name)
    if most is None:
        return asked.slots()
    return () if most == 1 else other_settings(asked, **{name: most - 1}).slots()


def allows_one_less_a_day(asked: Question) -> Iterable[Slot]:
    return _one_less(asked, "max_per_day")


def allows_one_less_a_week(asked: Question) -> Iterable[Slot]:
    return _one_less(asked, "max_per_week")


def allows_one_less_a_month(asked: Question) -> Iterable[Slot]:
    return _one_less(asked, "max_per_month")


def allows_one_less_a_year(asked: Question) -> Iterable[Slot]:
    return _one_less(asked, "max_per_year")


def allows_one_more_a_year(asked: Question) -> Iterable[Slot]:
    most = asked.calendar.settings.max_per_year
    return asked.slots() if most is None else other_settings(asked, max_per_year=most + 1).slots()


def _limited(
    asked: Question,
    name: str,
    period: Callable[[datetime], Hashable],
    at: Callable[[Claim], datetime] = lambda claim: claim.span.start,
    claims: Iterable[Claim] | None = None,
) -> Iterable[Slot]:
    """The slots with another meaning of a limit: of the period, or of what is counted."""
    most = getattr(asked.calendar.settings, name)
    if most is None:
        return asked.slots()
    counted = Counter(period(at(claim)) for claim in (asked.live if claims is None else claims))
    slots = other_settings(asked, **{name: None}).slots()
    return [slot for slot in slots if counted[period(slot.start)] < most]


def _local_date(asked: Question) -> Callable[[datetime], date]:
    return lambda at: at.astimezone(asked.calendar.zone).date()


def counts_the_month_in_utc(asked: Question) -> Iterable[Slot]:
    return _limited(asked, "max_per_month", lambda at: (at.year, at.month))


def counts_the_week_in_utc(asked: Question) -> Iterable[Slot]:
    return _limited(asked, "max_per_week", lambda at: at.isocalendar()[:2])


def counts_weeks_within_years(asked: Question) -> Iterable[Slot]:
    """The first days of January are another week than the last ones of December."""
    local = _local_date(asked)
    return _limited(asked, "max_per_week", lambda at: (local(at).year, local(at).isocalendar().week))


def counts_lapsed_holds_for_the_day(asked: Question) -> Iterable[Slot]:
    return _limited(asked, "max_per_day", _local_date(asked), claims=asked.claims)


def counts_the_day_of_the_buffer(asked: Question) -> Iterable[Slot]:
    return _limited(asked, "max_per_day", _local_date(asked), at=lambda claim: claim.blocked.start)


def counts_the_day_of_the_end(asked: Question) -> Iterable[Slot]:
    return _limited(asked, "max_per_day", _local_date(asked), at=lambda claim: claim.span.end)


def counts_no_holds_for_the_week(asked: Question) -> Iterable[Slot]:
    local = _local_date(asked)
    bookings = [claim for claim in asked.live if claim.kind is ClaimKind.BOOKING]
    return _limited(asked, "max_per_week", lambda at: local(at).isocalendar()[:2], claims=bookings)


def adds_exceptions_to_the_rules(asked: Question) -> Iterable[Slot]:
    return sorted({*asked.slots(), *other(asked, exceptions=()).slots()})


def ignores_exceptions_of_the_salon(asked: Question) -> Iterable[Slot]:
    salon = asked.calendar.salon
    return other(asked, salon=salon and replace(salon, exceptions=())).slots()


def cuts_the_evening_before_other_hours(asked: Question) -> Iterable[Slot]:
    """What began on the day before ends at midnight if the date has hours of its own."""
    found = list(asked.slots())
    for each in asked.calendar.exceptions:
        if each.ranges:
            closed = tuple(replace(one, ranges=()) if one is each else one for one in asked.calendar.exceptions)
            evening = {*other(asked, exceptions=closed).slots()}
            found = [s for s in found if s not in evening or _local_date(asked)(s.start) != each.date]
    return found


def ends_exceptions_at_midnight(asked: Question) -> Iterable[Slot]:
    def cut(hours: Hours) -> Hours:
        return Hours(hours.start, WallTime(MINUTES_A_DAY)) if hours.past_midnight else hours

    exceptions = (replace(each, ranges=tuple(map(cut, each.ranges))) for each in asked.calendar.exceptions)
    return other(asked, exceptions=tuple(exceptions)).slots()


def reads_exceptions_as_time_passes(asked: Question) -> Iterable[Slot]:
    """Hours of exceptions last so many hours, whatever becomes of those of rules."""
    local, dates = _local_date(asked), {each.date for each in asked.calendar.exceptions}
    elapsed = other_settings(asked, clock_changes=ClockChanges.ELAPSED).slots()
    plain = [slot for slot in asked.slots() if local(slot.start) not in dates]
    return sorted({*plain, *(slot for slot in elapsed if local(slot.start) in dates)})


def _anchored_at(asked: Question, claims: Iterable[Claim], busy: tuple[TimeRange, ...]) -> Iterable[Slot]:
    """The slots whose steps restart at these alone, and that meet none of the real claims and busy times."""
    if asked.calendar.settings.anchoring is not Anchoring.AFTER_CLAIM:
        return asked.slots()
    found = replace(other(asked, busy=busy), claims=tuple(claims)).slots()
    taken = [*(part for claim in asked.live for part in claim.parts), *asked.calendar.busy]
    return [slot for slot in found if not any(each.overlaps(asked.blocked(slot.start)) for each in taken)]


def restarts_at_lapsed_holds(asked: Question) -> Iterable[Slot]:
    lasting = (replace(claim, kind=ClaimKind.BOOKING, expires_at=None) for claim in asked.claims)
    return _anchored_at(asked, lasting, asked.calendar.busy)


def restarts_at_no_holds(asked: Question) -> Iterable[Slot]:
    bookings = (claim for claim in asked.live if claim.kind is ClaimKind.BOOKING)
    return _anchored_at(asked, bookings, asked.calendar.busy)


def restarts_at_no_busy_times(asked: Question) -> Iterable[Slot]:
    return _anchored_at(asked, asked.live, ())


def restarts_at_the_last_claim_alone(asked: Question) -> Iterable[Slot]:
    last = sorted(asked.live, key=lambda claim: claim.blocked.end)[-1:]
    return _anchored_at(asked, last, asked.calendar.busy)


def restarts_at_blocks(asked: Question) -> Iterable[Slot]:
    busy = (*asked.calendar.busy, *(block.range for block in asked.calendar.blocks))
    if asked.calendar.settings.anchoring is not Anchoring.AFTER_CLAIM:
        return asked.slots()
    return other(asked, busy=busy, blocks=()).slots()


def keeps_a_distance_from_blocks(asked: Question) -> Iterable[Slot]:
    blocks = [block.range for block in asked.calendar.blocks]
    return [slot for slot in asked.slots() if not any(each.overlaps(asked.blocked(slot.start)) for each in blocks)]


def keeps_its_buffer_after_from_busy_times_alone(asked: Question) -> Iterable[Slot]:
    if asked.calendar.settings.anchoring is Anchoring.AFTER_CLAIM:
        return asked.slots()
    before = asked.calendar.settings.buffer_before_minutes * MINUTE
    busy = (TimeRange(each.start, max(each.end - before, each.start + MINUTE)) for each in asked.calendar.busy)
    return other(asked, busy=tuple(busy)).slots()


def looks_at_the_last_block_alone(asked: Question) -> Iterable[Slot]:
    return other(asked, blocks=asked.calendar.blocks[-1:]).slots()


def looks_at_the_last_resource_alone(asked: Question) -> Iterable[Slot]:
    return other(asked, resources=asked.calendar.resources[-1:]).slots()


def ends_blocks_a_minute_early(asked: Question) -> Iterable[Slot]:
    def shorter(block: Block) -> Block:
        start, end = block.range.start, block.range.end
        return replace(block, range=TimeRange(start, max(end - MINUTE, start + timedelta(seconds=1))))

    return other(asked, blocks=tuple(map(shorter, asked.calendar.blocks))).slots()


def takes_the_second_of_two_hours_for_the_salon(asked: Question) -> Iterable[Slot]:
    """Opens the salon at the second occurrence of a repeated time."""
    salon = asked.calendar.salon
    if salon is None or asked.calendar.settings.clock_changes is not ClockChanges.ELAPSED:
        return asked.slots()
    first, days = asked.window.start.astimezone(salon.zone).date(), (asked.window.end - asked.window.start).days
    return after_the_second(asked, salon, [first + away * DAY for away in range(-1, days + 2)])


VARIANTS: Final[tuple[Wrong, ...]] = (
    ends_validity_of_the_salon_a_day_early,
    begins_validity_of_the_salon_a_day_late,
    counts_weeks_of_the_salon_from_monday,
    ends_validity_of_services_a_day_early,
    begins_validity_of_services_a_day_late,
    counts_weeks_of_services_from_monday,
    counts_weeks_from_sunday,
    counts_weeks_by_their_numbers,
    keeps_more_than_the_notice,
    forgets_the_notice_today,
    keeps_notice_until_the_next_midnight,
    ends_the_horizon_a_day_early,
    ends_the_horizon_a_day_late,
    allows_one_less_a_day,
    allows_one_less_a_week,
    allows_one_less_a_month,
    allows_one_less_a_year,
    allows_one_more_a_year,
    counts_the_month_in_utc,
    counts_the_week_in_utc,
    counts_weeks_within_years,
    counts_lapsed_holds_for_the_day,
    counts_the_day_of_the_buffer,
    counts_the_day_of_the_end,
    counts_no_holds_for_the_week,
    adds_exceptions_to_the_rules,
    ignores_exceptions_of_the_salon,
    cuts_the_evening_before_other_hours,
    ends_exceptions_at_midnight,
    reads_exceptions_as_time_passes,
    restarts_at_lapsed_holds,
    restarts_at_no_holds,
    restarts_at_no_busy_times,
    restarts_at_the_last_claim_alone,
    restarts_at_blocks,
    keeps_a_distance_from_blocks,
    keeps_its_buffer_after_from_busy_times_alone,
    looks_at_the_last_block_alone,
    looks_at_the_last_resource_alone,
    ends_blocks_a_minute_early,
    takes_the_second_of_two_hours_for_the_salon,
)
