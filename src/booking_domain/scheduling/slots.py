"""Slot arithmetic: pure functions from a calendar and its claims to the offered slots.

For speed, instants are integers here (seconds since `ORIGIN`) and ranges are sorted lists; typed values appear only in
the public functions. One pass over each open range skips from one allowed gap to the next.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import chain, islice
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.model import Anchoring, Calendar, Slot, SlotSettings
from booking_domain.scheduling.open_hours import Span, date_span, local_date, open_ranges, seconds_of, service_ranges
from booking_domain.scheduling.pauses import meet
from booking_domain.scheduling.whole_days import whole_days_between
from booking_domain.shared.checks import require_type
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.time import (
    LONGEST_APPOINTMENT,
    MINUTES_A_DAY,
    ORIGIN,
    SECONDS_A_DAY,
    TimeRange,
    ceil_to_second,
    instant,
)

ANCHOR_PERIOD_DAYS: Final = 28
"""In a range that is open for longer than this, the grid restarts at local midnight of every 28th date, except the
first such date. So the slots of a provider who never closes do not depend on the window. With `Anchoring.AFTER_CLAIM`
the grid restarts on every date, so that it does not depend on claims that are days away."""

MAX_SLOTS: Final = 5_000
"""An answer has at most this many slots: 62 days of a provider who is always open have 2,976 every half hour."""
_NEVER: Final = 2**40
_MOST_SLOTS: Final = 16_384
_GROUP: Final = 16
"""How many parts of the grid are searched at once, if slots are made lazily."""
_PIECE: Final = 32
"""How many slots start in a piece of a part that is cut."""
_FINE_STEP: Final = 300
"""With steps of at most this many seconds, parts of the grid have many slots, so they are cut."""
_A_DAY: Final = timedelta(days=1)
_CLAIM: Final = {Claim}
Period = tuple[int, int]
"""A local day, ISO 8601 week, month or year: the ordinals of its first date and of the first one after it."""
_NO_LIMITS: Final = (None, None, None, None)
_Search = tuple[Iterable[Span], list[Span], int, int, set[Period]]


def offered_slots(
    calendar: Calendar,
    claims: Iterable[Claim],
    *,
    window: TimeRange,
    now: datetime,
    duration_minutes: int | None = None,
) -> tuple[Slot, ...]:
    """Return the offered slots that start in `window`, ordered by start.

    A slot starts a whole number of steps after its open range opens and ends before the range closes. It lies within
    the hours of each service that has hours. It overlaps no block, and with its buffers no busy time and no live claim,
    but for claims of the very same time as long as there are fewer than the capacity. With its buffers it finds enough
    free units of each resource. It respects minimum notice, horizon, and the maximum number of bookings per day, week,
    month and year. `duration_minutes` overrides the duration of the settings. An appointment of whole days starts when
    its first date opens, ends when its last one closes, and has hours on each of its dates.

    Raises:
        InvalidValue: an argument has another type, `now` is naive, or `duration_minutes` is not from 1 to 20,160.

    >>> from datetime import UTC, datetime
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
    search = _search(calendar, claims, window, now, duration_minutes)
    if search is None:
        return tuple(_without_steps(calendar, claims, window, now, duration_minutes))
    parts, forbidden, step, length, full = search
    obstacles = iter(forbidden)
    found, _ = _free(parts, next(obstacles), obstacles, step, length)
    return tuple(_outside(full, calendar, found) if full else found)


def slots_in_order(
    calendar: Calendar,
    claims: Iterable[Claim],
    *,
    window: TimeRange,
    now: datetime,
    duration_minutes: int | None = None,
) -> Iterator[Slot]:
    """The slots of `offered_slots`, one after the other: those that the caller does not ask for are not made."""
    search = _search(calendar, claims, window, now, duration_minutes)
    if search is None:
        return _without_steps(calendar, claims, window, now, duration_minutes)
    return chain.from_iterable(_batches(search, calendar))


class FirstSlots(NamedTuple):
    """The first slots of a window, and the start of the slot after them; None if there is no other slot."""

    slots: tuple[Slot, ...]
    next_from: datetime | None


def first_slots(
    calendar: Calendar,
    claims: Iterable[Claim],
    *,
    window: TimeRange,
    now: datetime,
    duration_minutes: int | None = None,
) -> FirstSlots:
    """The first `MAX_SLOTS` of `offered_slots`. A window from `next_from` to the same end has the others."""
    slots = slots_in_order(calendar, claims, window=window, now=now, duration_minutes=duration_minutes)
    first = tuple(islice(slots, MAX_SLOTS))
    after = next(slots, None)
    return FirstSlots(first, None if after is None else after.start)


def last_slot(
    calendar: Calendar,
    claims: Iterable[Claim],
    *,
    window: TimeRange,
    now: datetime,
    duration_minutes: int | None = None,
) -> Slot | None:
    """The last of `offered_slots`; None if there is none."""
    claims = claims_of(claims)

    def slots_of(part: TimeRange) -> Iterator[Slot]:
        return slots_in_order(calendar, claims, window=part, now=now, duration_minutes=duration_minutes)

    while window.end - window.start > _A_DAY:
        middle = window.start + (window.end - window.start) / 2
        later = TimeRange(middle, window.end)
        window = TimeRange(window.start, middle) if next(slots_of(later), None) is None else later
    return next(iter(deque(slots_of(window), maxlen=1)), None)


def _search(
    calendar: Calendar, claims: Iterable[Claim], window: TimeRange, now: datetime, duration_minutes: int | None
) -> _Search | None:
    """Return the open ranges (each with one grid), the forbidden pairs, step, length and full periods.

    No slot starts strictly between the two values of a forbidden pair: it would overlap an obstacle. The pairs are
    sorted. Full periods are those whose slots are not offered, as far as no pair says so. None: there are no steps,
    because the appointment takes whole days or the window is over.
    """
    if type(calendar) is not Calendar:
        require_type("calendar", calendar, Calendar)
    if type(window) is not TimeRange:
        require_type("window", window, TimeRange)
    settings, now = calendar.settings, instant(now, field="now")
    length = minutes_of(settings, duration_minutes) * 60
    lowest = max(window.lower if window.start.microsecond == 0 else window.lower + 1, earliest_start(calendar, now))
    highest = min(window.upper, horizon_end(calendar, now))
    if lowest >= highest or (settings.whole_days and length == settings.duration_minutes * 60):
        return None
    try:
        claims = tuple(claims)
        forbidden = _forbidden(calendar, claims, now, length)
    except (AttributeError, TypeError):  # cheaper than to look at each claim first
        claims_of(claims)
        raise
    if calendar.service_hours:
        forbidden += outside_services(calendar, lowest, highest, length)
    forbidden += ((-_NEVER, lowest), (highest - 1, _NEVER))
    full = full_periods(calendar, claims, now)
    if full:
        spans = _spans_of(full, calendar.zone)
        if spans is not None:
            forbidden += spans
            full = set()
    forbidden.sort()
    parts = _grid(calendar, claims, now, (lowest, highest), length)
    return parts, forbidden, settings.step_minutes * 60, length, full


def _without_steps(
    calendar: Calendar, claims: Iterable[Claim], window: TimeRange, now: datetime, duration_minutes: int | None
) -> Iterator[Slot]:
    """The slots of whole days; none if an appointment takes steps."""
    settings, claims, now = calendar.settings, claims_of(claims), instant(now)
    if not settings.whole_days or duration_minutes not in {None, settings.duration_minutes}:
        return
    live, full = [claim for claim in claims if claim.live(now)], full_periods(calendar, claims, now)
    lowest = max(window.lower if window.start.microsecond == 0 else window.lower + 1, earliest_start(calendar, now))
    for start, end in whole_days_between(calendar, lowest, min(window.upper, horizon_end(calendar, now))):
        span = TimeRange(ORIGIN + timedelta(0, start), ORIGIN + timedelta(0, end))
        blocked = calendar.blocked(span)
        if not (
            any(block.range.overlaps(span) for block in calendar.blocks)
            or any(busy.overlaps(blocked) for busy in calendar.busy)
            or in_the_way(calendar, live, span, blocked)
            or lacks_resource(calendar, blocked)
        ) and full.isdisjoint(local_periods(calendar, span.start)):
            yield Slot(span.start, span.end)


def _batches(search: _Search, calendar: Calendar) -> Iterator[list[Slot]]:
    """The slots in several short lists, each made when it is asked for."""
    parts, forbidden, step, length, full = search
    obstacles = iter(forbidden)
    between = next(obstacles)
    for group in _groups(parts, step, length):
        found, between = _free(group, between, obstacles, step, length)
        yield _outside(full, calendar, found) if full else found


def _outside(full: set[Period], calendar: Calendar, slots: Iterable[Slot]) -> list[Slot]:
    return [slot for slot in slots if full.isdisjoint(local_periods(calendar, slot.start))]


def _free(
    parts: Iterable[Span], between: Span, obstacles: Iterator[Span], step: int, length: int
) -> tuple[list[Slot], Span]:
    """The slots that start on the grids of the parts, and strictly between no forbidden pair; the pair reached.

    `between` is the first pair, `obstacles` has the others.
    """
    slots = _slots_of(length)
    found: list[Slot] = []
    add = found.append  # looked up once, not for each slot
    last_before, first_after = between
    for start, closes in parts:
        last = closes - length
        while last > last_before:
            while start <= last_before:
                add(slots[start])
                start += step  # noqa: PLW2901
            if first_after > last:
                break
            if start < first_after:
                start = first_after + (start - first_after) % step  # noqa: PLW2901
            last_before, first_after = next(obstacles)
        else:
            while start <= last:
                add(slots[start])
                start += step  # noqa: PLW2901
    return found, (last_before, first_after)


def _groups(parts: Iterable[Span], step: int, length: int) -> Iterator[tuple[Span, ...]]:
    """The parts in groups; with a fine step they are cut first, so that a group has few slots."""
    ordered = iter(_pieces(parts, _PIECE * step, length) if step <= _FINE_STEP else parts)
    return iter(lambda: tuple(islice(ordered, _GROUP)), ())


def _pieces(parts: Iterable[Span], longest: int, length: int) -> Iterator[Span]:
    """The parts, cut into pieces in which slots start within less than `longest`, a multiple of the step."""
    for first, closes in parts:
        if closes - length - first < longest:
            yield first, closes
        else:
            for start in range(first, closes - length + 1, longest):
                yield start, min(start + longest - 1 + length, closes)


def _spans_of(periods: Iterable[Period], zone: ZoneInfo) -> list[Span] | None:
    """The pairs between which no slot of these periods starts; None if a date may begin or end twice."""
    spans: list[Span] = []
    for first, after in periods:
        begin, end = date_span(zone, first), date_span(zone, after - 1)
        if begin is None or end is None:
            return None
        spans.append((begin[0] - 1, end[1]))
    return spans


class _Slots(dict[int, Slot]):
    """A cache of slots of one duration by start. Calendars have few different starts in common windows."""

    def __init__(self, length: int) -> None:
        super().__init__()
        self._length = timedelta(seconds=length)

    def __missing__(self, start: int) -> Slot:
        if len(self) >= _MOST_SLOTS:
            self.clear()
        opens = ORIGIN + timedelta(seconds=start)
        self[start] = slot = Slot(opens, opens + self._length)
        return slot


@lru_cache(maxsize=64)
def _slots_of(length: int) -> _Slots:
    return _Slots(length)


def minutes_of(settings: SlotSettings, duration_minutes: float | None) -> int:
    """The duration, or that of the settings if None; raise `InvalidValue` if it is no whole minutes or too long."""
    if duration_minutes is None:
        return settings.duration_minutes
    if type(duration_minutes) is not int or not 1 <= duration_minutes <= LONGEST_APPOINTMENT:
        raise InvalidValue(field="duration_minutes", problem=f"1 to {LONGEST_APPOINTMENT} whole minutes")
    return duration_minutes


def claims_of(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """The claims, as a tuple; raise `InvalidValue` if they are something else."""
    if not isinstance(claims, Iterable):
        raise InvalidValue(field="claims", problem="must be claims: calendar.claim(slot) makes one")
    found = tuple(claims)
    if not {*map(type, found)} <= _CLAIM:
        for each in found:
            require_type("claims", each, Claim)
    return found


def is_offered(
    calendar: Calendar, claims: Iterable[Claim], start: datetime, *, now: datetime, duration_minutes: int | None = None
) -> bool:
    """Whether `offered_slots` has a slot at exactly this start."""
    if instant(start, field="start").microsecond:
        return False
    window = TimeRange(start, start + timedelta(seconds=1))
    return bool(offered_slots(calendar, claims, window=window, now=now, duration_minutes=duration_minutes))


def earliest_start(calendar: Calendar, now: datetime) -> int:
    """The first start that respects the minimum notice, in seconds since `ORIGIN`."""
    return ceil_to_second(now) + calendar.settings.min_notice_minutes * 60


def horizon_end(calendar: Calendar, now: datetime) -> int:
    """The end of the last bookable local date, today + horizon, in seconds since `ORIGIN`."""
    last = now.astimezone(calendar.zone).toordinal() + calendar.settings.horizon_days
    return seconds_of(calendar.zone, last, MINUTES_A_DAY)


def _forbidden(calendar: Calendar, claims: Sequence[Claim], now: datetime, length: int) -> list[Span]:
    """For each claim, busy time, block and time without resources: the last start before it and the first one after."""
    settings = calendar.settings
    before, need = settings.buffer_before_minutes * 60, length + settings.buffer_after_minutes * 60
    own = _own_parts(settings, before, need, length) if settings.pauses else ((-before, need),)
    forbidden: list[Span] = []
    if settings.capacity > 1:
        forbidden += _around_shared(calendar, claims, now, length)
    else:
        for since, until in own:
            around = [
                (blocked.lower - until, blocked.upper - since)
                for claim in claims
                if (claim.expires_at is None or claim.expires_at > now) and not claim.pauses
                for blocked in (claim.blocked,)  # looked up once
            ]
            forbidden += around
            if len(around) < len(claims):
                forbidden += ((part.lower - until, part.upper - since) for part in _parts_of_paused(claims, now))
    if calendar.busy:
        forbidden += ((busy.lower - until, busy.upper - since) for since, until in own for busy in calendar.busy)
    if settings.longest_way:
        elsewhere = (claim for claim in claims if claim.live(now) and calendar.elsewhere(claim))
        ways = [way for claim in elsewhere for way in calendar.kept_free(claim)]
        forbidden += ((way.lower - until, way.upper - since) for since, until in own for way in ways)
    for resource in calendar.resources:
        forbidden += resource.closed(need, before)
    if calendar.blocks:
        forbidden += ((block.range.lower - length, block.range.upper) for block in calendar.blocks)
    return forbidden


def outside_services(calendar: Calendar, lowest: int, highest: int, length: int) -> Iterator[Span]:
    """Between the ranges of a service: the last start that ends with one, and the first start in the next one."""
    for hours in calendar.service_hours:
        last = -_NEVER
        for opens, closes in service_ranges(calendar, hours, lowest, highest + length):
            yield last, opens
            last = closes - length
        yield last, _NEVER


def _own_parts(settings: SlotSettings, before: int, need: int, length: int) -> list[Span]:
    """What an appointment with pauses occupies, in seconds after its start; only the default length has pauses."""
    if settings.duration_minutes * 60 != length:
        return [(-before, need)]
    edges = [
        -before,
        *(edge * 60 for each in settings.pauses for edge in (each.after_minutes, each.until_minutes)),
        need,
    ]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _parts_of_paused(claims: Iterable[Claim], now: datetime) -> Iterator[TimeRange]:
    """What the live claims with pauses occupy."""
    return (part for claim in claims if claim.pauses and claim.live(now) for part in claim.parts)


def _around_shared(calendar: Calendar, claims: Iterable[Claim], now: datetime, length: int) -> Iterator[Span]:
    """The pairs of the claims; those of an appointment that has a place left do not forbid its own start."""
    settings = calendar.settings
    before, need = settings.buffer_before_minutes * 60, length + settings.buffer_after_minutes * 60
    of_class, venue, capacity = settings.class_id, settings.venue, settings.capacity
    taken = Counter[tuple[int, int]]()
    places: dict[tuple[int, int, int, int, tuple[TimeRange, ...]], Claim] = {}
    for claim in claims:
        if claim.expires_at is not None and claim.expires_at <= now:
            continue
        span, blocked = claim.span, claim.blocked
        if (
            claim.class_id != of_class
            or (venue and calendar.elsewhere(claim))
            or span.start.microsecond
            or span.end.microsecond
        ):
            yield from ((part.lower - need, part.upper + before) for part in claim.parts)
        else:
            taken[span.lower, span.upper] += 1
            places[span.lower, span.upper, blocked.lower, blocked.upper, claim.pauses] = claim
    for (start, end, lower, upper, _), claim in places.items():
        if end - start == length and taken[start, end] < capacity:
            yield lower - need, start
            yield start, upper + before
        else:
            yield from ((part.lower - need, part.upper + before) for part in claim.parts)


def in_the_way(calendar: Calendar, claims: Iterable[Claim], span: TimeRange, blocked: TimeRange) -> list[Claim]:
    """The live claims, of those given, that an appointment at this time would meet; `blocked` is its blocked range.

    Those of the very same time and class do not count as long as there are fewer than the capacity, nor do those that
    lie in its pauses, or in the pauses of which it lies.
    """
    settings = calendar.settings
    travels = settings.longest_way > 0
    near = [claim for claim in claims if travels or claim.blocked.overlaps(blocked)]
    if travels or settings.pauses or any(claim.pauses for claim in near):
        own = calendar.occupied(span)
        near = [claim for claim in near if meet(calendar.kept_free(claim), own)]
    others = [claim for claim in near if not is_place(calendar, claim, span)]
    return others if len(near) - len(others) < settings.capacity else near


def lacks_resource(calendar: Calendar, blocked: TimeRange) -> bool:
    """Whether too few units of a resource are free for an appointment with this blocked range."""
    return not all(each.free(blocked) for each in calendar.resources)


def taken_places(calendar: Calendar, claims: Iterable[Claim], now: datetime) -> Counter[TimeRange]:
    """How many claims share each time of an appointment of the class that is booked."""
    of_class = calendar.settings.class_id
    return Counter(
        claim.span
        for claim in claims
        if claim.class_id == of_class and claim.live(now) and not calendar.elsewhere(claim)
    )


def places_left(
    calendar: Calendar, claims: Iterable[Claim], slots: Iterable[Slot], now: datetime
) -> dict[datetime, int]:
    """How many places each of these slots of a class has left, by its start; empty if it is no class."""
    capacity = calendar.settings.capacity
    if capacity == 1:
        return {}
    taken = taken_places(calendar, claims, now)
    return {slot.start: capacity - taken[TimeRange(slot.start, slot.end)] for slot in slots}


def blocked_range(calendar: Calendar, claims: Iterable[Claim], span: TimeRange) -> TimeRange:
    """The blocked range of an appointment: that of the occurrence of its class, if there is one among the claims."""
    of_class = calendar.settings.class_id
    blocked = (claim.blocked for claim in claims if of_class is not None and is_place(calendar, claim, span))
    return next(blocked, calendar.blocked(span))


def is_place(calendar: Calendar, claim: Claim, span: TimeRange) -> bool:
    """Whether the claim takes a place of an appointment at this time."""
    return claim.class_id == calendar.settings.class_id and claim.span == span and not calendar.elsewhere(claim)


def _grid(calendar: Calendar, claims: Iterable[Claim], now: datetime, window: Span, length: int) -> Iterable[Span]:
    """The parts of `grid` as separate ranges; each ends so that no slot starts after its part."""
    lowest, highest = window[0], window[1] + length
    if calendar.settings.anchoring is Anchoring.OPEN_RANGE:
        ranges, short = open_ranges(calendar, lowest, highest, lookback_days=2 * ANCHOR_PERIOD_DAYS)
        if short:
            return ranges
        parts = _anchored(calendar, ranges, ANCHOR_PERIOD_DAYS)
    else:
        parts = grid(calendar, claims, now, lowest, highest)
    return [(anchor, min(until - 1 + length, closes)) for anchor, until, closes in parts]


def grid(
    calendar: Calendar, claims: Iterable[Claim], now: datetime, lowest: int, highest: int
) -> Iterator[tuple[int, int, int]]:
    """The open ranges in parts with one anchor each: (anchor, start of the next part, end of the open range)."""
    if calendar.settings.anchoring is Anchoring.OPEN_RANGE:
        ranges, _ = open_ranges(calendar, lowest, highest, lookback_days=2 * ANCHOR_PERIOD_DAYS)
        return _anchored(calendar, ranges, ANCHOR_PERIOD_DAYS)
    ranges, _ = open_ranges(calendar, lowest, highest, lookback_days=2)
    parts = _anchored(calendar, ranges, 1)
    before = calendar.settings.buffer_before_minutes * 60
    live = (claim for claim in claims if claim.live(now))
    if calendar.settings.longest_way:
        occupied = [*(part for claim in live for part in calendar.kept_free(claim)), *calendar.busy]
    else:
        occupied = [*(part for claim in live for part in claim.parts), *calendar.busy]
    return _after_claims(parts, sorted(each.upper + before for each in occupied))


def _anchored(calendar: Calendar, ranges: Iterable[Span], days: int) -> Iterator[tuple[int, int, int]]:
    for opens, closes in ranges:
        if closes - opens < (days - 1) * SECONDS_A_DAY:
            yield opens, closes, closes
            continue
        anchor = opens
        opened_on = local_date(calendar.zone, opens)
        ordinal = -(-opened_on // days) * days
        if seconds_of(calendar.zone, ordinal, 0) < opens:
            ordinal += days
        while True:
            ordinal += days
            until = min(closes, seconds_of(calendar.zone, ordinal, 0))
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


def local_periods(calendar: Calendar, start: datetime) -> tuple[Period, Period, Period, Period]:
    """The local day, week, month and year of an instant."""
    return _periods(start.astimezone(calendar.zone).date())


def _periods(day: date) -> tuple[Period, Period, Period, Period]:
    ordinal = day.toordinal()
    monday = ordinal - day.weekday()
    first = day.replace(day=1)
    next_month = (first + timedelta(days=31)).replace(day=1)
    return (
        (ordinal, ordinal + 1),
        (monday, monday + 7),
        (first.toordinal(), next_month.toordinal()),
        (date(day.year, 1, 1).toordinal(), date(day.year + 1, 1, 1).toordinal()),
    )


def full_periods(calendar: Calendar, claims: Iterable[Claim], now: datetime) -> set[Period]:
    """The local days, weeks, months and years that have reached their maximum number of bookings."""
    limits = calendar.settings.limits
    if limits == _NO_LIMITS:
        return set()
    started = [local_periods(calendar, claim.span.start) for claim in claims if claim.live(now)]
    return {
        period
        for most, periods in zip(limits, zip(*started, strict=True), strict=False)
        if most is not None
        for period, count in Counter(periods).items()
        if count >= most
    }
