"""The slots that any provider of a salon offers."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from booking_domain.catalogue.salons import MemberStatus
from booking_domain.scheduling.model import Slot
from booking_domain.scheduling.slots import offered_slots
from booking_domain.shared.ids import ProviderId, SalonId
from booking_domain.shared.time import TimeRange
from booking_domain.workflows.ports import Reads


@dataclass(frozen=True, slots=True, kw_only=True)
class SalonSlots:
    """The slots of all members by start, each with the ids of the providers that offer it."""

    slots: tuple[tuple[Slot, tuple[ProviderId, ...]], ...]
    degraded: tuple[str, ...]
    """A sentence about each failing external calendar of a member."""


async def salon_slots(
    salon_id: SalonId, *, window: TimeRange, now: datetime, reads: Reads, duration_minutes: int | None = None
) -> SalonSlots:
    """The union of the slots that the bookable members offer."""
    found: defaultdict[Slot, list[ProviderId]] = defaultdict(list)
    degraded: dict[str, None] = {}
    for member in await reads.salons.members(salon_id):
        schedule = (
            await reads.schedules.get(member.provider_id, window) if member.status is MemberStatus.MEMBER else None
        )
        if schedule is None or not schedule.accepting:
            continue
        calendar, problems = schedule.seen(now)
        degraded |= dict.fromkeys(problems)
        slots = offered_slots(calendar, schedule.claims, window=window, now=now, duration_minutes=duration_minutes)
        for slot in slots:
            found[slot].append(member.provider_id)
    return SalonSlots(
        slots=tuple((slot, tuple(found[slot])) for slot in sorted(found)),
        degraded=tuple(degraded),
    )
