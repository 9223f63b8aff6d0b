"""The waiting list: join, leave, and offer freed time, first come, first served.

Lock order: the provider's schedule, then entries, then the customers' advisory locks (holds), then claims.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from booking_domain.scheduling.claiming import slot_window
from booking_domain.scheduling.claims import HOLDS_PER_CUSTOMER, Claim, ClaimKind
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.scheduling.events import WaitlistOffered
from booking_domain.scheduling.model import Slot
from booking_domain.scheduling.placing import CHOICE_ERRORS, for_services, offered_minutes, require_services
from booking_domain.scheduling.ports import Claims, ProviderSchedules
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.services import ClassAlone, OnlyAddOns, ServiceNotOffered, SeveralVenues
from booking_domain.scheduling.slots import blocked_range, slots_in_order
from booking_domain.scheduling.waiting import OPEN, NotWaiting, WaitingStatus
from booking_domain.scheduling.waiting_list import (
    MAX_ENTRIES_PER_CUSTOMER,
    MAX_ENTRIES_PER_PROVIDER,
    TooManyWaitingListEntries,
    WaitingList,
    WaitingListEntry,
    WaitingListFull,
)
from booking_domain.shared.audit import Subject
from booking_domain.shared.deadlines import Deadlines
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import EventId, ProviderId, ServiceId, WaitingId
from booking_domain.shared.outbox import Outbox
from booking_domain.shared.permissions import Permission, may, owned
from booking_domain.shared.time import TimeRange, instant

_ANY_DATE: Final = timedelta(days=2)
"""The last local date of the horizon ends at most this long after `now` plus the horizon."""


class WaitingTx(Protocol):
    """The repositories that the waiting list needs."""

    @property
    def schedules(self) -> ProviderSchedules: ...
    @property
    def claims(self) -> Claims: ...
    @property
    def waiting_list(self) -> WaitingList: ...
    @property
    def outbox(self) -> Outbox: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinWaitingList:
    """Wait for a slot of a provider that starts in `[starts_from, starts_before)`.

    - The provider takes bookings, and the window is not over.
    - An offer holds one appointment of a length, or with services, that the provider offers: no other can be waited
      for. Customers of a provider who is booked by service name services.
    - A customer has at most `MAX_ENTRIES_PER_CUSTOMER` open entries, a provider `MAX_ENTRIES_PER_PROVIDER`.
    """

    provider_id: ProviderId
    starts_from: datetime
    starts_before: datetime
    duration_minutes: int | None = None
    """None: the provider's default length, also if it changes, or that of the services."""
    service_ids: tuple[ServiceId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFreedTime:
    """Offer the provider's free slots to waiting customers, oldest entry first. Running it twice has one effect.

    - An offer whose hold is gone or expired lapses, and so does an entry whose window is over.
    - Each other waiting entry gets the first free slot of its window, as a hold of one appointment, and its customer is
      notified. The rest of the free time stays open to everyone.
    - A customer at the limit of holds is skipped this time and keeps the place.
    - A slot that can be booked for less time than a hold lasts is not offered: a lapsed offer costs the customer the
      place.
    """

    provider_id: ProviderId


async def _join(command: JoinWaitingList, tx: WaitingTx, context: UseCaseContext) -> WaitingListEntry:

    window = _window(command)
    if window.end <= context.now:
        raise InvalidValue(field="to", problem="the window is over")
    services = command.service_ids
    schedule = await tx.schedules.lock(command.provider_id, slot_window(context.now), services)
    if schedule is None or not schedule.accepting:
        raise ProviderNotFound
    require_services(schedule, services)
    offered_minutes(for_services(schedule, services, command.duration_minutes), command.duration_minutes)
    if await tx.waiting_list.count_open_for(command.provider_id) >= MAX_ENTRIES_PER_PROVIDER:
        raise WaitingListFull
    if await tx.waiting_list.count_open(context.actor.id) >= MAX_ENTRIES_PER_CUSTOMER:
        raise TooManyWaitingListEntries
    waiting = WaitingListEntry(
        id=WaitingId(context.entropy.new_id()),
        provider_id=command.provider_id,
        customer_id=context.actor.id,
        window=window,
        duration_minutes=command.duration_minutes,
        service_ids=services,
        created_at=context.now,
    )
    await tx.waiting_list.add(waiting)
    return waiting


def _window(command: JoinWaitingList) -> TimeRange:
    start, end = instant(command.starts_from, field="from"), instant(command.starts_before, field="to")
    if end <= start:
        raise InvalidValue(field="to", problem="it must end after it begins")
    return TimeRange(start, end)


async def _leave(waiting_id: WaitingId, tx: WaitingTx, context: UseCaseContext) -> None:
    """Leave the actor's own open entry, and release the slot that was offered for it."""
    waiting = await tx.waiting_list.get(waiting_id)
    if waiting is None or not may(context.actor, Permission.WAIT, owned(context.actor, waiting.customer_id)):
        raise NotWaiting
    if waiting.status not in OPEN:
        raise NotWaiting
    await tx.waiting_list.save(waiting.left())
    await tx.claims.release(waiting.provider_id, waiting.hold_id)


async def _offer(command: OfferFreedTime, tx: WaitingTx, context: UseCaseContext) -> Sequence[WaitingListEntry]:
    now, provider_id, deadlines = context.now, command.provider_id, context.configured(Deadlines)
    schedule = await tx.schedules.lock(provider_id, slot_window(now))
    if schedule is None:
        return ()
    entries = [each for each in await tx.waiting_list.open_for(provider_id) if not await _has_lapsed(each, tx, now)]
    waiting = [each for each in entries if each.status is WaitingStatus.WAITING]
    ahead = _ahead(waiting, schedule, now, deadlines.hold)
    if ahead is None or not schedule.accepting:
        return ()
    service_ids = sorted({service for each in waiting for service in each.service_ids})
    # Read again, for the window and the services that are needed.
    schedule = await tx.schedules.lock(provider_id, ahead, service_ids) or schedule
    free = _FreeSlots(schedule, ahead, now)
    candidates = [each for each in waiting if free.first(each) is not None]
    # Lock customers in the order of their ids: another provider's database transaction may offer to the same customers.
    customers = sorted({each.customer_id for each in candidates})
    holds = {customer: await tx.claims.count_holds(customer, now) for customer in customers}
    offers: list[WaitingListEntry] = []
    for entry in candidates:
        found = free.first(entry) if holds[entry.customer_id] < HOLDS_PER_CUSTOMER else None
        if found is not None:
            offers.append(await _offer_slot(found, entry, free, tx, context, lasts=deadlines.offer))
            holds[entry.customer_id] += 1
            if found[1].calendar.settings.pauses and found[1].needs:  # in its pauses its units are taken all the same
                free = _FreeSlots(await tx.schedules.lock(provider_id, ahead, service_ids) or schedule, ahead, now)
    return tuple(offers)


async def _has_lapsed(entry: WaitingListEntry, tx: WaitingTx, now: datetime) -> bool:
    """Whether the entry has lapsed, which is then saved. An offer stands exactly as long as its hold is live."""
    if entry.status is WaitingStatus.OFFERED:
        hold = await tx.claims.hold_of(entry.customer_id, entry.hold_id)
        lapsed = hold is None or not hold.live(now)
    else:
        lapsed = entry.window.end <= now
    if lapsed:
        await tx.waiting_list.save(entry.lapsed())
    return lapsed


def _ahead(
    waiting: Sequence[WaitingListEntry], schedule: ProviderSchedule, now: datetime, at_least: timedelta
) -> TimeRange | None:
    """The smallest window with all starts that customers wait for and that can be offered long enough."""
    settings = schedule.calendar.settings
    soonest = now + timedelta(minutes=settings.min_notice_minutes) + at_least
    latest = now + timedelta(days=settings.horizon_days) + _ANY_DATE
    start = max(soonest, min((each.window.start for each in waiting), default=latest))
    end = min(latest, max((each.window.end for each in waiting), default=soonest))
    return TimeRange(start, end) if start < end else None


class _FreeSlots:
    """The free slots, updated as they are offered."""

    def __init__(self, schedule: ProviderSchedule, ahead: TimeRange, now: datetime) -> None:
        self._schedule: Final = schedule
        self._ahead: Final = ahead
        self._now: Final = now
        self._claims: Final = list(schedule.claims)

    def first(self, waiting: WaitingListEntry) -> tuple[Slot, ProviderSchedule] | None:
        """The first free slot in the entry's window, and the schedule for the entry's services.

        None if there is none, or for what the provider does not offer any more.
        """
        schedule, minutes = self._schedule_of(waiting), waiting.duration_minutes
        if schedule is None or minutes not in {None, *schedule.durations}:
            return None
        start, end = max(waiting.window.start, self._ahead.start), min(waiting.window.end, self._ahead.end)
        if start >= end:
            return None
        window = TimeRange(start, end)
        calendar, _ = schedule.calendar_at(self._now)
        slots = slots_in_order(calendar, self._claims, window=window, now=self._now, duration_minutes=minutes)
        slot = next(slots, None)
        return None if slot is None else (slot, schedule)

    def _schedule_of(self, waiting: WaitingListEntry) -> ProviderSchedule | None:
        """The schedule for the entry's services, if the provider still offers them."""
        try:
            return for_services(self._schedule, waiting.service_ids, waiting.duration_minutes)
        except (ServiceNotOffered, OnlyAddOns, ClassAlone, SeveralVenues, InvalidValue):
            return None

    def blocked(self, span: TimeRange, schedule: ProviderSchedule) -> TimeRange:
        """The blocked range of an appointment."""
        return blocked_range(schedule.calendar, (each for each in self._claims if each.live(self._now)), span)

    def remove(self, claim: Claim) -> None:
        """Remove the claimed time from the free slots."""
        self._claims.append(claim)


async def _offer_slot(
    found: tuple[Slot, ProviderSchedule],
    entry: WaitingListEntry,
    free: _FreeSlots,
    tx: WaitingTx,
    context: UseCaseContext,
    *,
    lasts: timedelta,
) -> WaitingListEntry:
    """Hold the slot for the duration of an offer, but not past the time until which it can be booked."""
    slot, schedule = found
    span = TimeRange(slot.start, slot.end)
    bookable_until = slot.start - timedelta(minutes=schedule.calendar.settings.min_notice_minutes)
    until = min(context.now + lasts, bookable_until)
    hold = Claim(
        id=entry.hold_id,
        provider_id=entry.provider_id,
        customer_id=entry.customer_id,
        kind=ClaimKind.HOLD,
        span=span,
        blocked=free.blocked(span, schedule),
        pauses=schedule.calendar.pauses(span),
        expires_at=until,
        class_id=schedule.calendar.settings.class_id,
        capacity=schedule.calendar.settings.capacity,
        venue=schedule.calendar.settings.venue,
        needs=schedule.needs,
    )
    await tx.claims.acquire(hold, context.now)
    free.remove(hold)
    offered = entry.offered(slot.start, until)
    await tx.waiting_list.save(offered)
    event = WaitlistOffered(
        id=EventId(context.entropy.new_id()),
        occurred_at=context.now,
        waiting_id=entry.id,
        provider_id=entry.provider_id,
        customer_id=entry.customer_id,
        start=slot.start,
        until=until,
    )
    await tx.outbox.put([event])
    return offered


join_waiting_list: Final = UseCase(
    Permission.WAIT,
    _join,
    lambda _, entry: Subject("waiting", entry.id),
    raises=(
        *CHOICE_ERRORS,
        TooManyWaitingListEntries,
        WaitingListFull,
        InvalidValue,
    ),
    outlasts_session=True,
)
leave_waiting_list: Final = UseCase(
    Permission.WAIT,
    _leave,
    lambda waiting_id, _: Subject("waiting", waiting_id),
    audited_as="waitlist.leave",
    raises=(NotWaiting,),
)
offer_freed: Final = UseCase(Permission.RUN_PLATFORM, _offer)
