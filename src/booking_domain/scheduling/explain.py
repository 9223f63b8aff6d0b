"""Why a start is or is not offered, and which offered starts are nearest."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.model import Calendar, ClockChanges, OpeningHours, Slot, SlotSettings
from booking_domain.scheduling.open_hours import closed_by_exceptions, open_ranges, service_ranges
from booking_domain.scheduling.pauses import meet, without
from booking_domain.scheduling.slots import (
    claims_of,
    full_periods,
    grid,
    horizon_end,
    in_the_way,
    is_place,
    lacks_resource,
    last_slot,
    local_periods,
    minutes_of,
    slots_in_order,
)
from booking_domain.scheduling.weekly import ServiceHours
from booking_domain.scheduling.whole_days import appointment_at, begins_off_opening, first_date, sides_closed
from booking_domain.shared.checks import require_type
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.time import ORIGIN, TimeRange, instant
from booking_domain.shared.values import dataclass


class Reason(StrEnum):
    """A reason why a start is not offered."""

    NOT_BOOKABLE = "not_bookable"
    """The provider takes no bookings."""
    CLOSED = "closed"
    """Part of the appointment lies outside the weekly rules."""
    EXCEPTION = "exception"
    """The weekly rules are open, but an exception closes part of the appointment's time."""
    SALON_CLOSED = "salon_closed"
    """The salon is closed during part of the appointment."""
    SERVICE_CLOSED = "service_closed"
    """Part of the appointment lies outside the hours of a service."""
    BLOCK = "block"
    """The appointment overlaps a block."""
    CLAIMED = "claimed"
    """The appointment overlaps a hold or a booking."""
    CLASS_FULL = "class_full"
    """The class is booked at this time, and no place is left."""
    RESOURCE_TAKEN = "resource_taken"
    """Too few units of a resource are free for the appointment with its buffers."""
    BUSY = "busy"
    """The appointment overlaps a busy time of an external calendar."""
    BUFFER = "buffer"
    """The appointment is free, but its buffers or those of a claim or busy time overlap."""
    TRAVEL = "travel"
    """A claim at another venue is so near that there is no time to travel."""
    NOTICE = "notice"
    """The start is past, or sooner than the minimum notice."""
    HORIZON = "horizon"
    """The start is beyond the horizon."""
    DAY_FULL = "day_full"
    WEEK_FULL = "week_full"
    MONTH_FULL = "month_full"
    YEAR_FULL = "year_full"
    OFF_GRID = "off_grid"
    """The provider is open, but the start is not a whole number of steps from the grid's anchor.

    Of whole days: the dates are open, but the start is not the opening of the first one."""


UNAVAILABLE: Final = "unavailable"
"""What strangers are told instead of each reason that shows what occupies a provider's time."""
_PUBLIC: Final = frozenset(
    {
        Reason.NOT_BOOKABLE,
        Reason.CLOSED,
        Reason.EXCEPTION,
        Reason.SALON_CLOSED,
        Reason.SERVICE_CLOSED,
        Reason.NOTICE,
        Reason.HORIZON,
        Reason.OFF_GRID,
        Reason.CLASS_FULL,
    }
)
"""Reasons that follow from opening hours and settings, which are public, as are the places of classes."""
_FULL: Final = (Reason.DAY_FULL, Reason.WEEK_FULL, Reason.MONTH_FULL, Reason.YEAR_FULL)


def public_reasons(reasons: Iterable[Reason]) -> tuple[str, ...]:
    """The reasons as strangers see them: bookings, holds, blocks, busy times and full periods are one reason.

    That reason hides `off_grid` too: where steps restart after claims, the grid shows where a claim ends.

    >>> [str(reason) for reason in public_reasons([Reason.BLOCK, Reason.CLAIMED, Reason.NOTICE])]
    ['notice', 'unavailable']
    """
    reasons = tuple(reasons)
    if _PUBLIC.issuperset(reasons):
        return reasons
    return *(reason for reason in reasons if reason in _PUBLIC - {Reason.OFF_GRID}), UNAVAILABLE


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Explanation:
    """All reasons why a start is not offered (no reason: it is offered), and the nearest offered slots."""

    start: datetime
    reasons: tuple[Reason, ...]
    before: Slot | None
    """The last offered slot before the start."""
    after: Slot | None
    """The first offered slot after the start."""

    @property
    def offered(self) -> bool:
        """Whether a customer can book the start."""
        return not self.reasons


def explain(
    calendar: Calendar,
    claims: Iterable[Claim],
    start: datetime,
    *,
    now: datetime,
    duration_minutes: int | None = None,
    bookable: bool = True,
) -> Explanation:
    """Explain why a customer can or cannot book this start.

    For correct nearest slots, `claims` must have all claims from `now` to the horizon.

    >>> from datetime import UTC, datetime
    >>> from uuid import uuid4
    >>> from booking_domain.scheduling import Hours, WallTime, WeeklyRule
    >>> ten_to_noon = Hours(WallTime.parse("10:00"), WallTime.parse("12:00"))
    >>> calendar = Calendar(time_zone="UTC", rules=(WeeklyRule(id=uuid4(), day=1, hours=ten_to_noon),))
    >>> monday = datetime(2026, 11, 23, tzinfo=UTC)
    >>> why = explain(calendar, (), monday.replace(hour=11, minute=10), now=monday)
    >>> [str(reason) for reason in why.reasons], f"{why.before.start:%H:%M}", f"{why.after.start:%a %H:%M}"
    (['closed', 'off_grid'], '11:00', 'Mon 10:00')
    """
    require_type("calendar", calendar, Calendar)
    start, now = instant(start, field="start"), instant(now, field="now")
    claims = claims_of(claims)
    minutes = minutes_of(calendar.settings, duration_minutes)
    calendar = calendar.lasting(minutes)
    span = appointment_at(calendar, start)
    reasons = (*(() if bookable else (Reason.NOT_BOOKABLE,)), *reasons_against(calendar, claims, span, now))
    before, after = _nearest(calendar, claims, start, now, minutes) if bookable else (None, None)
    return Explanation(start=start, reasons=reasons, before=before, after=after)


def reasons_against(calendar: Calendar, claims: Iterable[Claim], span: TimeRange, now: datetime) -> tuple[Reason, ...]:
    """All reasons why an appointment at this time is not offered."""
    claims, whole_days = tuple(claims), calendar.settings.whole_days
    return (
        *(_closed_days(calendar, span) if whole_days else _closings(calendar, span)),
        *((Reason.BLOCK,) if any(block.range.overlaps(span) for block in calendar.blocks) else ()),
        *_obstacles(calendar, claims, span, now),
        *_limits(calendar, claims, span.start, now),
        *(_off_opening(calendar, span) if whole_days else _grid(calendar, claims, span, now)),
    )


def closed_by_exception(hours: OpeningHours, clocks: ClockChanges, span: TimeRange) -> bool:
    """Whether the weekly rules are open during the whole time, and an exception closes part of it."""
    return not _inside_hours(hours, clocks, span) and _inside_hours(replace(hours, exceptions=()), clocks, span)


def time_off_until(calendar: Calendar, span: TimeRange) -> datetime | None:
    """The end of the time off that an appointment at this time overlaps, the latest of several; None if there is none.

    Time off is a block, and what an exception of the provider or its salon closes.
    """
    ends = [block.range.end for block in calendar.blocks if block.range.overlaps(span)]
    for hours in (calendar, calendar.salon):
        if hours is not None:
            closed = closed_by_exceptions(hours, calendar.settings.clock_changes, span.lower, span.upper)
            ends += (ORIGIN + timedelta(seconds=end) for _, end in closed)
    return max(ends, default=None)


def _closings(calendar: Calendar, span: TimeRange) -> Iterator[Reason]:
    own = replace(calendar, salon=None)
    if not _inside(own, span):
        yield Reason.EXCEPTION if _inside(replace(own, exceptions=()), span) else Reason.CLOSED
    if calendar.salon is not None and not _inside_hours(calendar.salon, calendar.settings.clock_changes, span):
        yield Reason.SALON_CLOSED
    if not all(_inside_service(calendar, hours, span) for hours in calendar.service_hours):
        yield Reason.SERVICE_CLOSED


def _closed_days(calendar: Calendar, span: TimeRange) -> Iterator[Reason]:
    date = first_date(calendar, span.start)
    own, salon, service = sides_closed(calendar, date)
    if own:
        still, _, _ = sides_closed(replace(calendar, exceptions=()), date)
        yield Reason.CLOSED if still else Reason.EXCEPTION
    if salon:
        yield Reason.SALON_CLOSED
    if service:
        yield Reason.SERVICE_CLOSED


def _off_opening(calendar: Calendar, span: TimeRange) -> Iterator[Reason]:
    if begins_off_opening(calendar, span.start):
        yield Reason.OFF_GRID


def _inside_hours(hours: OpeningHours, clocks: ClockChanges, span: TimeRange) -> bool:
    settings, rules, exceptions = SlotSettings(clock_changes=clocks), hours.rules, hours.exceptions
    of_hours = Calendar(time_zone=hours.time_zone, rules=rules, exceptions=exceptions, settings=settings)
    return _inside(of_hours, span)


def _inside(calendar: Calendar, span: TimeRange) -> bool:
    ranges, _ = open_ranges(calendar, span.lower, span.upper, lookback_days=0)
    return any(opens <= span.lower and span.upper <= closes for opens, closes in ranges)


def _inside_service(calendar: Calendar, hours: ServiceHours, span: TimeRange) -> bool:
    ranges = service_ranges(calendar, hours, span.lower, span.upper)
    return any(opens <= span.lower and span.upper <= closes for opens, closes in ranges)


def _obstacles(calendar: Calendar, claims: Iterable[Claim], span: TimeRange, now: datetime) -> Iterator[Reason]:
    blocked = calendar.blocked(span)
    near = in_the_way(calendar, (claim for claim in claims if claim.live(now)), span, blocked)
    if calendar.settings.class_id is not None:
        places = [claim for claim in near if is_place(calendar, claim, span)]
        near = [claim for claim in near if claim not in places]
        if places:
            yield Reason.CLASS_FULL
    if lacks_resource(calendar, blocked):
        yield Reason.RESOURCE_TAKEN
    occupied, parts = calendar.occupied(span), without(span, calendar.pauses(span))
    near_busy = [busy for busy in calendar.busy if meet(occupied, (busy,))]
    on_the_way = [claim for claim in near if not meet(claim.parts, occupied)]
    near = [claim for claim in near if claim not in on_the_way]
    claimed = [meet(without(claim.span, claim.pauses), parts) for claim in near]
    busy = [meet(parts, (each,)) for each in near_busy]
    if any(claimed):
        yield Reason.CLAIMED
    if any(busy):
        yield Reason.BUSY
    if not all(claimed) or not all(busy):
        yield Reason.BUFFER
    if on_the_way:
        yield Reason.TRAVEL


def _limits(calendar: Calendar, claims: Iterable[Claim], start: datetime, now: datetime) -> Iterator[Reason]:
    if start < now + timedelta(minutes=calendar.settings.min_notice_minutes):
        yield Reason.NOTICE
    if start >= ORIGIN + timedelta(seconds=horizon_end(calendar, now)):
        yield Reason.HORIZON
    full = full_periods(calendar, claims, now)
    for reason, period in zip(_FULL, local_periods(calendar, start), strict=True):
        if period in full:
            yield reason


def _grid(calendar: Calendar, claims: Iterable[Claim], span: TimeRange, now: datetime) -> Iterator[Reason]:
    start = span.lower
    step = calendar.settings.step_minutes * 60
    for anchor, until, closes in grid(calendar, claims, now, start, start + 1):
        if anchor <= start < min(until, closes) and ((start - anchor) % step or span.start.microsecond):
            yield Reason.OFF_GRID


def _nearest(
    calendar: Calendar, claims: Iterable[Claim], start: datetime, now: datetime, minutes: int
) -> tuple[Slot | None, Slot | None]:
    """The nearest offered slots. Searches in growing windows, because most are near."""
    horizon = ORIGIN + timedelta(seconds=horizon_end(calendar, now))

    def last(window: TimeRange) -> Slot | None:
        return last_slot(calendar, claims, window=window, now=now, duration_minutes=minutes)

    def first(window: TimeRange) -> Slot | None:
        return next(slots_in_order(calendar, claims, window=window, now=now, duration_minutes=minutes), None)

    earlier = map(last, _backwards(min(start, horizon), now))
    later = map(first, _forwards(max(start + timedelta(microseconds=1), now), horizon))
    return next(filter(None, earlier), None), next(filter(None, later), None)


def _backwards(begin: datetime, end: datetime) -> Iterator[TimeRange]:
    """Windows backwards from `begin` to `end`, each twice as long as the one before: 1, 2, 4 … days."""
    width = timedelta(days=1)
    while begin > end:
        yield TimeRange(max(begin - width, end), begin)
        begin, width = begin - width, 2 * width


def _forwards(begin: datetime, end: datetime) -> Iterator[TimeRange]:
    """Windows forwards from `begin` to `end`, growing in the same way."""
    width = timedelta(days=1)
    while begin < end:
        yield TimeRange(begin, min(begin + width, end))
        begin, width = begin + width, 2 * width
