"""The workloads, which have 79, 165 and 999 free starts.

A provider in New York, across the DST change of 1 November 2026: open Monday to Friday 9:00–12:30 and 13:30–18:00,
Saturday 10:00–14:00; slots of 60 minutes every 30, buffers of 15 minutes on both sides, 2 hours of notice.

- The window starts at local midnight of 20 October 2026 and consists of whole local days. The current time is 13:50 UTC
  (9:50 local) on the first day, so with the notice the earliest possible start is 11:50 local.
- A booking takes an hour, plus 15 minutes before and after. There is one at 10:00 on each open day including Saturdays,
  one at 15:00 on each weekday, and one at 17:00 on consecutive weekdays until the number of bookings is reached.
- With several providers, the bookings of consecutive providers are shifted by 0, 30 and 60 minutes, repeatedly.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from booking_domain.scheduling import (
    Calendar,
    Claim,
    ClaimKind,
    Hours,
    SlotSettings,
    TimeRange,
    WallTime,
    WeeklyRule,
)
from booking_domain.scheduling.resources import RequiredResource, ResourceUnit
from booking_domain.shared.ids import ClaimId, ProviderId, RuleId, ServiceId, UserId

ZONE: Final = ZoneInfo("America/New_York")
NOW: Final = datetime(2026, 10, 20, 13, 50, tzinfo=UTC)
FIRST: Final = date(2026, 10, 20)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = 60 * MINUTE
SETTINGS: Final = SlotSettings(
    step_minutes=30,
    duration_minutes=60,
    buffer_before_minutes=15,
    buffer_after_minutes=15,
    min_notice_minutes=120,
    horizon_days=400,
)
WEEKDAY: Final = ((9 * 60, 12 * 60 + 30), (13 * 60 + 30, 18 * 60))
SATURDAY: Final = ((10 * 60, 14 * 60),)
WEEK: Final = (WEEKDAY, WEEKDAY, WEEKDAY, WEEKDAY, WEEKDAY, SATURDAY, ())
"""From Monday: opening and closing times in minutes."""

Week = tuple[tuple[tuple[int, int], ...], ...]


@dataclass(frozen=True, kw_only=True)
class IntegerQuery:
    """The workload in integers: durations in minutes, instants in minutes since the epoch."""

    week: Week
    midnights: list[int]
    """The start of each local day since 1970-01-01, precomputed."""
    window: tuple[int, int]
    now: int
    step: int
    length: int
    before: int
    after: int
    notice: int


@dataclass(frozen=True, kw_only=True)
class Workload:
    """One workload, in domain types and in integers; `starts` is the expected number of starts."""

    name: str
    description: str
    starts: int
    window: TimeRange
    providers: tuple[tuple[Calendar, tuple[Claim, ...]], ...]
    query: IntegerQuery
    busy: tuple[list[tuple[int, int]], ...]
    """Busy ranges per provider, sorted."""


def workloads() -> Iterator[Workload]:
    """Build the three workloads; this is not measured."""
    yield _workload("W1", "1 provider, 30 days, 60 bookings", starts=79, providers=1, days=30, bookings=60)
    yield _workload("W2", "50 such providers, the union", starts=165, providers=50, days=30, bookings=60)
    yield _workload("W3", "1 provider, 365 days, 700 bookings", starts=999, providers=1, days=365, bookings=700)


def _workload(name: str, description: str, *, starts: int, providers: int, days: int, bookings: int) -> Workload:
    ids = _ids()
    schedules = tuple(
        (_calendar(ids), tuple(_claims(ids, days, bookings, later=30 * (number % 3)))) for number in range(providers)
    )
    window = TimeRange(_local(FIRST), _local(FIRST + timedelta(days=days)))
    return Workload(
        name=name,
        description=description,
        starts=starts,
        window=window,
        providers=schedules,
        query=IntegerQuery(
            week=WEEK,
            midnights=_midnights(FIRST + timedelta(days=days + 14)),
            window=(minutes(window.start), minutes(window.end)),
            now=minutes(NOW),
            step=SETTINGS.step_minutes,
            length=SETTINGS.duration_minutes,
            before=SETTINGS.buffer_before_minutes,
            after=SETTINGS.buffer_after_minutes,
            notice=SETTINGS.min_notice_minutes,
        ),
        busy=tuple(
            [(minutes(claim.blocked.start), minutes(claim.blocked.end)) for claim in claims] for _, claims in schedules
        ),
    )


def variants(workload: Workload) -> Iterator[tuple[str, Calendar, tuple[Claim, ...]]]:
    """The first provider of a workload as it is, and with what shares time: places of classes, units of resources."""
    [calendar, claims], new_id = workload.providers[0], _ids()
    yield "plain", calendar, claims
    of_class = ServiceId(new_id())
    taught = replace(calendar, settings=replace(calendar.settings, class_id=of_class, capacity=10))
    places = tuple(replace(claim, class_id=of_class, capacity=10) for claim in claims)
    yield "a place of ten taken at each time", taught, places
    full = tuple(replace(claim, id=ClaimId(new_id())) for claim in places for _ in range(10))
    yield "all ten places taken at each time", taught, full
    taken = [TimeRange(claim.blocked.start + HOUR, claim.blocked.end + HOUR) for claim in claims]
    units = tuple(ResourceUnit(taken=tuple(taken[number::3])) for number in range(3))
    yield "a room of three", replace(calendar, resources=(RequiredResource(units=units),)), claims
    both = RequiredResource(units=units[:2], needed=2)
    yield "two rooms of two, and a chair", replace(calendar, resources=(both, RequiredResource(units=units))), claims


def minutes(instant: datetime) -> int:
    return (instant - EPOCH) // MINUTE


def _calendar(new_id: Callable[[], UUID]) -> Calendar:
    return Calendar(
        time_zone=ZONE.key,
        settings=SETTINGS,
        rules=tuple(
            WeeklyRule(id=RuleId(new_id()), day=(day + 1) % 7, hours=Hours(WallTime(opens), WallTime(closes)))
            for day, ranges in enumerate(WEEK)
            for opens, closes in ranges
        ),
    )


def _claims(new_id: Callable[[], UUID], days: int, bookings: int, *, later: int) -> list[Claim]:
    dates = [FIRST + timedelta(days=day) for day in range(days)]
    weekdays = [day for day in dates if WEEK[day.weekday()] is WEEKDAY]
    starts = [(day, 10) for day in dates if WEEK[day.weekday()]] + [(day, 15) for day in weekdays]
    starts += [(day, 17) for day in weekdays[: bookings - len(starts)]]
    assert len(starts) == bookings
    provider, customer = ProviderId(new_id()), UserId(new_id())
    claims = []
    for day, hour in sorted(starts):
        start = _local(day, hour) + timedelta(minutes=later)
        end = start + SETTINGS.duration_minutes * MINUTE
        claims.append(
            Claim(
                id=ClaimId(new_id()),
                provider_id=provider,
                customer_id=customer,
                kind=ClaimKind.BOOKING,
                span=TimeRange(start, end),
                blocked=TimeRange(
                    start - SETTINGS.buffer_before_minutes * MINUTE, end + SETTINGS.buffer_after_minutes * MINUTE
                ),
            )
        )
    return claims


def _midnights(until: date) -> list[int]:
    days = range(EPOCH.date().toordinal(), until.toordinal())
    return [minutes(_local(date.fromordinal(day))) for day in days]


def _local(day: date, hour: int = 0) -> datetime:
    return datetime.combine(day, time(hour), ZONE).astimezone(UTC)


def _ids() -> Callable[[], UUID]:
    numbers = iter(range(1, 1 << 30))
    return lambda: UUID(int=next(numbers))
