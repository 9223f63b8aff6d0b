"""Slot arithmetic: pure functions from a calendar and its claims to the starts that are offered.

Inside, instants are integers (seconds since the epoch) and ranges sorted lists; typed values only at the rim. One pass:
each open range is walked from gap to gap between the starts that something in the way forbids.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import repeat
from typing import Final

from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.model import Anchoring, Calendar, Slot
from booking_domain.scheduling.open_hours import SECONDS_A_DAY, Span, epoch_of, open_ranges
from booking_domain.shared.time import MINUTES_A_DAY, TimeRange

ANEW_EVERY_DAYS: Final = 28
"""A range that stays open for longer is counted anew from midnight of every 28th date, so that the slots of somebody
who never closes do not depend on where one looks for them. (Of every date, when the steps are counted anew after each
claim: then they depend on no claim that is days away.)"""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER: Final = 2**62
_NO_MORE: Final = (_NEVER, _NEVER)


def offered_slots(
    calendar: Calendar,
    claims: Iterable[Claim],
    *,
    window: TimeRange,
    now: datetime,
    duration_minutes: int | None = None,
) -> tuple[Slot, ...]:
    """Return the slots that start inside `window`, in order.

    A slot starts at a whole number of steps after its open range opens, ends before that range closes, keeps out of
    blocks, keeps its distance (buffers) from every live claim and busy time, and respects notice, horizon and the most
    bookings a day and a week.

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
    lowest = max(seconds_up(window.start), seconds_up(now) + settings.min_notice_minutes * 60)
    highest = min(seconds_up(window.end), horizon_end(calendar, now))
    if lowest >= highest:
        return ()
    live = [claim for claim in claims if claim.expires_at is None or claim.expires_at > now]
    before, after = settings.buffer_before_minutes * 60, settings.buffer_after_minutes * 60
    taken = taken_by(live, calendar.busy)
    # An appointment may not start later than so long before something that is in the way, nor until so long after it.
    forbidden = [(start - length - after, end + before) for start, end in taken]
    if calendar.blocks:
        blocks = _seconds(block.range for block in calendar.blocks)
        forbidden += [(start - length, end) for start, end in blocks]
    forbidden.sort()

    starts: list[datetime] = []
    step = settings.step_minutes * 60
    a_step, obstacles = timedelta(seconds=step), iter(forbidden)
    not_after, not_before = next(obstacles, _NO_MORE)
    for anchor, until, closes in grid(calendar, taken, lowest, highest + length):
        start = anchor if anchor >= lowest else anchor + -((anchor - lowest) // step) * step
        last = min(closes - length, until - 1, highest - 1)
        while start <= last:
            while not_before <= start:
                not_after, not_before = next(obstacles, _NO_MORE)
            if start > not_after:
                start = anchor + -((anchor - not_before) // step) * step
                continue
            at = _EPOCH + timedelta(0, start)
            count = (min(last, not_after) - start) // step + 1
            start += count * step
            while count:
                starts.append(at)
                at += a_step
                count -= 1
    full = full_periods(calendar, live)
    if full:
        starts = [start for start in starts if full.isdisjoint(local_periods(calendar, start))]
    long = timedelta(seconds=length)
    return tuple(map(tuple.__new__, repeat(Slot), zip(starts, [start + long for start in starts], strict=True)))


def is_offered(
    calendar: Calendar, claims: Iterable[Claim], start: datetime, *, now: datetime, duration_minutes: int | None = None
) -> bool:
    """Whether a customer can book exactly this start: whether `offered_slots` has it."""
    if start.microsecond:
        return False
    window = TimeRange(start, start + timedelta(seconds=1))
    return bool(offered_slots(calendar, claims, window=window, now=now, duration_minutes=duration_minutes))


def horizon_end(calendar: Calendar, now: datetime) -> int:
    """The end of the last bookable local date, today + horizon, in seconds since the epoch."""
    last = now.astimezone(calendar.zone).toordinal() + calendar.settings.horizon_days
    return epoch_of(calendar.zone, last, MINUTES_A_DAY)


def grid(calendar: Calendar, taken: Iterable[Span], lowest: int, highest: int) -> Iterator[tuple[int, int, int]]:
    """The open ranges in parts of one anchor each: the anchor, where the next part begins, where the range closes."""
    if calendar.settings.anchoring is Anchoring.OPEN_RANGE:
        ranges = open_ranges(calendar, lowest, highest, lookback_days=2 * ANEW_EVERY_DAYS)
        return _counted_anew(calendar, ranges, ANEW_EVERY_DAYS)
    parts = _counted_anew(calendar, open_ranges(calendar, lowest, highest, lookback_days=2), 1)
    before = calendar.settings.buffer_before_minutes * 60
    return _after_claims(parts, sorted(end + before for _, end in taken))


def _counted_anew(calendar: Calendar, ranges: Iterable[Span], days: int) -> Iterator[tuple[int, int, int]]:
    for opens, closes in ranges:
        if closes - opens < (days - 1) * SECONDS_A_DAY:
            yield opens, closes, closes
            continue
        anchor = opens
        opened_on = datetime.fromtimestamp(opens, calendar.zone).toordinal()
        ordinal = -(-opened_on // days) * days
        if epoch_of(calendar.zone, ordinal, 0) < opens:
            ordinal += days
        while True:
            ordinal += days
            until = min(closes, epoch_of(calendar.zone, ordinal, 0))
            yield anchor, until, closes
            if until == closes:
                break
            anchor = until


def _after_claims(parts: Iterable[tuple[int, int, int]], restarts: Iterable[int]) -> Iterator[tuple[int, int, int]]:
    remaining = iter(restarts)
    restart = next(remaining, _NEVER)
    for opens, until, closes in parts:
        anchor = opens
        while restart < until:
            if restart > anchor:
                yield anchor, restart, closes
                anchor = restart
            restart = next(remaining, _NEVER)
        yield anchor, until, closes


def taken_by(live: Iterable[Claim], busy: Iterable[TimeRange]) -> list[Span]:
    """What claims block and what is busy elsewhere, in seconds since the epoch."""
    taken = _seconds(claim.blocked for claim in live)
    if busy:
        taken += _seconds(busy)
    return taken


def _seconds(ranges: Iterable[TimeRange]) -> list[Span]:
    """Ranges in whole seconds since the epoch, rounded outwards."""
    spans: list[Span] = []
    for each in ranges:
        start, end = each.start - _EPOCH, each.end - _EPOCH
        spans.append(
            (
                start.days * SECONDS_A_DAY + start.seconds,
                end.days * SECONDS_A_DAY + end.seconds + (1 if end.microseconds else 0),
            )
        )
    return spans


def seconds_up(instant: datetime) -> int:
    """Seconds since the epoch, rounded up: an open bound never moves to before the instant."""
    since = instant - _EPOCH
    return since.days * SECONDS_A_DAY + since.seconds + (1 if since.microseconds else 0)


Period = date | tuple[int, int]
"""A local date, or a local week as ISO 8601 numbers them: year and week."""


def local_periods(calendar: Calendar, start: datetime) -> tuple[Period, Period]:
    """The local date and the local week in which an instant lies."""
    day = start.astimezone(calendar.zone).date()
    week = day.isocalendar()
    return day, (week.year, week.week)


def full_periods(calendar: Calendar, live: Iterable[Claim]) -> set[Period]:
    """The local dates and weeks in which the most bookings have already started."""
    a_day, a_week = calendar.settings.max_per_day, calendar.settings.max_per_week
    if a_day is None and a_week is None:
        return set()
    started = [local_periods(calendar, claim.span.start) for claim in live]
    days, weeks = Counter(day for day, _ in started), Counter(week for _, week in started)
    return {
        *(day for day, count in days.items() if a_day is not None and count >= a_day),
        *(week for week, count in weeks.items() if a_week is not None and count >= a_week),
    }
