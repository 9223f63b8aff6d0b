"""After the rules of a time zone have changed, move bookings to the instants at which their local times now occur."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking_domain.bookings.events import booking_events
from booking_domain.bookings.model import Booking, BookingDecision
from booking_domain.bookings.ports import BookingReads
from booking_domain.bookings.transitions import Party
from booking_domain.bookings.zones import Shift, movable_shifts, shift_of
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.slots import lacks_resource
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, ClaimId, EventId, ProviderId, ResourceId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import TimeRange
from booking_domain.use_cases.bookings.steps import booking_claim
from booking_domain.use_cases.platform.ports import Reads, Repositories

PAGE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowZoneData:
    """Move these bookings of one provider.

    - Only active bookings that have not begun move.
    - All of a provider's bookings move in one database transaction, because one may need the old time of another.
    - A booking whose new time is taken by another claim keeps its time and its claim. The next run tries it again.
    - Reference, payments and local time stay, and both parties are notified. Running it twice has one effect.
    """

    provider_id: ProviderId
    booking_ids: Sequence[BookingId]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockChange:
    """A booking before its move, its new time, and whether it can move (or has moved) there."""

    found: Booking
    to: TimeRange
    possible: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplacedBookings:
    """The bookings of one provider that have to move."""

    provider_id: ProviderId
    bookings: tuple[Booking, ...]
    zone_unknown: tuple[Booking, ...] = ()
    """Bookings whose time zone is no longer in the zone data."""


async def find_displaced_bookings(
    reads: BookingReads, *, now: datetime, time_zone: str | None = None, page: int = PAGE
) -> AsyncIterator[DisplacedBookings]:
    """Find the bookings (of one zone, if given) whose instant is not that of their local time, provider by provider.

    Reads a page at a time, and keeps only one provider's bookings in memory.
    """
    after: Booking | None = None
    moving: list[Booking] = []
    unknown: list[Booking] = []

    def collected(provider_id: ProviderId) -> DisplacedBookings:
        found = DisplacedBookings(provider_id=provider_id, bookings=tuple(moving), zone_unknown=tuple(unknown))
        moving.clear()
        unknown.clear()
        return found

    while some := await reads.upcoming(now, time_zone=time_zone, after=after, limit=page):
        for booking in some:
            if after is not None and after.provider_id != booking.provider_id and (moving or unknown):
                yield collected(after.provider_id)
            after = booking
            try:
                if shift_of(booking, now) is not None:
                    moving.append(booking)
            except InvalidValue:
                unknown.append(booking)
    if after is not None and (moving or unknown):
        yield collected(after.provider_id)


async def preview_changes(found: DisplacedBookings, reads: Reads, now: datetime) -> list[ClockChange]:
    """The changes that `follow_zone_data` would make now."""
    shifts = _shifts(found.bookings, now)
    if not shifts:
        return []
    schedule = await reads.schedules.get(found.provider_id, _hull(shifts), resources=_resources(shifts))
    return [] if schedule is None else _changes(shifts, _movable(shifts, schedule, now))


async def _follow(command: FollowZoneData, tx: Repositories, context: UseCaseContext) -> list[ClockChange]:
    # Lock bookings before their provider, as every database transaction does: another order can deadlock.
    locked = [await tx.bookings.lock(booking_id) for booking_id in sorted(command.booking_ids)]
    ours = [each for each in locked if each is not None and each.provider_id == command.provider_id]
    shifts = _shifts(ours, context.now)
    if not shifts:
        return []
    schedule = await tx.schedules.lock(command.provider_id, _hull(shifts), resources=_resources(shifts))
    if schedule is None:
        raise ProviderNotFound
    movable = _movable(shifts, schedule, context.now)
    decided = [(shift.booking, _decide(shift, context)) for shift in shifts if shift.id in movable]
    for before, _ in decided:  # release all old times before claiming the first new one
        await tx.claims.release(before.provider_id, ClaimId(before.id))
    for _, decision in sorted(decided, key=lambda each: each[1].state.overbooked):  # they lie over the others
        if decision.state.claims_time:
            await tx.claims.acquire(booking_claim(decision.state), context.now)
    for before, decision in decided:
        await tx.bookings.save(decision.state, was=before, events=decision.events)
        await tx.outbox.put(booking_events(decision.state, decision.events))
    return _changes(shifts, movable)


def _resources(shifts: Sequence[Shift]) -> list[ResourceId]:
    return sorted({each for shift in shifts for each in shift.booking.resource_ids})


def _movable(shifts: Sequence[Shift], schedule: ProviderSchedule, now: datetime) -> frozenset[BookingId]:
    """Those that can move at the same time, and find the resources that they need."""

    def finds_resources(shift: Shift) -> bool:
        calendar, _ = schedule.for_services(shift.booking.services).calendar_at(now)
        return not lacks_resource(calendar, shift.blocked)

    return movable_shifts([*filter(finds_resources, shifts)], schedule.claims, now, schedule.calendar.settings)


def _decide(shift: Shift, context: UseCaseContext) -> BookingDecision:
    return shift.booking.follow_clock(
        shift.span,
        shift.blocked,
        party=Party.SYSTEM,
        by=context.actor,
        now=context.now,
        event_id=EventId(context.entropy.new_id()),
    )


def _shifts(bookings: Iterable[Booking], now: datetime) -> list[Shift]:
    return [shift for booking in bookings if (shift := shift_of(booking, now)) is not None]


def _hull(shifts: Sequence[Shift]) -> TimeRange:
    """The smallest range with all old and all new blocked ranges."""
    ranges = [*(shift.booking.blocked for shift in shifts), *(shift.blocked for shift in shifts)]
    return TimeRange(min(each.start for each in ranges), max(each.end for each in ranges))


def _changes(shifts: Iterable[Shift], movable: frozenset[BookingId]) -> list[ClockChange]:
    by_start = sorted(shifts, key=lambda shift: (shift.booking.span.start, shift.id))
    return [ClockChange(found=shift.booking, to=shift.span, possible=shift.id in movable) for shift in by_start]


follow_zone_data: Final = UseCase(Permission.RUN_PLATFORM, _follow, raises=(ProviderNotFound,))
