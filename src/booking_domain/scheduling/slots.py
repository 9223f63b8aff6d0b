"""Slot arithmetic: pure functions from a calendar and its claims to the starts that are offered.

Inside, instants are integers (seconds since the epoch) and ranges sorted lists; typed values only at the rim.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Final
from zoneinfo import ZoneInfo

from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.model import DAYS_A_WEEK, Calendar, Hours, Slot
from booking_domain.shared.time import MINUTES_A_DAY, TimeRange

ANEW_EVERY_DAYS: Final = 28
"""A range that stays open for longer is counted anew from midnight of every 28th date, so that the slots of somebody
who never closes do not depend on where one looks for them."""

Span = tuple[int, int]


def offered_slots(
    calendar: Calendar,
    claims: Iterable[Claim],
    *,
    window: TimeRange,
    now: datetime,
    duration_minutes: int | None = None,
) -> tuple[Slot, ...]:
    """Return the slots that start inside `window`, in order.

    A slot starts at a whole number of steps after its open range opens, ends before that range closes, keeps its
    distance (buffers) from every live claim, and respects notice, horizon and the most bookings a day.

    >>> from uuid import uuid4
    >>> from booking_domain.scheduling import Calendar, Hours, WallTime, WeeklyRule
    >>> nine_to_noon = Hours(WallTime.parse("09:00"), WallTime.parse("12:00"))
    >>> calendar = Calendar(
    ...     time_zone="Asia/Ulaanbaatar",
    ...     rules=tuple(WeeklyRule(id=uuid4(), day=day, hours=nine_to_noon) for day in range(7)),
    ... )
    >>> day = TimeRange(datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC))
    >>> slots = offered_slots(calendar, (), window=day, now=datetime(2026, 11, 20, tzinfo=UTC))
    >>> [slot.start.astimezone(calendar.zone).strftime("%H:%M") for slot in slots]
    ['09:00', '09:30', '10:00', '10:30', '11:00']
    """
    settings = calendar.settings
    length = (settings.duration_minutes if duration_minutes is None else duration_minutes) * 60
    step = settings.step_minutes * 60
    before, after = settings.buffer_before_minutes * 60, settings.buffer_after_minutes * 60
    lowest = max(_ceil(window.start), _ceil(now) + settings.min_notice_minutes * 60)
    highest = min(_ceil(window.end), _horizon_end(calendar, now))
    if lowest >= highest:
        return ()
    live = [claim for claim in claims if claim.live(now)]
    full = _full_days(calendar, live)
    busy = sorted((int(claim.blocked.start.timestamp()), _ceil(claim.blocked.end)) for claim in live)
    busy_from = [start for start, _ in busy]
    busy_until = list(accumulate((end for _, end in busy), max))

    slots: list[Slot] = []
    # The last slot may end in a range that opens after the window and touches the one in which it starts.
    for anchor, until, closes in _anchored(calendar, _open_ranges(calendar, lowest, highest + length)):
        first = anchor if anchor >= lowest else anchor + -(-(lowest - anchor) // step) * step
        for start in range(first, min(closes - length, until - 1, highest - 1) + 1, step):
            ahead = bisect_left(busy_from, start + length + after)
            if ahead and busy_until[ahead - 1] > start - before:
                continue
            slot = Slot(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(start + length, UTC))
            if full and slot.start.astimezone(calendar.zone).date() in full:
                continue
            slots.append(slot)
    return tuple(slots)


def is_offered(
    calendar: Calendar, claims: Iterable[Claim], start: datetime, *, now: datetime, duration_minutes: int | None = None
) -> bool:
    """Whether a customer can book exactly this start: whether `offered_slots` has it."""
    if start.microsecond:
        return False
    window = TimeRange(start, start + timedelta(seconds=1))
    return bool(offered_slots(calendar, claims, window=window, now=now, duration_minutes=duration_minutes))


def _ceil(instant: datetime) -> int:
    """Seconds since the epoch, rounded up: an open bound never moves to before the instant."""
    whole = int(instant.replace(microsecond=0).timestamp())
    return whole + (1 if instant.microsecond else 0)


def _horizon_end(calendar: Calendar, now: datetime) -> int:
    """The end of the last bookable local date, today + horizon."""
    last = now.astimezone(calendar.zone).date() + timedelta(days=calendar.settings.horizon_days)
    return _epoch(calendar.zone, last, MINUTES_A_DAY)


def _full_days(calendar: Calendar, live: Iterable[Claim]) -> frozenset[date]:
    """The local dates on which the most bookings a day have already started."""
    most = calendar.settings.max_per_day
    if most is None:
        return frozenset()
    counts = Counter(claim.span.start.astimezone(calendar.zone).date() for claim in live)
    return frozenset(day for day, count in counts.items() if count >= most)


def _open_ranges(calendar: Calendar, lowest: int, highest: int) -> list[Span]:
    """The open ranges that meet `[lowest, highest)`, in order, those that touch or overlap made one.

    Each has its true start, and an end that is its own or lies beyond `highest`.
    """
    zone = calendar.zone
    # One day more on either side: a date may be skipped (Apia 2011) or begin twice (St John's 2006).
    first = datetime.fromtimestamp(lowest, zone).date() - timedelta(days=2)
    last = datetime.fromtimestamp(highest, zone).date() + timedelta(days=1)
    exceptions = {exception.date: exception.ranges for exception in calendar.exceptions}
    spans: list[Span] = []
    day = first
    while day <= last:
        spans += _opened_on(calendar, exceptions, day)
        day += timedelta(days=1)
    merged = _merged(spans)
    # A range that was already open when the window begins is anchored where it really opened, or was counted anew.
    day = first
    since = date.fromordinal((first.toordinal() // ANEW_EVERY_DAYS - 1) * ANEW_EVERY_DAYS)
    while day >= since:
        day -= timedelta(days=1)
        earlier = list(_opened_on(calendar, exceptions, day))
        if not merged or not any(end >= merged[0][0] for _, end in earlier):
            break
        merged = _merged([*earlier, *merged])
    return [span for span in merged if span[1] > lowest]


def _anchored(calendar: Calendar, spans: Iterable[Span]) -> Iterator[tuple[int, int, int]]:
    """Each open range in parts of one anchor each: the anchor, where the next part begins, where the range closes."""
    for opens, closes in spans:
        if closes - opens < (ANEW_EVERY_DAYS - 1) * 86_400:
            yield opens, closes, closes
            continue
        anchor = opens
        opened_on = datetime.fromtimestamp(opens, calendar.zone).date().toordinal()
        ordinal = -(-opened_on // ANEW_EVERY_DAYS) * ANEW_EVERY_DAYS
        if _epoch(calendar.zone, date.fromordinal(ordinal), 0) < opens:
            ordinal += ANEW_EVERY_DAYS
        while True:
            ordinal += ANEW_EVERY_DAYS
            until = min(closes, _epoch(calendar.zone, date.fromordinal(ordinal), 0))
            yield anchor, until, closes
            if until == closes:
                break
            anchor = until


def _opened_on(calendar: Calendar, exceptions: dict[date, tuple[Hours, ...]], day: date) -> Iterator[Span]:
    """The ranges that start on a local date; one that the change of clocks leaves empty is none (RFC 5545 §3.3.5)."""
    hours = exceptions.get(day)
    if hours is None:
        day_of_week = day.isoweekday() % DAYS_A_WEEK
        hours = tuple(rule.hours for rule in calendar.rules if rule.day == day_of_week and rule.applies_on(day))
    for each in hours:
        start = _epoch(calendar.zone, day, each.start.minutes)
        end = _epoch(calendar.zone, day, each.end.minutes + (MINUTES_A_DAY if each.past_midnight else 0))
        if start < end:
            yield start, end


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _epoch(zone: ZoneInfo, day: date, minutes: int) -> int:
    """The instant of a wall-clock time, in seconds since the epoch; `minutes` may run into the next day.

    A time that does not occur is read with the offset before the gap; one that occurs twice is the first of the two.
    """
    days, minutes = divmod(minutes, MINUTES_A_DAY)
    ordinal = day.toordinal() + days
    offset = _steady_offset(zone, ordinal)
    if offset is None:
        offset = _offset(zone, ordinal, minutes)
    return (ordinal - _EPOCH_DAY) * 86_400 + minutes * 60 - offset


_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()


def _offset(zone: ZoneInfo, ordinal: int, minutes: int) -> int:
    wall = datetime.fromordinal(ordinal).replace(hour=minutes // 60, minute=minutes % 60, tzinfo=zone)
    offset = wall.utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


@lru_cache(maxsize=65_536)
def _steady_offset(zone: ZoneInfo, ordinal: int) -> int | None:
    """The zone's offset from UTC on a local date, in seconds, or None where it changes on that date."""
    offsets = {_offset(zone, ordinal, minutes) for minutes in (0, 12 * 60, MINUTES_A_DAY - 1)}
    return offsets.pop() if len(offsets) == 1 else None
