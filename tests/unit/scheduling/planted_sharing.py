"""Slot functions with bugs about what shares time: pauses, places, units, overbooked claims and hours of services."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from tests.unit.scheduling.planted import MINUTE, Wrong, other, other_settings

from booking_domain.scheduling import (
    Anchoring,
    Claim,
    ClaimKind,
    Hours,
    RequiredResource,
    ResourceUnit,
    ServiceHours,
    Slot,
    TimeRange,
    WallTime,
    WeeklyRule,
)
from booking_domain.scheduling.slots import in_the_way
from booking_domain.shared.ids import ClaimId
from booking_domain.shared.time import MINUTES_A_DAY
from booking_domain.testing.question import Question, hours_of_services

A_DAY: Final = timedelta(days=1)
ALWAYS: Final = WeeklyRule.every_day(Hours.parse("00:00-24:00"))


def _claims(asked: Question, changed: Callable[[Claim], Claim]) -> Question:
    return replace(asked, claims=tuple(map(changed, asked.claims)))


def _span(slot: Slot) -> TimeRange:
    return TimeRange(slot.start, slot.end)


# Pauses.


def ignores_the_pauses_of_claims(asked: Question) -> Iterable[Slot]:
    return _claims(asked, lambda claim: replace(claim, pauses=())).slots()


def ignores_its_own_pauses(asked: Question) -> Iterable[Slot]:
    return other_settings(asked, pauses=()).slots()


def books_pauses_without_buffers(asked: Question) -> Iterable[Slot]:
    pauses = [pause for claim in asked.live for pause in claim.pauses]
    bare = other_settings(asked, buffer_before_minutes=0, buffer_after_minutes=0).slots()
    within = (slot for slot in bare if any(each.start <= slot.start and slot.end <= each.end for each in pauses))
    return sorted({*asked.slots(), *within})


def books_pauses_without_the_buffers_of_others(asked: Question) -> Iterable[Slot]:
    """Lets the buffers of others reach out of its own pauses."""
    return asked.slots() if not asked.calendar.settings.pauses else _claims(asked, _bare).slots()


def ends_pauses_a_minute_late(asked: Question) -> Iterable[Slot]:
    def longer(claim: Claim) -> Claim:
        pauses = [TimeRange(each.start, each.end + MINUTE) for each in claim.pauses]
        return claim if any(each.end >= claim.span.end for each in pauses) else replace(claim, pauses=tuple(pauses))

    return _claims(asked, longer).slots()


def knows_one_pause_of_several(asked: Question) -> Iterable[Slot]:
    first = _claims(asked, lambda claim: replace(claim, pauses=claim.pauses[:1]))
    return other_settings(first, pauses=asked.calendar.settings.pauses[:1]).slots()


def restarts_no_steps_at_pauses(asked: Question) -> Iterable[Slot]:
    if asked.calendar.settings.anchoring is Anchoring.OPEN_RANGE:
        return asked.slots()

    def last_minute(claim: Claim) -> Claim:
        end = claim.blocked.end
        last = TimeRange(end - MINUTE, end)
        return replace(claim, span=last, blocked=last, pauses=())

    found = _claims(asked, last_minute).slots()
    return [
        slot for slot in found if not in_the_way(asked.calendar, asked.live, _span(slot), asked.blocked(slot.start))
    ]


def has_pauses_at_any_length(asked: Question) -> Iterable[Slot]:
    minutes, pauses = asked.duration_minutes, asked.calendar.settings.pauses
    if minutes is None or not pauses or pauses[-1].until_minutes >= minutes:
        return asked.slots()
    return replace(other_settings(asked, duration_minutes=minutes), duration_minutes=None).slots()


def lets_blocks_lie_in_its_pauses(asked: Question) -> Iterable[Slot]:
    blocks = asked.calendar.blocks
    parts = ((slot, asked.calendar.occupied(slot)) for slot in other(asked, blocks=()).slots())
    return [slot for slot, own in parts if not any(each.overlaps(block.range) for each in own for block in blocks)]


def frees_busy_times_in_pauses_of_claims(asked: Question) -> Iterable[Slot]:
    pauses = [pause for claim in asked.live for pause in claim.pauses]
    busy = (
        each for each in asked.calendar.busy if not any(p.start <= each.start and each.end <= p.end for p in pauses)
    )
    return other(asked, busy=tuple(busy)).slots()


def knows_no_pauses_of_holds(asked: Question) -> Iterable[Slot]:
    return _claims(asked, lambda claim: replace(claim, pauses=()) if claim.expires_at else claim).slots()


def counts_claims_in_pauses_for_no_limit(asked: Question) -> Iterable[Slot]:
    most, zone = asked.calendar.settings.max_per_day, asked.calendar.zone
    pauses = [pause for claim in asked.live for pause in claim.pauses]
    outside = (
        claim
        for claim in asked.live
        if not any(p.start <= claim.span.start and claim.span.end <= p.end for p in pauses)
    )
    started = Counter(claim.span.start.astimezone(zone).date() for claim in outside)
    slots = other_settings(asked, max_per_day=None).slots()
    return [slot for slot in slots if most is None or started[slot.start.astimezone(zone).date()] < most]


# Places of classes.


def counts_places_by_the_day(asked: Question) -> Iterable[Slot]:
    settings, zone = asked.calendar.settings, asked.calendar.zone
    taken = Counter(claim.span.start.astimezone(zone).date() for claim in asked.live)
    return [
        slot
        for slot in asked.slots()
        if settings.capacity == 1 or taken[slot.start.astimezone(zone).date()] < settings.capacity
    ]


def has_a_place_less(asked: Question) -> Iterable[Slot]:
    return other_settings(asked, capacity=max(1, asked.calendar.settings.capacity - 1)).slots()


def has_a_place_more(asked: Question) -> Iterable[Slot]:
    places = asked.calendar.settings.capacity
    return asked.slots() if places == 1 else other_settings(asked, capacity=places + 1).slots()


def shares_its_time_with_nobody(asked: Question) -> Iterable[Slot]:
    return other_settings(asked, capacity=1).slots()


def counts_lapsed_holds_as_places(asked: Question) -> Iterable[Slot]:
    if asked.calendar.settings.capacity == 1:
        return asked.slots()
    spans = {claim.span for claim in asked.live}
    return _claims(
        asked,
        lambda claim: replace(claim, kind=ClaimKind.BOOKING, expires_at=None) if claim.span in spans else claim,
    ).slots()


def keeps_a_distance_from_lapsed_places(asked: Question) -> Iterable[Slot]:
    if asked.calendar.settings.capacity == 1:
        return asked.slots()
    lapsed = [claim for claim in asked.claims if not claim.live(asked.now)]
    return [
        slot
        for slot in asked.slots()
        if not any(each.blocked.overlaps(asked.blocked(slot.start)) and each.span != _span(slot) for each in lapsed)
    ]


def shares_its_time_by_the_start(asked: Question) -> Iterable[Slot]:
    """Takes a claim of another length that starts with it for a place."""

    def as_long(claim: Claim) -> Claim:
        span = TimeRange(claim.span.start, claim.span.start + asked.length)
        blocked = TimeRange(min(claim.blocked.start, span.start), max(claim.blocked.end, span.end))
        return replace(claim, span=span, blocked=blocked, pauses=())

    return asked.slots() if asked.calendar.settings.capacity == 1 else _claims(asked, as_long).slots()


def shares_its_time_with_other_classes(asked: Question) -> Iterable[Slot]:
    of = asked.calendar.settings.class_id
    return _claims(asked, lambda claim: claim if claim.pauses else replace(claim, class_id=of)).slots()


def counts_a_class_once_for_the_day(asked: Question) -> Iterable[Slot]:
    most, zone = asked.calendar.settings.max_per_day, asked.calendar.zone
    started = Counter(span.start.astimezone(zone).date() for span in {claim.span for claim in asked.live})
    slots = other_settings(asked, max_per_day=None).slots()
    return [slot for slot in slots if most is None or started[slot.start.astimezone(zone).date()] < most]


def keeps_classes_without_buffers(asked: Question) -> Iterable[Slot]:
    if asked.calendar.settings.capacity == 1:
        return asked.slots()
    return other_settings(_claims(asked, _bare), buffer_before_minutes=0, buffer_after_minutes=0).slots()


def keeps_a_distance_from_its_own_places(asked: Question) -> Iterable[Slot]:
    """Lets the buffers of a place stand in the way of the other places."""
    if asked.calendar.settings.capacity == 1:
        return asked.slots()
    buffered = [claim.span for claim in asked.live if claim.blocked != claim.span]
    return [slot for slot in asked.slots() if _span(slot) not in buffered]


def _bare(claim: Claim) -> Claim:
    return replace(claim, blocked=claim.span)


# Units of resources.


def _resources(asked: Question, changed: Callable[[RequiredResource], RequiredResource]) -> Question:
    return other(asked, resources=tuple(map(changed, asked.calendar.resources)))


def ignores_resources(asked: Question) -> Iterable[Slot]:
    return other(asked, resources=()).slots()


def looks_at_one_resource(asked: Question) -> Iterable[Slot]:
    return other(asked, resources=asked.calendar.resources[:1]).slots()


def needs_a_unit_less(asked: Question) -> Iterable[Slot]:
    return _resources(asked, lambda each: replace(each, units=(*each.units, ResourceUnit()))).slots()


def needs_a_unit_more(asked: Question) -> Iterable[Slot]:
    return _resources(asked, lambda each: replace(each, needed=each.needed + 1)).slots()


def needs_one_unit_of_several(asked: Question) -> Iterable[Slot]:
    return _resources(asked, lambda each: replace(each, needed=1)).slots()


def needs_all_units(asked: Question) -> Iterable[Slot]:
    return _resources(asked, lambda each: replace(each, needed=max(1, len(each.units)))).slots()


def takes_units_without_buffers(asked: Question) -> Iterable[Slot]:
    of = asked.calendar.resources
    return [slot for slot in ignores_resources(asked) if all(each.free(_span(slot)) for each in of)]


def takes_no_units_in_its_pauses(asked: Question) -> Iterable[Slot]:
    of, slots = asked.calendar.resources, other(asked, resources=()).slots()
    return [slot for slot in slots if all(each.free(part) for each in of for part in asked.calendar.occupied(slot))]


def changes_units_within_an_appointment(asked: Question) -> Iterable[Slot]:
    """Counts how many units are free at each moment."""

    def lacks(each: RequiredResource, blocked: TimeRange) -> bool:
        taken = [one for unit in each.units for one in unit.taken if one.overlaps(blocked)]
        moments = {blocked.start, *(one.start for one in taken if one.start > blocked.start)}
        most = len(each.units) - each.needed
        return any(sum(one.start <= at < one.end for one in taken) > most for at in moments)

    of, slots = asked.calendar.resources, other(asked, resources=()).slots()
    return [slot for slot in slots if not any(lacks(each, asked.blocked(slot.start)) for each in of)]


def keeps_a_minute_between_uses(asked: Question) -> Iterable[Slot]:
    def longer(unit: ResourceUnit) -> ResourceUnit:
        return ResourceUnit(taken=tuple(TimeRange(each.start - MINUTE, each.end + MINUTE) for each in unit.taken))

    return _resources(asked, lambda each: replace(each, units=tuple(map(longer, each.units)))).slots()


# Overbooked claims: they lie over others.


def _overbooked(asked: Question) -> list[Claim]:
    """The live claims that lie over one that begins earlier."""
    live = sorted(asked.live, key=lambda claim: claim.blocked)
    return [claim for number, claim in enumerate(live) if any(claim.blocked.overlaps(e.blocked) for e in live[:number])]


def ignores_overbooked_claims(asked: Question) -> Iterable[Slot]:
    over = {claim.id for claim in _overbooked(asked)}
    return replace(asked, claims=tuple(claim for claim in asked.claims if claim.id not in over)).slots()


def counts_overbooked_claims_twice(asked: Question) -> Iterable[Slot]:
    again = (replace(claim, id=ClaimId(UUID(int=claim.id.int ^ 1 << 99))) for claim in _overbooked(asked))
    return replace(asked, claims=(*asked.claims, *again)).slots()


def counts_overbooked_claims_for_no_limit(asked: Question) -> Iterable[Slot]:
    free = set(
        other_settings(asked, max_per_day=None, max_per_week=None, max_per_month=None, max_per_year=None).slots()
    )
    return [slot for slot in ignores_overbooked_claims(asked) if slot in free]


def puts_overbooked_claims_after_the_others(asked: Question) -> Iterable[Slot]:
    over, at = {claim.id for claim in _overbooked(asked)}, max((c.blocked.end for c in asked.live), default=asked.now)

    def later(claim: Claim) -> Claim:
        if claim.id not in over:
            return claim
        by = at - claim.blocked.start
        moved = (TimeRange(each.start + by, each.end + by) for each in (claim.span, claim.blocked))
        return replace(claim, span=next(moved), blocked=next(moved), pauses=())

    return _claims(asked, later).slots()


def frees_what_is_below_an_overbooked_claim(asked: Question) -> Iterable[Slot]:
    over = _overbooked(asked)
    below = {c.id for c in asked.live if c not in over and any(c.blocked.overlaps(each.blocked) for each in over)}
    return replace(asked, claims=tuple(claim for claim in asked.claims if claim.id not in below)).slots()


# The ends of the hours of services.


def _service_hours(asked: Question, changed: Callable[[Hours], Hours]) -> Question:
    hours = tuple(
        ServiceHours(tuple(replace(rule, hours=changed(rule.hours)) for rule in each.rules))
        for each in asked.calendar.service_hours
    )
    return other(asked, service_hours=hours)


def ends_service_hours_a_minute_early(asked: Question) -> Iterable[Slot]:
    return _service_hours(
        asked, lambda hours: Hours(hours.start, WallTime((hours.end.minutes or MINUTES_A_DAY) - 1))
    ).slots()


def begins_service_hours_a_minute_late(asked: Question) -> Iterable[Slot]:
    return _service_hours(
        asked, lambda hours: Hours(WallTime((hours.start.minutes + 1) % MINUTES_A_DAY), hours.end)
    ).slots()


def keeps_all_rules_of_services(asked: Question) -> Iterable[Slot]:
    """Ignores their first and last dates, and opens them every week."""

    def always(rule: WeeklyRule) -> WeeklyRule:
        return replace(rule, valid_from=None, valid_until=None, every_weeks=1)

    hours = (ServiceHours(tuple(map(always, each.rules))) for each in asked.calendar.service_hours)
    return other(asked, service_hours=tuple(hours)).slots()


def cuts_slots_from_service_hours(asked: Question) -> Iterable[Slot]:
    """Takes them for the hours of a salon, which begin steps."""
    calendar = asked.calendar
    if calendar.salon is not None or len(calendar.service_hours) != 1:
        return asked.slots()
    [hours] = hours_of_services(calendar)
    return other(asked, salon=hours, service_hours=()).slots()


def keeps_buffers_within_service_hours(asked: Question) -> Iterable[Slot]:
    if not asked.calendar.service_hours:
        return asked.slots()
    minute = other_settings(asked, step_minutes=1, buffer_before_minutes=0, buffer_after_minutes=0, pauses=())
    bare = replace(other(minute, rules=ALWAYS, salon=None, exceptions=(), blocks=(), busy=(), resources=()), claims=())
    wide = replace(
        bare, window=TimeRange(asked.window.start - A_DAY, asked.window.end + A_DAY), now=asked.now - 9 * A_DAY
    )
    within = {slot.start for slot in replace(wide, duration_minutes=1).slots()}
    return [
        slot
        for slot in asked.slots()
        if {asked.blocked(slot.start).start, asked.blocked(slot.start).end - MINUTE} <= within
    ]


def takes_service_hours_one_by_one(asked: Question) -> Iterable[Slot]:
    """Lets no appointment go on from hours of a service into the next."""
    if len(asked.calendar.service_hours) != 1:
        return asked.slots()
    [hours] = asked.calendar.service_hours
    found = {slot for rule in hours.rules for slot in other(asked, service_hours=(ServiceHours((rule,)),)).slots()}
    return sorted(found)


def closes_services_on_exceptions(asked: Question) -> Iterable[Slot]:
    dates = {each.date for each in asked.calendar.exceptions}
    if not asked.calendar.service_hours:
        return asked.slots()
    return [slot for slot in asked.slots() if slot.start.astimezone(asked.calendar.zone).date() not in dates]


SHARING_BUGS: Final[tuple[Wrong, ...]] = (
    ignores_the_pauses_of_claims,
    ignores_its_own_pauses,
    books_pauses_without_buffers,
    books_pauses_without_the_buffers_of_others,
    ends_pauses_a_minute_late,
    knows_one_pause_of_several,
    restarts_no_steps_at_pauses,
    has_pauses_at_any_length,
    lets_blocks_lie_in_its_pauses,
    frees_busy_times_in_pauses_of_claims,
    knows_no_pauses_of_holds,
    counts_claims_in_pauses_for_no_limit,
    counts_places_by_the_day,
    has_a_place_less,
    has_a_place_more,
    shares_its_time_with_nobody,
    counts_lapsed_holds_as_places,
    keeps_a_distance_from_lapsed_places,
    shares_its_time_by_the_start,
    shares_its_time_with_other_classes,
    counts_a_class_once_for_the_day,
    keeps_classes_without_buffers,
    keeps_a_distance_from_its_own_places,
    ignores_resources,
    looks_at_one_resource,
    needs_a_unit_less,
    needs_a_unit_more,
    needs_one_unit_of_several,
    needs_all_units,
    takes_units_without_buffers,
    takes_no_units_in_its_pauses,
    changes_units_within_an_appointment,
    keeps_a_minute_between_uses,
    ignores_overbooked_claims,
    counts_overbooked_claims_twice,
    counts_overbooked_claims_for_no_limit,
    puts_overbooked_claims_after_the_others,
    frees_what_is_below_an_overbooked_claim,
    ends_service_hours_a_minute_early,
    begins_service_hours_a_minute_late,
    keeps_all_rules_of_services,
    cuts_slots_from_service_hours,
    keeps_buffers_within_service_hours,
    takes_service_hours_one_by_one,
    closes_services_on_exceptions,
)
