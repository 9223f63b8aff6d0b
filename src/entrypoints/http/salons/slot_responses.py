"""What `/salons/{id}/slots` answers, computed from schedules; see `kit.computers`."""

from datetime import datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Meta
from msgspec.json import encode

from booking_domain.catalogue.salons import MAX_MEMBERS
from booking_domain.use_cases.catalogue.salon_slots import MAX_OFFERS, SalonSchedules, salon_slots
from entrypoints.http.kit.fields import Json, Timestamp
from entrypoints.http.providers.slot_responses import in_zone, slot_json


class SalonSlotJson(Json, frozen=True, kw_only=True):
    """An offered slot, and the providers that offer it."""

    start: Timestamp
    end: Timestamp
    provider_ids: Annotated[tuple[UUID, ...], Meta(max_length=MAX_MEMBERS)]
    """The providers who are free then."""


class SalonSlotsJson(Json, frozen=True, kw_only=True):
    """The slots of all members that start in the window, in order, and the time zone to show them in.

    With `nextFrom`, the answer has only the slots that start before it: repeat the request with it as `from`. Without
    it, the answer is complete. `degraded` names the sources that could not be taken into account.
    """

    time_zone: str
    slots: Annotated[tuple[SalonSlotJson, ...], Meta(max_length=MAX_OFFERS + MAX_MEMBERS)]
    next_from: Timestamp | None = None
    degraded: tuple[str, ...]


def salon_slots_response(
    of: SalonSchedules,
    time_zone: str,
    now: datetime,
    *,
    zone: ZoneInfo | None = None,
    duration_minutes: int | None = None,
) -> bytes:
    """The slots of the members, as JSON."""
    found = salon_slots(of, now=now, duration_minutes=duration_minutes)
    shown = ((slot_json(slot, zone), providers) for slot, providers in found.slots)
    answer = SalonSlotsJson(
        time_zone=time_zone,
        slots=tuple(SalonSlotJson(start=slot.start, end=slot.end, provider_ids=who) for slot, who in shown),
        next_from=in_zone(found.next_from, zone),
        degraded=found.degraded,
    )
    return encode(answer)
