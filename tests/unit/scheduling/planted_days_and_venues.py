"""Slot functions with bugs about whole days, other long appointments, and the way between venues."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from tests.unit.scheduling.planted import MINUTE, Wrong, other, other_settings

from booking_domain.scheduling import Anchoring, Claim, Slot, TimeRange
from booking_domain.scheduling.pauses import meet, without
from booking_domain.scheduling.slots import full_periods, local_periods
from booking_domain.shared.time import MINUTES_A_DAY
from booking_domain.testing.properties.open_hours import opened_on
from booking_domain.testing.properties.whole_days import appointment, days_of, whole_days
from booking_domain.testing.question import Question

A_DAY: Final = timedelta(days=1)


def _span(slot: Slot) -> TimeRange:
    return TimeRange(slot.start, slot.end)


# Whole days.


def _lasting(asked: Question, days: int) -> Question:
    return other_settings(asked, duration_minutes=days * MINUTES_A_DAY)


def _dates_of(asked: Question, slot: Slot) -> Iterator[TimeRange]:
    """The hours of each date of an appointment of whole days."""
    a_day = _lasting(asked, 1)
    start = appointment(a_day, slot.start)
    later = whole_days(a_day.during(start.end, slot.end)) if start.end < slot.end else []
    return iter([start, *later])


def _ending(asked: Question, ends: Callable[[Slot], datetime]) -> Iterable[Slot]:
    """Whole days that end at another time."""
    return [Slot(slot.start, ends(slot)) for slot in asked.slots()] if days_of(asked) else asked.slots()


def _only_if(asked: Question, offers: Callable[[Slot], bool], **of_calendar: object) -> Iterable[Slot]:
    """Whole days in another calendar, as far as `offers` says so."""
    return [s for s in other(asked, **of_calendar).slots() if offers(s)] if days_of(asked) else asked.slots()


def ends_whole_days_a_day_early(asked: Question) -> Iterable[Slot]:
    days = days_of(asked)
    return asked.slots() if days <= 1 else _ending(asked, lambda s: appointment(_lasting(asked, days - 1), s.start).end)


def ends_whole_days_after_so_many_hours(asked: Question) -> Iterable[Slot]:
    return _ending(asked, lambda slot: slot.start + asked.length)


def closes_each_date_like_the_first(asked: Question) -> Iterable[Slot]:
    later = (days_of(asked) - 1) * A_DAY
    return _ending(asked, lambda slot: appointment(_lasting(asked, 1), slot.start).end + later)


def gives_each_date_24_hours(asked: Question) -> Iterable[Slot]:
    zone = asked.calendar.zone

    def by_the_wall(slot: Slot) -> datetime:
        start, end = (each.astimezone(zone).replace(tzinfo=None) for each in slot)
        return slot.start + (end - start)

    return _ending(asked, by_the_wall)


def leaves_out_dates_on_which_clocks_change(asked: Question) -> Iterable[Slot]:
    zone = asked.calendar.zone
    return _only_if(asked, lambda s: s.start.astimezone(zone).utcoffset() == s.end.astimezone(zone).utcoffset())


def begins_whole_days_at_midnight(asked: Question) -> Iterable[Slot]:
    zone = asked.calendar.zone

    def midnight(at: datetime, later: int) -> datetime:
        day = at.astimezone(zone).date() + later * A_DAY
        return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)

    if not days_of(asked):
        return asked.slots()
    return [Slot(midnight(slot.start, 0), midnight(slot.start, days_of(asked))) for slot in asked.slots()]


def ends_whole_days_at_midnight(asked: Question) -> Iterable[Slot]:
    zone = asked.calendar.zone

    def cut(slot: Slot) -> datetime:
        local = slot.end.astimezone(zone)
        return local.replace(hour=0, minute=0).astimezone(UTC) if 0 < local.hour < 9 else slot.end

    return _ending(asked, cut)


def closes_dates_with_their_first_range(asked: Question) -> Iterable[Slot]:
    calendar = asked.calendar
    if calendar.salon is not None or calendar.service_hours:
        return asked.slots()

    def closes(slot: Slot) -> datetime:
        ends = opened_on(slot.end.astimezone(calendar.zone).date(), calendar)
        return min([slot.end, *(end for _, end in ends if end > slot.start)])

    return _ending(asked, closes)


def ignores_exceptions_of_later_dates(asked: Question) -> Iterable[Slot]:
    begun = {each.start for each in whole_days(_lasting(asked, 1))} if days_of(asked) else set()
    return _only_if(asked, lambda slot: slot.start in begun, exceptions=())


def ignores_busy_times_of_later_dates(asked: Question) -> Iterable[Slot]:
    def free(slot: Slot) -> bool:
        first = asked.calendar.blocked(next(_dates_of(asked, slot)))
        return not any(busy.overlaps(first) for busy in asked.calendar.busy)

    return _only_if(asked, free, busy=())


def ignores_blocks_in_nights(asked: Question) -> Iterable[Slot]:
    def free(slot: Slot) -> bool:
        dates = [*_dates_of(asked, slot)]
        return not any(block.range.overlaps(each) for block in asked.calendar.blocks for each in dates)

    return _only_if(asked, free, blocks=())


def leaves_nights_to_others(asked: Question) -> Iterable[Slot]:
    def free(slot: Slot) -> bool:
        dates = [asked.calendar.blocked(each) for each in _dates_of(asked, slot)]
        return not any(claim.blocked.overlaps(each) for claim in asked.live for each in dates)

    if not days_of(asked) or asked.calendar.settings.capacity > 1:
        return asked.slots()
    offered, full = set(asked.slots()), full_periods(asked.calendar, asked.live, asked.now)
    return [
        slot
        for slot in replace(asked, claims=()).slots()
        if slot in offered or (free(slot) and full.isdisjoint(local_periods(asked.calendar, slot.start)))
    ]


def takes_units_on_the_first_date(asked: Question) -> Iterable[Slot]:
    def free(slot: Slot) -> bool:
        first = asked.calendar.blocked(next(_dates_of(asked, slot)))
        return all(each.free(first) for each in asked.calendar.resources)

    return _only_if(asked, free, resources=())


def opens_with_the_calendar_where_the_salon_opens_later(asked: Question) -> Iterable[Slot]:
    zone = asked.calendar.zone
    dates = {slot.start.astimezone(zone).date() for slot in asked.slots()}
    return _only_if(asked, lambda slot: slot.start.astimezone(zone).date() in dates, salon=None)


def opens_whole_days_without_services(asked: Question) -> Iterable[Slot]:
    return _only_if(asked, lambda _: True, service_hours=())


def takes_whole_days_for_a_length(asked: Question) -> Iterable[Slot]:
    return other_settings(asked, whole_days=False).slots()


def takes_whole_days_at_any_length(asked: Question) -> Iterable[Slot]:
    minutes = asked.duration_minutes
    if minutes is None or minutes % MINUTES_A_DAY or not asked.calendar.settings.whole_days:
        return asked.slots()
    return replace(other_settings(asked, duration_minutes=minutes), duration_minutes=None).slots()


def counts_whole_days_on_each_date(asked: Question) -> Iterable[Slot]:
    most, zone = asked.calendar.settings.max_per_day, asked.calendar.zone
    started = Counter(claim.span.start.astimezone(zone).date() for claim in asked.live)

    def free(slot: Slot) -> bool:
        dates = [each.start.astimezone(zone).date() for each in _dates_of(asked, slot)]
        return most is None or all(started[each] < most for each in dates)

    return _only_if(asked, free)


def ends_whole_days_within_the_horizon(asked: Question) -> Iterable[Slot]:
    zone, days = asked.calendar.zone, asked.calendar.settings.horizon_days
    last = asked.now.astimezone(zone).date() + timedelta(days=days)
    return _only_if(asked, lambda slot: slot.end.astimezone(zone).date() <= last)


def ends_whole_days_within_the_window(asked: Question) -> Iterable[Slot]:
    return _only_if(asked, lambda slot: slot.end <= asked.window.end)


def books_whole_days_without_buffers(asked: Question) -> Iterable[Slot]:
    bare = other_settings(asked, buffer_before_minutes=0, buffer_after_minutes=0)
    return bare.slots() if days_of(asked) else asked.slots()


# Other appointments of more than 24 hours.


def has_no_appointments_over_a_day(asked: Question) -> Iterable[Slot]:
    return () if asked.length > A_DAY and not days_of(asked) else asked.slots()


def looks_for_claims_a_day_ahead(asked: Question) -> Iterable[Slot]:
    if asked.length <= A_DAY or days_of(asked):
        return asked.slots()
    free = replace(asked, claims=()).slots()
    return [
        slot
        for slot in free
        if not any(
            each.blocked.overlaps(asked.blocked(slot.start)) and each.blocked.start < slot.start + A_DAY
            for each in asked.live
        )
    ]


# The way between venues.


def _kept_free(asked: Question, kept: Callable[[Claim], Iterable[TimeRange]]) -> Iterable[Slot]:
    """The slots without travel that also meet nothing of what the live claims keep free."""
    settings = asked.calendar.settings
    if not settings.travel_minutes or settings.anchoring is Anchoring.AFTER_CLAIM:
        return asked.slots()
    parts = [part for claim in asked.live for part in kept(claim)]
    slots = other_settings(asked, travel_minutes=0).slots()
    return [slot for slot in slots if not meet(parts, asked.calendar.occupied(slot))]


def _way(asked: Question) -> timedelta:
    return asked.calendar.settings.travel_minutes * MINUTE


def _elsewhere(asked: Question, before: timedelta, after: timedelta) -> Callable[[Claim], Iterable[TimeRange]]:
    def kept(claim: Claim) -> Iterable[TimeRange]:
        if not asked.calendar.elsewhere(claim):
            return ()
        return [TimeRange(part.start - before, part.end + after) for part in claim.parts]

    return kept


def ignores_travel(asked: Question) -> Iterable[Slot]:
    return other_settings(asked, travel_minutes=0).slots()


def travels_there_only(asked: Question) -> Iterable[Slot]:
    return _kept_free(asked, _elsewhere(asked, _way(asked), timedelta(0)))


def travels_back_only(asked: Question) -> Iterable[Slot]:
    return _kept_free(asked, _elsewhere(asked, timedelta(0), _way(asked)))


def travels_a_minute_faster(asked: Question) -> Iterable[Slot]:
    less = max(0, asked.calendar.settings.travel_minutes - 1)
    return other_settings(asked, travel_minutes=less).slots()


def travels_within_a_venue(asked: Question) -> Iterable[Slot]:
    claims = (replace(claim, venue="another") if claim.venue else claim for claim in asked.claims)
    return replace(asked, claims=tuple(claims)).slots() if asked.calendar.settings.capacity == 1 else asked.slots()


def travels_from_claims_without_a_venue(asked: Question) -> Iterable[Slot]:
    claims = tuple(replace(claim, venue=claim.venue or "somewhere") for claim in asked.claims)
    return replace(asked, claims=claims).slots() if asked.calendar.settings.capacity == 1 else asked.slots()


def travels_to_appointments_without_a_venue(asked: Question) -> Iterable[Slot]:
    return other_settings(asked, venue=asked.calendar.settings.venue or "somewhere").slots()


def takes_the_longer_of_way_and_buffers(asked: Question) -> Iterable[Slot]:
    settings = asked.calendar.settings
    if settings.anchoring is Anchoring.AFTER_CLAIM or settings.pauses:
        return asked.slots()
    way = _way(asked)
    far = [claim.span for claim in asked.live if asked.calendar.elsewhere(claim)]
    return [
        slot
        for slot in other_settings(asked, travel_minutes=0).slots()
        if not any(each.start < slot.end + way and slot.start < each.end + way for each in far)
    ]


def counts_the_way_from_the_appointment(asked: Question) -> Iterable[Slot]:
    """Leaves out the buffers of others."""
    way = _way(asked)

    def kept(claim: Claim) -> Iterable[TimeRange]:
        if not asked.calendar.elsewhere(claim):
            return ()
        return [TimeRange(part.start - way, part.end + way) for part in without(claim.span, claim.pauses)]

    return _kept_free(asked, kept)


def travels_on_one_date_only(asked: Question) -> Iterable[Slot]:
    zone, near = asked.calendar.zone, set(asked.slots())
    dates = {
        at.astimezone(zone).date()
        for claim in asked.live
        if asked.calendar.elsewhere(claim)
        for at in (claim.span.start, claim.span.end)
    }
    if asked.calendar.settings.anchoring is Anchoring.AFTER_CLAIM:
        return asked.slots()
    slots = other_settings(asked, travel_minutes=0).slots()
    return [slot for slot in slots if slot in near or slot.start.astimezone(zone).date() not in dates]


def travels_half_a_day_at_most(asked: Question) -> Iterable[Slot]:
    return other_settings(asked, travel_minutes=min(asked.calendar.settings.travel_minutes, MINUTES_A_DAY // 2)).slots()


def travels_to_lapsed_holds(asked: Question) -> Iterable[Slot]:
    if not asked.calendar.settings.travel_minutes:
        return asked.slots()
    lapsed = [each for each in asked.claims if not each.live(asked.now) and asked.calendar.elsewhere(each)]
    kept = [part for claim in lapsed for part in asked.calendar.kept_free(claim)]
    return [slot for slot in asked.slots() if not meet(kept, asked.calendar.occupied(slot))]


def travels_to_no_holds(asked: Question) -> Iterable[Slot]:
    claims = (replace(claim, venue="") if claim.expires_at else claim for claim in asked.claims)
    return replace(asked, claims=tuple(claims)).slots()


def has_no_way_in_pauses_of_others(asked: Question) -> Iterable[Slot]:
    way = _way(asked)

    def kept(claim: Claim) -> Iterable[TimeRange]:
        if not asked.calendar.elsewhere(claim):
            return ()
        return without(TimeRange(claim.blocked.start - way, claim.blocked.end + way), claim.pauses)

    return _kept_free(asked, kept)


def has_no_way_in_its_own_pauses(asked: Question) -> Iterable[Slot]:
    if not asked.calendar.settings.pauses or asked.calendar.settings.anchoring is Anchoring.AFTER_CLAIM:
        return asked.slots()
    near, slots = set(asked.slots()), other_settings(asked, travel_minutes=0).slots()

    def within(slot: Slot) -> bool:
        far = [claim for claim in asked.live if asked.calendar.elsewhere(claim)]
        pauses, own = asked.calendar.pauses(slot), asked.calendar.occupied(slot)
        met = [claim for claim in far if meet(asked.calendar.kept_free(claim), own)]
        return all(any(p.start <= each.blocked.start and each.blocked.end <= p.end for p in pauses) for each in met)

    return [slot for slot in slots if slot in near or within(slot)]


def shares_places_with_another_venue(asked: Question) -> Iterable[Slot]:
    settings = asked.calendar.settings
    if settings.capacity == 1 or settings.anchoring is Anchoring.AFTER_CLAIM:
        return asked.slots()
    as_if_here = other_settings(replace(asked, claims=tuple(replace(c, venue="") for c in asked.claims)), venue="")
    shared = {claim.span for claim in asked.live}
    near = set(asked.slots())
    return [slot for slot in as_if_here.slots() if slot in near or _span(slot) in shared]


def restarts_before_the_way_is_over(asked: Question) -> Iterable[Slot]:
    if asked.calendar.settings.anchoring is Anchoring.OPEN_RANGE:
        return asked.slots()
    kept = [part for claim in asked.live if asked.calendar.elsewhere(claim) for part in asked.calendar.kept_free(claim)]
    slots = other_settings(asked, travel_minutes=0).slots()
    return [slot for slot in slots if not meet(kept, asked.calendar.occupied(slot))]


def travels_to_busy_times(asked: Question) -> Iterable[Slot]:
    way = _way(asked)
    if not asked.calendar.settings.venue or asked.calendar.settings.anchoring is Anchoring.AFTER_CLAIM:
        return asked.slots()
    return other(asked, busy=tuple(TimeRange(each.start - way, each.end + way) for each in asked.calendar.busy)).slots()


def travels_to_no_whole_days(asked: Question) -> Iterable[Slot]:
    return other_settings(asked, travel_minutes=0).slots() if days_of(asked) else asked.slots()


DAY_AND_VENUE_BUGS: Final[tuple[Wrong, ...]] = (
    ends_whole_days_a_day_early,
    ends_whole_days_after_so_many_hours,
    closes_each_date_like_the_first,
    gives_each_date_24_hours,
    leaves_out_dates_on_which_clocks_change,
    begins_whole_days_at_midnight,
    ends_whole_days_at_midnight,
    closes_dates_with_their_first_range,
    ignores_exceptions_of_later_dates,
    ignores_busy_times_of_later_dates,
    ignores_blocks_in_nights,
    leaves_nights_to_others,
    takes_units_on_the_first_date,
    opens_with_the_calendar_where_the_salon_opens_later,
    opens_whole_days_without_services,
    takes_whole_days_for_a_length,
    takes_whole_days_at_any_length,
    counts_whole_days_on_each_date,
    ends_whole_days_within_the_horizon,
    ends_whole_days_within_the_window,
    books_whole_days_without_buffers,
    has_no_appointments_over_a_day,
    looks_for_claims_a_day_ahead,
    ignores_travel,
    travels_there_only,
    travels_back_only,
    travels_a_minute_faster,
    travels_within_a_venue,
    travels_from_claims_without_a_venue,
    travels_to_appointments_without_a_venue,
    takes_the_longer_of_way_and_buffers,
    counts_the_way_from_the_appointment,
    travels_on_one_date_only,
    travels_half_a_day_at_most,
    travels_to_lapsed_holds,
    travels_to_no_holds,
    has_no_way_in_pauses_of_others,
    has_no_way_in_its_own_pauses,
    shares_places_with_another_venue,
    restarts_before_the_way_is_over,
    travels_to_busy_times,
    travels_to_no_whole_days,
)
