"""Compare stored free time with the slots it is for: what differs is found, told to admins, and made anew."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Final

from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.slots import slots_in_order
from booking_domain.search.free_time import DAYS, mask_of, start_of, starts
from booking_domain.search.model import (
    LONGEST_RUN,
    SearchEntry,
    SearchFinding,
    SearchFindingFilter,
    SearchFindingId,
    SearchFindingKind,
)
from booking_domain.search.next_starts import MOST_STARTS
from booking_domain.search.ports import SearchReads
from booking_domain.shared.actor import SYSTEM, Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import NotPermitted
from booking_domain.shared.executor import Executor, UseCase, UseCaseContext
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query
from booking_domain.shared.time import TimeRange
from booking_domain.use_cases.platform.ports import Reads, Repositories
from booking_domain.use_cases.search.appointments import length_of, schedule_for
from booking_domain.use_cases.search.index import entry_of, refresh_entry
from booking_domain.use_cases.search.queries import SLOTS_WITHIN

FINDINGS_KEPT: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class _Repair:
    """An entry that replaces a wrong one, and what was wrong."""

    entry: SearchEntry
    kind: SearchFindingKind
    wrong: int
    repaired: bool


async def check_entry(
    provider_id: ProviderId, *, reads: Reads, executor: Executor[Repositories], clock: Clock
) -> SearchFinding | None:
    """Compare the provider's entry with the calendar; if it is wrong, replace it and return what was found.

    An entry that is only late is no finding: it is made anew. More free time than there is counts only if no external
    calendar is read, whose times may end by themselves.
    """
    now = clock.now()
    right = await entry_of(provider_id, reads, now)
    stored = await reads.search.get(provider_id)
    schedule = None if right is None else await _schedule(right, reads)
    if right is None or stored is None or schedule is None or not await _comparable(stored, right, reads):
        await refresh_entry(provider_id, reads=reads, executor=executor, clock=clock)
        return None
    starts, stored_starts = _starts(right, now), _starts(stored, now)
    if starts is None or stored_starts is None:
        starts = stored_starts = 0
    missed = right.free.quarters & ~stored.free.quarters or _missed(stored, schedule, now)
    missed |= right.open_hours & ~stored.open_hours | starts & ~stored_starts
    extra = 0 if schedule.feeds else stored.free.quarters & ~right.free.quarters
    extra |= stored.open_hours & ~right.open_hours | stored_starts & ~starts
    if not missed | extra:
        return None
    repair = _Repair(
        entry=right,
        kind=SearchFindingKind.MISSED_TIME if missed else SearchFindingKind.EXTRA_TIME,
        wrong=missed or extra,
        repaired=not _missed(right, schedule, now),
    )
    return await executor.run(_repair_entry, repair, actor=SYSTEM)


async def _comparable(stored: SearchEntry, right: SearchEntry, reads: Reads) -> bool:
    """Whether both were made from the same, and nothing has changed since."""
    versions = await reads.public_versions.of([right.provider_id])
    present = versions.get(right.provider_id)
    return (
        present is not None
        and stored.version == right.version == present.text
        and stored.free.since == right.free.since
    )


async def _schedule(entry: SearchEntry, reads: Reads) -> ProviderSchedule | None:
    services = [] if entry.quickest is None else [entry.quickest]
    found = await reads.schedules.of_all([entry.provider_id], _days(entry), services)
    return next(iter(found), None)


def _days(entry: SearchEntry) -> TimeRange:
    start = datetime.combine(entry.free.since, time(), UTC)
    return TimeRange(start, start + timedelta(days=DAYS))


def _missed(entry: SearchEntry, schedule: ProviderSchedule, now: datetime) -> int:
    """The quarters of slots of the shortest appointment in which a search by time does not find the provider."""
    known, free = _days(entry), starts(entry.free.quarters, min(entry.minutes, LONGEST_RUN))
    missed = 0
    for slot in _slots(entry, schedule, now):
        start = mask_of(TimeRange(slot.start, slot.start + timedelta.resolution), entry.free.since)
        if slot.end <= known.end and not start & free:
            missed |= start
    return missed


def _starts(entry: SearchEntry, now: datetime) -> int | None:
    """The quarters of the next starts that a search shows from now on; None: it asks the calendar."""
    if entry.starts is None:
        return None
    week = TimeRange(now, now + SLOTS_WITHIN)
    first = entry.starts.first([week], now, minutes=entry.minutes, whole=False, most=MOST_STARTS)
    if first is None:
        return None
    moments = (TimeRange(each.start, each.start + timedelta.resolution) for each in first)
    return reduce(or_, (mask_of(each, entry.free.since) for each in moments), 0)


def _slots(entry: SearchEntry, schedule: ProviderSchedule, now: datetime) -> Iterator[TimeRange]:
    of = schedule_for(entry.offer, schedule) if schedule.accepting else None
    if of is None:
        return
    calendar, _ = of.calendar_at(now)
    length = length_of(entry.offer)
    for slot in slots_in_order(calendar, of.claims, window=_days(entry), now=now, duration_minutes=length):
        yield TimeRange(slot.start, slot.end)


async def _repair(command: _Repair, tx: Repositories, context: UseCaseContext) -> SearchFinding:
    entry = command.entry
    finding = SearchFinding(
        id=SearchFindingId(context.entropy.new_id()),
        provider_id=entry.provider_id,
        kind=command.kind,
        quarters=command.wrong.bit_count(),
        first_at=start_of(command.wrong, entry.free.since),
        repaired=command.repaired,
        created_at=context.now,
    )
    await tx.search_entries.put(entry, context.now)
    await tx.search_entries.add_finding(finding)
    return finding


async def _remove_old(_: None, tx: Repositories, context: UseCaseContext) -> int:
    return await tx.search_entries.remove_findings(context.now - FINDINGS_KEPT)


async def _list(actor: Actor, criteria: SearchFindingFilter, search: SearchReads) -> Sequence[SearchFinding]:
    """The findings that match, newest first; for admins."""
    authorise(actor, Permission.MANAGE_JOBS)
    return await search.findings(criteria)


_repair_entry: Final = UseCase(Permission.RUN_PLATFORM, _repair)
remove_old_findings: Final = UseCase(Permission.RUN_PLATFORM, _remove_old)
list_search_findings: Final = Query(_list, (NotPermitted,))
