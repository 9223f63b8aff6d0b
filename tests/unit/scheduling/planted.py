"""Slot functions with realistic bugs."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise, takewhile
from typing import Any, Final, TypeVar

from booking_domain.scheduling import (
    Calendar,
    Claim,
    ClaimKind,
    Hours,
    OpeningHours,
    RequiredResource,
    ResourceUnit,
    Slot,
    TimeRange,
    WallTime,
    WeeklyRule,
)
from booking_domain.shared.time import MINUTES_A_DAY
from booking_domain.testing.question import Question, SlotFunction

MINUTE: Final = timedelta(minutes=1)
Wrong = Callable[[Question], Iterable[Slot]]
_ALONE: Final[dict[str, Any]] = dict.fromkeys(("exceptions", "blocks", "busy", "resources"), ()) | {"salon": None}
HoursT = TypeVar("HoursT", bound=OpeningHours)


def function(wrong: Wrong) -> SlotFunction:
    """As a slot function."""

    def asked(
        calendar: Calendar,
        claims: Iterable[Claim],
        *,
        window: TimeRange,
        now: datetime,
        duration_minutes: int | None = None,
    ) -> Iterable[Slot]:
        return wrong(Question(calendar, tuple(claims), window, now, duration_minutes))

    return asked


def other(question: Question, **changes: Any) -> Question:
    return replace(question, calendar=replace(question.calendar, **changes))


def other_settings(question: Question, **changes: Any) -> Question:
    return other(question, settings=replace(question.calendar.settings, **changes))


def other_rules(question: Question, **changes: Any) -> Question:
    return other(question, rules=tuple(replace(rule, **changes) for rule in question.calendar.rules))


def ignores_its_buffer_after(asked: Question) -> Iterable[Slot]:
    return other_settings(asked, buffer_after_minutes=0).slots()


def ignores_its_buffer_before(asked: Question) -> Iterable[Slot]:
    return other_settings(asked, buffer_before_minutes=0).slots()


def swaps_the_buffers(asked: Question) -> Iterable[Slot]:
    settings = asked.calendar.settings
    before, after = settings.buffer_after_minutes, settings.buffer_before_minutes
    return other_settings(asked, buffer_before_minutes=before, buffer_after_minutes=after).slots()


def ignores_the_neighbours_buffers(asked: Question) -> Iterable[Slot]:
    return replace(asked, claims=tuple(replace(claim, blocked=claim.span) for claim in asked.claims)).slots()


def closes_a_minute_late(asked: Question) -> Iterable[Slot]:
    def longer(hours: Hours) -> Hours:
        end = hours.end.minutes + 1
        return Hours(hours.start, WallTime(end if end <= MINUTES_A_DAY else 1))

    rules = tuple(replace(rule, hours=longer(rule.hours)) for rule in asked.calendar.rules)
    return other(asked, rules=rules).slots()


def lets_touching_hours_be_two(asked: Question) -> Iterable[Slot]:
    found = {slot for rule in asked.calendar.rules for slot in other(asked, rules=(rule,)).slots()}
    return sorted(found)


def ignores_blocks(asked: Question) -> Iterable[Slot]:
    return other(asked, blocks=()).slots()


def ignores_busy_times(asked: Question) -> Iterable[Slot]:
    return other(asked, busy=()).slots()


def ignores_the_salon(asked: Question) -> Iterable[Slot]:
    return other(asked, salon=None).slots()


def ignores_the_hours_of_services(asked: Question) -> Iterable[Slot]:
    return other(asked, service_hours=()).slots()


def lets_appointments_outlast_the_hours_of_services(asked: Question) -> Iterable[Slot]:
    alone = other_settings(
        other(asked, rules=WeeklyRule.every_day(Hours.parse("00:00-24:00")), **_ALONE), step_minutes=1
    )
    within = {slot.start for slot in replace(alone, claims=(), duration_minutes=1).slots()}
    return [slot for slot in other(asked, service_hours=()).slots() if slot.start in within]


def lets_one_service_of_several_be_enough(asked: Question) -> Iterable[Slot]:
    return other(asked, service_hours=asked.calendar.service_hours[:1]).slots()


def reads_the_salons_hours_in_the_providers_zone(asked: Question) -> Iterable[Slot]:
    salon = asked.calendar.salon
    return other(asked, salon=salon and replace(salon, time_zone=asked.calendar.time_zone)).slots()


def ignores_exceptions(asked: Question) -> Iterable[Slot]:
    return other(asked, exceptions=()).slots()


def ignores_validity(asked: Question) -> Iterable[Slot]:
    return other_rules(asked, valid_from=None, valid_until=None, every_weeks=1).slots()


def opens_every_week(asked: Question) -> Iterable[Slot]:
    return other_rules(asked, every_weeks=1).slots()


def uses_one_offset_for_all_days(asked: Question) -> Iterable[Slot]:
    offset = asked.window.start.astimezone(asked.calendar.zone).utcoffset() or timedelta(0)

    def there(span: TimeRange) -> TimeRange:
        return TimeRange(span.start + offset, span.end + offset)

    def claimed(claim: Claim) -> Claim:
        pauses = tuple(map(there, claim.pauses))
        return replace(claim, span=there(claim.span), blocked=there(claim.blocked), pauses=pauses)

    def required(resource: RequiredResource) -> RequiredResource:
        units = (ResourceUnit(taken=tuple(map(there, unit.taken))) for unit in resource.units)
        return replace(resource, units=tuple(units))

    calendar = asked.calendar
    if calendar.salon is not None:
        return asked.slots()
    moved = Question(
        calendar=replace(
            calendar,
            time_zone="UTC",
            blocks=tuple(replace(block, range=there(block.range)) for block in calendar.blocks),
            busy=tuple(there(busy) for busy in calendar.busy),
            resources=tuple(map(required, calendar.resources)),
        ),
        claims=tuple(map(claimed, asked.live)),
        window=there(asked.window),
        now=asked.now + offset,
        duration_minutes=asked.duration_minutes,
    )
    never = replace(moved, claims=tuple(_booking(claim) for claim in moved.claims))
    return [Slot(slot.start - offset, slot.end - offset) for slot in never.slots()]


def counts_the_day_in_utc(asked: Question) -> Iterable[Slot]:
    most = asked.calendar.settings.max_per_day
    started = Counter(claim.span.start.date() for claim in asked.live)
    slots = other_settings(asked, max_per_day=None).slots()
    return [slot for slot in slots if most is None or started[slot.start.date()] < most]


def begins_the_week_on_sunday(asked: Question) -> Iterable[Slot]:
    most, zone = asked.calendar.settings.max_per_week, asked.calendar.zone

    def week(at: datetime) -> int:
        return at.astimezone(zone).toordinal() // 7

    started = Counter(week(claim.span.start) for claim in asked.live)
    slots = other_settings(asked, max_per_week=None).slots()
    return [slot for slot in slots if most is None or started[week(slot.start)] < most]


def ends_the_horizon_in_utc(asked: Question) -> Iterable[Slot]:
    last = asked.now.date() + timedelta(days=asked.calendar.settings.horizon_days)
    slots = other_settings(asked, horizon_days=min(730, asked.calendar.settings.horizon_days + 2)).slots()
    return [slot for slot in slots if slot.start.date() <= last]


def ends_the_horizon_after_so_many_hours(asked: Question) -> Iterable[Slot]:
    last = asked.now + timedelta(days=asked.calendar.settings.horizon_days)
    return [slot for slot in asked.slots() if slot.start <= last]


def forgets_the_notice(asked: Question) -> Iterable[Slot]:
    return other_settings(asked, min_notice_minutes=0).slots()


def is_a_minute_early_with_the_notice(asked: Question) -> Iterable[Slot]:
    live = tuple(_booking(claim) for claim in asked.live)
    return replace(asked, now=asked.now - MINUTE, claims=live).slots()


def offers_the_past(asked: Question) -> Iterable[Slot]:
    live = tuple(_booking(claim) for claim in asked.live)
    return replace(other_settings(asked, min_notice_minutes=0), now=asked.now - timedelta(days=9), claims=live).slots()


def stops_at_the_first_lapsed_claim(asked: Question) -> Iterable[Slot]:
    return replace(asked, claims=tuple(takewhile(lambda claim: claim.live(asked.now), asked.claims))).slots()


def thinks_that_claims_come_in_order(asked: Question) -> Iterable[Slot]:
    claims = tuple(asked.live)
    ordered = takewhile(lambda pair: pair[0].blocked.start <= pair[1].blocked.start, pairwise(claims))
    return replace(asked, claims=(*claims[:1], *(after for _, after in ordered))).slots()


def counts_steps_from_the_window(asked: Question) -> Iterable[Slot]:
    step = asked.calendar.settings.step_minutes * MINUTE
    slots = other_settings(asked, step_minutes=1).slots()
    first = slots[0].start if slots else asked.now
    return [slot for slot in slots if (slot.start - first) % step == timedelta(0)]


def counts_steps_from_the_epoch(asked: Question) -> Iterable[Slot]:
    step = asked.calendar.settings.step_minutes * 60
    return [slot for slot in other_settings(asked, step_minutes=1).slots() if slot.start.timestamp() % step == 0]


def skips_weeks_by_the_number_of_the_week(asked: Question) -> Iterable[Slot]:
    def opens(rule: WeeklyRule) -> bool:
        return rule.every_weeks == 1 or asked.window.start.isocalendar().week % rule.every_weeks == 0

    rules = tuple(replace(rule, every_weeks=1) for rule in asked.calendar.rules if opens(rule))
    return other(asked, rules=rules).slots()


def counts_steps_from_midnight(asked: Question) -> Iterable[Slot]:
    settings, zone = asked.calendar.settings, asked.calendar.zone
    slots = other_settings(asked, step_minutes=1).slots()
    return [
        slot
        for slot in slots
        if (slot.start.astimezone(zone).hour * 60 + slot.start.astimezone(zone).minute) % settings.step_minutes == 0
    ]


def takes_lapsed_holds_for_busy(asked: Question) -> Iterable[Slot]:
    return replace(asked, claims=tuple(_booking(claim) for claim in asked.claims)).slots()


def keeps_a_hold_that_lapses_now(asked: Question) -> Iterable[Slot]:
    kept = (_booking(claim) if claim.expires_at == asked.now else claim for claim in asked.claims)
    return replace(asked, claims=tuple(kept)).slots()


def takes_holds_for_nothing(asked: Question) -> Iterable[Slot]:
    return replace(asked, claims=tuple(claim for claim in asked.claims if claim.kind is ClaimKind.BOOKING)).slots()


def forgets_the_length_that_was_asked_for(asked: Question) -> Iterable[Slot]:
    return replace(asked, duration_minutes=None).slots()


def checks_only_the_start_against_claims(asked: Question) -> Iterable[Slot]:
    free = replace(asked, claims=()).slots()
    return [slot for slot in free if not any(c.blocked.start <= slot.start < c.blocked.end for c in asked.live)]


def forgets_the_last_slot(asked: Question) -> Iterable[Slot]:
    return asked.slots()[:-1]


def includes_the_end_of_the_window(asked: Question) -> Iterable[Slot]:
    return asked.during(asked.window.start, asked.window.end + MINUTE).slots()


def offers_more_once_somebody_came(asked: Question) -> Iterable[Slot]:
    return asked.slots() if asked.live else [slot for slot in asked.slots() if slot.start.minute == 0]


def _booking(claim: Claim) -> Claim:
    return replace(claim, kind=ClaimKind.BOOKING, expires_at=None)


BUGS: Final[tuple[Wrong, ...]] = (
    ignores_its_buffer_after,
    ignores_its_buffer_before,
    swaps_the_buffers,
    ignores_the_neighbours_buffers,
    closes_a_minute_late,
    lets_touching_hours_be_two,
    ignores_blocks,
    ignores_busy_times,
    ignores_the_salon,
    ignores_the_hours_of_services,
    lets_appointments_outlast_the_hours_of_services,
    lets_one_service_of_several_be_enough,
    reads_the_salons_hours_in_the_providers_zone,
    ignores_exceptions,
    ignores_validity,
    opens_every_week,
    uses_one_offset_for_all_days,
    counts_the_day_in_utc,
    begins_the_week_on_sunday,
    ends_the_horizon_in_utc,
    ends_the_horizon_after_so_many_hours,
    forgets_the_notice,
    is_a_minute_early_with_the_notice,
    offers_the_past,
    stops_at_the_first_lapsed_claim,
    thinks_that_claims_come_in_order,
    counts_steps_from_the_window,
    counts_steps_from_midnight,
    counts_steps_from_the_epoch,
    skips_weeks_by_the_number_of_the_week,
    takes_lapsed_holds_for_busy,
    keeps_a_hold_that_lapses_now,
    takes_holds_for_nothing,
    forgets_the_length_that_was_asked_for,
    checks_only_the_start_against_claims,
    forgets_the_last_slot,
    includes_the_end_of_the_window,
    offers_more_once_somebody_came,
)
