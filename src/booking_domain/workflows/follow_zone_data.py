"""Move bookings to the instants at which the clocks on the wall now show what was agreed on.

For when the rules of a time zone have changed. Rules: only bookings that are to happen and have not begun; all of a
provider in one transaction, as each may pass through the old time of another; one whose new time something else has (a
booking, a live hold) stays where it is, keeps its claim and is reported, and the next run tries it again; reference,
payments and the time on the wall stay, and both sides are told. Done twice it has one effect.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking_domain.bookings.events import booking_events
from booking_domain.bookings.model import Booking, BookingDecision
from booking_domain.bookings.ports import BookingReads
from booking_domain.bookings.transitions import Party
from booking_domain.bookings.zones import Shift, able_to_move, shift_of
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.scheduling.model import ProviderSchedule
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.executor import Context, UseCase
from booking_domain.shared.ids import BookingId, ClaimId, EventId, ProviderId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import TimeRange
from booking_domain.workflows.place_booking import claim_of
from booking_domain.workflows.ports import Reads, Repositories

PAGE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowZoneData:
    """Let these bookings of a provider follow the data of their zones."""

    provider_id: ProviderId
    booking_ids: Sequence[BookingId]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockChange:
    """A booking as it was found, where it belongs, and whether it can be (or has been) moved there."""

    found: Booking
    to: TimeRange
    possible: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Displaced:
    """What a provider has to have moved."""

    provider_id: ProviderId
    bookings: tuple[Booking, ...]
    zone_unknown: tuple[Booking, ...] = ()
    """Of these nobody can say."""


async def displaced(
    reads: BookingReads, *, now: datetime, time_zone: str | None = None, page: int = PAGE
) -> AsyncIterator[Displaced]:
    """Find the bookings (of one zone, if it is named) that are not where they belong, provider by provider.

    They are read a page at a time, and only those that have to move are kept in mind, of one provider at a time.
    """
    after: Booking | None = None
    moving: list[Booking] = []
    unknown: list[Booking] = []

    def all_of(provider_id: ProviderId) -> Displaced:
        found = Displaced(provider_id=provider_id, bookings=tuple(moving), zone_unknown=tuple(unknown))
        moving.clear()
        unknown.clear()
        return found

    while some := await reads.bookings_to_come(now, time_zone=time_zone, after=after, limit=page):
        for booking in some:
            if after is not None and after.provider_id != booking.provider_id and (moving or unknown):
                yield all_of(after.provider_id)
            after = booking
            try:
                if shift_of(booking, now) is not None:
                    moving.append(booking)
            except InvalidValue:
                unknown.append(booking)
    if after is not None and (moving or unknown):
        yield all_of(after.provider_id)


async def look_ahead(found: Displaced, reads: Reads, now: datetime) -> list[ClockChange]:
    """What following the zones' data would do, were it done now."""
    shifts = _shifts(found.bookings, now)
    schedule = await reads.schedule(found.provider_id, _hull(shifts)) if shifts else None
    return [] if schedule is None else _changes(shifts, able_to_move(shifts, schedule.claims, now))


async def _follow(command: FollowZoneData, tx: Repositories, context: Context) -> list[ClockChange]:
    # Bookings before their provider, as everybody locks them: whoever does it the other way round waits in a circle.
    locked = [await tx.bookings.lock(booking_id) for booking_id in sorted(command.booking_ids)]
    ours = [each for each in locked if each is not None and each.provider_id == command.provider_id]
    shifts = _shifts(ours, context.now)
    if not shifts:
        return []
    schedule: ProviderSchedule | None = await tx.schedules.lock(command.provider_id, _hull(shifts))
    if schedule is None:
        raise ProviderNotFound
    able = able_to_move(shifts, schedule.claims, context.now)
    decided = [(shift.booking, _decide(shift, context)) for shift in shifts if shift.id in able]
    for before, _ in decided:  # all old times are given up before the first new one is taken
        await tx.claims.release(ClaimId(before.id))
    for _, decision in decided:
        if decision.state.claims_time:
            await tx.claims.acquire(claim_of(decision.state), context.now)
    for before, decision in decided:
        await tx.bookings.save(decision.state, was=before, events=decision.events)
        await tx.outbox.put(booking_events(decision.state, decision.events))
    return _changes(shifts, able)


def _decide(shift: Shift, context: Context) -> BookingDecision:
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
    """All the time that is given up or needed."""
    ranges = [*(shift.booking.blocked for shift in shifts), *(shift.blocked for shift in shifts)]
    return TimeRange(min(each.start for each in ranges), max(each.end for each in ranges))


def _changes(shifts: Iterable[Shift], able: frozenset[BookingId]) -> list[ClockChange]:
    by_start = sorted(shifts, key=lambda shift: (shift.booking.span.start, shift.id))
    return [ClockChange(found=shift.booking, to=shift.span, possible=shift.id in able) for shift in by_start]


follow_zone_data: Final = UseCase(Permission.RUN_PLATFORM, _follow, raises=(ProviderNotFound,))
