"""The slots that any provider of a salon offers.

An answer is bounded, whatever its members have set: it has at most `MAX_OFFERS` offers (a slot of one member), and is
computed from at most `MEMBER_DAYS` days of calendars. `next_from` says where the rest of the window begins.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from typing import Final

from booking_domain.catalogue.salons import MemberStatus
from booking_domain.scheduling.model import Slot
from booking_domain.scheduling.placing import for_services
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.services import ServiceNotOffered
from booking_domain.scheduling.slots import places_left, slots_in_order
from booking_domain.scheduling.validity import NEVER, unchanged_until
from booking_domain.shared.ids import ProviderId, SalonId, ServiceId
from booking_domain.shared.time import TimeRange
from booking_domain.use_cases.platform.ports import Reads

MAX_OFFERS: Final = 10_000
MEMBER_DAYS: Final = 350
"""A week of 50 members, or 62 days of five."""
_A_DAY: Final = timedelta(days=1)

Offer = tuple[Slot, ProviderId]


@dataclass(frozen=True, slots=True, kw_only=True)
class SalonSchedules:
    """The schedules of the bookable members for the first part of a window."""

    schedules: tuple[ProviderSchedule, ...]
    """By id of the provider."""
    window: TimeRange
    """The part of the window that the schedules are for."""
    next_from: datetime | None
    """Where the rest of the window begins; None if there is no rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SalonSlots:
    """The slots of all members by start, each with the ids of the providers that offer it."""

    slots: tuple[tuple[Slot, tuple[ProviderId, ...]], ...]
    places: Mapping[Slot, int]
    """Of a class: how many places the appointments of these providers have left together."""
    next_from: datetime | None
    """All slots that start before it are there; None if all slots of the window are."""
    degraded: tuple[str, ...]
    """A sentence about each failing external calendar of a member."""
    until: datetime
    """Until when all of it is true, if nothing is written."""


async def salon_schedules(
    salon_id: SalonId,
    *,
    window: TimeRange,
    reads: Reads,
    duration_minutes: int | None = None,
    services: Sequence[ServiceId] = (),
) -> SalonSchedules:
    """Read what `salon_slots` needs, of the members who offer appointments of this length or with these services.

    Raises:
        OnlyAddOns, ClassAlone, SeveralVenues, InvalidValue: see `for_services`.
    """
    members = [each.provider_id for each in await reads.salons.members(salon_id) if each.status is MemberStatus.MEMBER]
    until = min(window.end, window.start + max(_A_DAY, MEMBER_DAYS * _A_DAY // max(1, len(members))))
    part = TimeRange(window.start, until)
    return SalonSchedules(
        schedules=tuple(
            offered
            for schedule in await reads.schedules.of_all(members, part, services)
            if schedule.accepting
            if (offered := _offered(schedule, duration_minutes, services)) is not None
        ),
        window=part,
        next_from=until if until < window.end else None,
    )


def _offered(
    schedule: ProviderSchedule, duration_minutes: int | None, services: Sequence[ServiceId]
) -> ProviderSchedule | None:
    """The schedule for the services, or for the length; None if its customers cannot book these."""
    if services:
        try:
            return for_services(schedule, services, duration_minutes)
        except ServiceNotOffered:
            return None
    return None if schedule.by_service or duration_minutes not in {None, *schedule.durations} else schedule


def salon_slots(of: SalonSchedules, *, now: datetime, duration_minutes: int | None = None) -> SalonSlots:
    """The union of the slots that the members offer. The slots of one start are never divided between two answers."""
    degraded: dict[str, None] = {}
    offers: list[Iterator[Offer]] = []
    for schedule in of.schedules:
        calendar, problems = schedule.calendar_at(now)
        degraded |= dict.fromkeys(problems)
        slots = slots_in_order(calendar, schedule.claims, window=of.window, now=now, duration_minutes=duration_minutes)
        offers.append(_offers(slots, schedule.provider_id))
    found: dict[Slot, list[ProviderId]] = {}
    start, next_from = None, of.next_from
    for number, (slot, provider_id) in enumerate(merge(*offers)):
        if number >= MAX_OFFERS and slot.start != start:
            next_from = slot.start
            break
        start = slot.start
        found.setdefault(slot, []).append(provider_id)
    first: dict[ProviderId, datetime] = {}
    for slot, who in found.items():
        for provider_id in who:
            first.setdefault(provider_id, slot.start)
    places: Counter[Slot] = Counter()
    for schedule in of.schedules:
        if schedule.calendar.settings.capacity > 1:
            own = [slot for slot, who in found.items() if schedule.provider_id in who]
            left = places_left(schedule.calendar, schedule.claims, own, now)
            places.update({slot: left[slot.start] for slot in own})
    return SalonSlots(
        slots=tuple((slot, tuple(who)) for slot, who in found.items()),
        places=places,
        next_from=next_from,
        degraded=tuple(degraded),
        until=min(
            (unchanged_until(each, of.window, now, first=first.get(each.provider_id)) for each in of.schedules),
            default=NEVER,
        ),
    )


def _offers(slots: Iterator[Slot], provider_id: ProviderId) -> Iterator[Offer]:
    return ((slot, provider_id) for slot in slots)
