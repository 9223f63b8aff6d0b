"""Why a time is, or is not, offered; and what is offered nearest to it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.model import Calendar, OpeningHours, Slot
from booking_domain.scheduling.open_hours import open_ranges
from booking_domain.scheduling.slots import (
    full_periods,
    grid,
    horizon_end,
    local_periods,
    offered_slots,
)
from booking_domain.shared.time import ORIGIN, TimeRange, instant, seconds_up


class Reason(StrEnum):
    """Why a time is not offered."""

    NOT_BOOKABLE = "not_bookable"
    """The provider takes no bookings at all."""
    CLOSED = "closed"
    """By the weekly rules, not all of the appointment lies within opening hours."""
    EXCEPTION = "exception"
    """It would be open, were it not for an exception."""
    SALON_CLOSED = "salon_closed"
    """The provider is open, and the salon is not."""
    BLOCK = "block"
    """Time off."""
    CLAIMED = "claimed"
    """A hold or another booking has some of the time itself."""
    BUSY = "busy"
    """Something in an external calendar does."""
    BUFFER = "buffer"
    """The time is free, and too close to a claim or a busy time: its buffer, or theirs, is in the way."""
    NOTICE = "notice"
    """Past, or sooner than the notice that the provider needs."""
    HORIZON = "horizon"
    """Further ahead than bookings are taken."""
    DAY_FULL = "day_full"
    WEEK_FULL = "week_full"
    OFF_GRID = "off_grid"
    """Open, and not at a whole number of steps from where the steps are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All reasons why a start is not offered (none: it is), and the nearest starts that are."""

    start: datetime
    reasons: tuple[Reason, ...]
    before: Slot | None
    """The last offered slot that starts before it."""
    after: Slot | None
    """The first offered slot that starts after it."""

    @property
    def offered(self) -> bool:
        """Whether a customer can book it."""
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
    """Explain why a customer can, or cannot, book this start.

    `claims` are all from now to the horizon, if the nearest offered slots are to be right.

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
    start = instant(start, field="slot")
    claims = tuple(claims)
    minutes = calendar.settings.duration_minutes if duration_minutes is None else duration_minutes
    span = TimeRange(start, start + timedelta(minutes=minutes))
    reasons = [
        *([] if bookable else [Reason.NOT_BOOKABLE]),
        *_closings(calendar, span),
        *_obstacles(calendar, claims, span, now),
        *_limits(calendar, claims, start, now),
        *_grid(calendar, claims, span, now),
    ]
    before, after = _nearest(calendar, claims, start, now, minutes) if bookable else (None, None)
    return Explanation(start=start, reasons=tuple(reasons), before=before, after=after)


def _closings(calendar: Calendar, span: TimeRange) -> Iterator[Reason]:
    own = replace(calendar, salon=None)
    if not _inside(own, span):
        yield Reason.EXCEPTION if _inside(replace(own, exceptions=()), span) else Reason.CLOSED
    if calendar.salon is not None and not _inside_hours(calendar.salon, span):
        yield Reason.SALON_CLOSED
    if any(block.range.overlaps(span) for block in calendar.blocks):
        yield Reason.BLOCK


def _inside_hours(hours: OpeningHours, span: TimeRange) -> bool:
    return _inside(Calendar(time_zone=hours.time_zone, rules=hours.rules, exceptions=hours.exceptions), span)


def _inside(calendar: Calendar, span: TimeRange) -> bool:
    ranges, _ = open_ranges(calendar, span.lower, span.upper, lookback_days=0)
    return any(opens <= span.lower and span.upper <= closes for opens, closes in ranges)


def _obstacles(calendar: Calendar, claims: Iterable[Claim], span: TimeRange, now: datetime) -> Iterator[Reason]:
    settings = calendar.settings
    blocked = TimeRange(
        span.start - timedelta(minutes=settings.buffer_before_minutes),
        span.end + timedelta(minutes=settings.buffer_after_minutes),
    )
    near = [claim for claim in claims if claim.live(now) and claim.blocked.overlaps(blocked)]
    near_busy = [busy for busy in calendar.busy if busy.overlaps(blocked)]
    claimed = [claim.span.overlaps(span) for claim in near]
    busy = [each.overlaps(span) for each in near_busy]
    if any(claimed):
        yield Reason.CLAIMED
    if any(busy):
        yield Reason.BUSY
    if not all(claimed) or not all(busy):
        yield Reason.BUFFER


def _limits(calendar: Calendar, claims: Iterable[Claim], start: datetime, now: datetime) -> Iterator[Reason]:
    if start < now + timedelta(minutes=calendar.settings.min_notice_minutes):
        yield Reason.NOTICE
    if seconds_up(start) >= horizon_end(calendar, now):
        yield Reason.HORIZON
    day, week = local_periods(calendar, start)
    full = full_periods(calendar, claims, now)
    if day in full:
        yield Reason.DAY_FULL
    if week in full:
        yield Reason.WEEK_FULL


def _grid(calendar: Calendar, claims: Iterable[Claim], span: TimeRange, now: datetime) -> Iterator[Reason]:
    start = span.lower
    step = calendar.settings.step_minutes * 60
    for anchor, until, closes in grid(calendar, claims, now, start, start + 1):
        if anchor <= start < min(until, closes) and ((start - anchor) % step or span.start.microsecond):
            yield Reason.OFF_GRID


def _nearest(
    calendar: Calendar, claims: Iterable[Claim], start: datetime, now: datetime, minutes: int
) -> tuple[Slot | None, Slot | None]:
    """The offered neighbours, looked for in windows that grow: mostly they are near."""
    horizon = ORIGIN + timedelta(seconds=horizon_end(calendar, now))

    def offered(window: TimeRange) -> tuple[Slot, ...]:
        return offered_slots(calendar, claims, window=window, now=now, duration_minutes=minutes)

    earlier = map(offered, _back(min(start, horizon), now))
    later = map(offered, _on(max(start + timedelta(microseconds=1), now), horizon))
    before, after = next(filter(None, earlier), None), next(filter(None, later), None)
    return (None if before is None else before[-1]), (None if after is None else after[0])


def _back(begin: datetime, end: datetime) -> Iterator[TimeRange]:
    """Windows from `begin` back to `end`: the last day, the two days before it, the four before those."""
    width = timedelta(days=1)
    while begin > end:
        yield TimeRange(max(begin - width, end), begin)
        begin, width = begin - width, 2 * width


def _on(begin: datetime, end: datetime) -> Iterator[TimeRange]:
    """Windows from `begin` on to `end`, likewise."""
    width = timedelta(days=1)
    while begin < end:
        yield TimeRange(begin, min(begin + width, end))
        begin, width = begin + width, 2 * width
