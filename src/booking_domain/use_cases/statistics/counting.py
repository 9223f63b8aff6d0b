"""Count what has changed: the buckets of a day follow the bookings and their money, late and repeated jobs included.

A job for each change of a booking remembers on which days it counts, and has each of these days recounted. What
counts is read after the lock of the provider is taken, so the last of several jobs sees everything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.executor import Executor, UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, ProviderId, SalonId
from booking_domain.shared.permissions import Permission
from booking_domain.statistics.customers import CustomerVisits, visits_of
from booking_domain.statistics.definitions import buckets_of, days_of, revised, salon_at
from booking_domain.statistics.model import (
    CountedBooking,
    Membership,
    StatisticsFinding,
    StatisticsFindingId,
    utc_day,
)
from booking_domain.use_cases.platform.ports import Repositories

FINDINGS_KEPT: Final = timedelta(days=90)
_ON_THEIR_WAY: Final = timedelta(hours=1)
"""What changed more recently may not have been counted yet."""
_READ_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DirtyDay:
    """A day of UTC of a provider that has to be recounted."""

    provider_id: ProviderId
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowMember:
    """A provider joined a salon, or is no member of it any more."""

    provider_id: ProviderId
    salon_id: SalonId
    joined: bool
    at: datetime


async def _place(booking_id: BookingId, tx: Repositories, _: UseCaseContext) -> Sequence[DirtyDay]:
    """Remember the visits of its customer, and on which days a booking counts now.

    Returns these days, and those on which it counted before.
    """
    provider_id = await tx.statistics.provider_of(booking_id)
    if provider_id is None:
        return ()
    await tx.statistics.lock(provider_id)
    bookings = await tx.statistics.bookings(await tx.visits.booking_ids(booking_id))
    booking = next(each for each in bookings if each.id == booking_id)
    visits = visits_of(bookings, await tx.statistics.memberships(provider_id))
    await tx.visits.put(provider_id, booking.customer_id, visits)
    days = await tx.statistics.place(provider_id, booking_id, days_of(booking))
    return [DirtyDay(provider_id=provider_id, day=day) for day in days]


async def _count(dirty: DirtyDay, tx: Repositories, context: UseCaseContext) -> None:
    """Make the buckets of a day anew, and forget the bookings that do not count on it any more."""
    provider_id, day = dirty.provider_id, dirty.day
    await tx.statistics.lock(provider_id)
    placed = await tx.statistics.placed(provider_id, day)
    bookings = await tx.statistics.bookings(placed)
    before = await tx.statistics.buckets(provider_id, day)
    found = buckets_of(bookings, await tx.statistics.memberships(provider_id))
    after = [each for each in found if each.day == day]
    if after != before:
        await tx.statistics.put(provider_id, day, after)
        await tx.statistics.revise(provider_id, revised(before, after, context.now), context.now)
    if gone := [each.id for each in bookings if day not in days_of(each)]:
        await tx.statistics.forget_place(day, gone)


async def _rebuild(provider_id: ProviderId, tx: Repositories, context: UseCaseContext) -> Sequence[date]:
    """Make everything that is stored of a provider anew. Returns the days that were wrong."""
    await tx.statistics.lock(provider_id)
    before = await tx.statistics.buckets(provider_id, None)
    bookings = await _all_bookings(provider_id, tx)
    memberships = await tx.statistics.memberships(provider_id)
    after, visits = buckets_of(bookings, memberships), visits_of(bookings, memberships)
    wrong = {each.day for each in set(before) ^ set(after)}
    wrong |= _wrong_days(await tx.visits.get(provider_id, None), visits)
    if after != before:
        await tx.statistics.put(provider_id, None, after)
        if before:
            await tx.statistics.revise(provider_id, revised(before, after, context.now), context.now)
    if wrong:
        await tx.visits.put(provider_id, None, visits)
    return sorted(wrong)


def _wrong_days(before: Sequence[CustomerVisits], after: Sequence[CustomerVisits]) -> set[date]:
    """The first date of each customer whose visits differ."""
    differ = [each for each in before if each not in after] + [each for each in after if each not in before]
    return {date.fromordinal(each.days[0]) for each in differ}


async def _all_bookings(provider_id: ProviderId, tx: Repositories) -> list[CountedBooking]:
    """All bookings, whose days are remembered on the way."""
    bookings: list[CountedBooking] = []
    ids = await tx.statistics.booking_ids(provider_id, None, _READ_AT_ONCE)
    while ids:
        chunk = await tx.statistics.bookings(ids)
        await tx.statistics.place_all(provider_id, {each.id: days_of(each) for each in chunk})
        bookings += chunk
        ids = await tx.statistics.booking_ids(provider_id, ids[-1], _READ_AT_ONCE)
    return bookings


async def _check(provider_id: ProviderId, tx: Repositories, context: UseCaseContext) -> StatisticsFinding | None:
    """Compare the stored figures with the bookings and their money. What is wrong is recounted, and a finding.

    While a change may still be on its way, and for a provider who was never counted, this only counts.
    """
    changing = await tx.statistics.changed_since(provider_id, context.now - _ON_THEIR_WAY)
    is_new = not await tx.statistics.buckets(provider_id, None)
    wrong = await _rebuild(provider_id, tx, context)
    if not wrong or changing or is_new:
        return None
    finding = StatisticsFinding(
        id=StatisticsFindingId(context.entropy.new_id()),
        provider_id=provider_id,
        days=len(wrong),
        first_day=wrong[0],
        created_at=context.now,
    )
    await tx.statistics.add_finding(finding)
    return finding


async def _follow_member(command: FollowMember, tx: Repositories, _: UseCaseContext) -> Sequence[DirtyDay]:
    """Remember that a provider joined or left a salon. Returns the days since that have to be recounted."""
    provider_id, since = command.provider_id, command.at
    await tx.statistics.lock(provider_id)
    is_member = salon_at(await tx.statistics.memberships(provider_id), since) == command.salon_id
    if is_member == command.joined:
        return ()
    salon_id = command.salon_id if command.joined else None
    await tx.statistics.add_membership(Membership(provider_id=provider_id, since=since, salon_id=salon_id))
    stored = await tx.statistics.buckets(provider_id, None)
    days = sorted({each.day for each in stored if each.day >= utc_day(since)})
    await _rebuild_visits(provider_id, tx)
    return [DirtyDay(provider_id=provider_id, day=day) for day in days]


async def _rebuild_visits(provider_id: ProviderId, tx: Repositories) -> None:
    bookings = await _all_bookings(provider_id, tx)
    await tx.visits.put(provider_id, None, visits_of(bookings, await tx.statistics.memberships(provider_id)))


async def _remove_old(_: None, tx: Repositories, context: UseCaseContext) -> int:
    return await tx.statistics.remove_findings(context.now - FINDINGS_KEPT)


place_booking_in_statistics: Final = UseCase(Permission.RUN_PLATFORM, _place)
count_day: Final = UseCase(Permission.RUN_PLATFORM, _count)
rebuild_statistics: Final = UseCase(Permission.RUN_PLATFORM, _rebuild)
check_statistics: Final = UseCase(Permission.RUN_PLATFORM, _check)
follow_member: Final = UseCase(Permission.RUN_PLATFORM, _follow_member)
remove_old_statistics_findings: Final = UseCase(Permission.RUN_PLATFORM, _remove_old)


async def follow_booking(booking_id: BookingId, executor: Executor[Repositories]) -> None:
    """Count a change of a booking at once, as the jobs of the worker do."""
    for dirty in await executor.run(place_booking_in_statistics, booking_id, actor=SYSTEM):
        await executor.run(count_day, dirty, actor=SYSTEM)
