"""Rosters: how long providers are open. What is to come follows the calendar, what is past stays as it was."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from booking_domain.scheduling.model import Calendar
from booking_domain.scheduling.open_hours import open_ranges
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.clock import Clock
from booking_domain.shared.executor import Executor, UseCase, UseCaseContext
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import ORIGIN, TimeRange
from booking_domain.statistics.definitions import midnight, salon_at
from booking_domain.statistics.model import RosterDay
from booking_domain.use_cases.platform.ports import Reads, Repositories

DAYS_AHEAD: Final = 60
DAYS_BEFORE: Final = 366
"""How many days before the first known one are made from the calendar of now."""
_ONE_DAY: Final = timedelta(days=1)
_A_MINUTE: Final = timedelta(minutes=1)
_Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Roster:
    provider_id: ProviderId
    zone: ZoneInfo
    minutes: tuple[tuple[date, int], ...]
    today: date


async def follow_roster(
    provider_id: ProviderId, *, reads: Reads, executor: Executor[Repositories], clock: Clock
) -> None:
    """Make the roster of a provider anew from today on, and add the days before that are not known."""
    now = clock.now()
    view = await reads.providers.get(provider_id)
    if view is None:
        return
    zone = ZoneInfo(view.time_zone)
    today = now.astimezone(zone).date()
    days = [today + number * _ONE_DAY for number in range(-DAYS_BEFORE, DAYS_AHEAD)]
    window = TimeRange(midnight(days[0], zone), midnight(days[-1] + _ONE_DAY, zone))
    schedule = await reads.schedules.get(provider_id, window)
    if schedule is None:
        return
    minutes = tuple(minutes_of(schedule.calendar, days, zone))
    roster = _Roster(provider_id=provider_id, zone=zone, minutes=minutes, today=today)
    await executor.run(put_roster, roster, actor=SYSTEM)


def minutes_of(calendar: Calendar, days: Sequence[date], zone: ZoneInfo) -> Iterator[tuple[date, int]]:
    """How many minutes of each date the calendar is open, without time off. Dates follow each other."""
    window = TimeRange(midnight(days[0], zone), midnight(days[-1] + _ONE_DAY, zone))
    opened, _ = open_ranges(calendar, window.lower, window.upper, lookback_days=1)
    off = sorted((block.range.start, block.range.end) for block in calendar.blocks)
    found: dict[date, timedelta] = dict.fromkeys(days, timedelta())
    for opens, closes in opened:
        start, end = (ORIGIN + timedelta(seconds=each) for each in (opens, closes))
        for first, last in _without(max(start, window.start), min(end, window.end), off):
            for day, length in _by_date(first, last, zone):
                found[day] += length
    return ((day, length // _A_MINUTE) for day, length in found.items())


def _without(start: datetime, end: datetime, off: Iterable[tuple[datetime, datetime]]) -> Iterator[_Span]:
    """What is left of a range without what is off; `off` is in order."""
    for first, last in off:
        if start < first < end:
            yield start, first
        if first < end:
            start = max(start, last)
    if start < end:
        yield start, end


def _by_date(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[tuple[date, timedelta]]:
    while start < end:
        day = start.astimezone(zone).date()
        until = min(end, midnight(day + _ONE_DAY, zone))
        yield day, until - start
        start = until


async def _put(roster: _Roster, tx: Repositories, _: UseCaseContext) -> None:
    await tx.statistics.lock(roster.provider_id)
    memberships = await tx.statistics.memberships(roster.provider_id)
    days = [
        RosterDay(day=day, salon_id=salon_at(memberships, midnight(day, roster.zone)), minutes=minutes)
        for day, minutes in roster.minutes
    ]
    await tx.rosters.put(roster.provider_id, days, roster.today)


put_roster: Final = UseCase(Permission.RUN_PLATFORM, _put)
