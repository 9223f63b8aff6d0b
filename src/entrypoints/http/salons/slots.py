"""`/salons/{id}/slots`: the offered slots of all members of a salon."""

from uuid import UUID

from litestar import get
from litestar.params import FromPath

from booking_domain.scheduling.errors import WindowInvalid
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import SalonId
from booking_domain.shared.time import time_zone
from booking_domain.workflows.ports import Reads
from booking_domain.workflows.queries.salons import get_salon
from booking_domain.workflows.salon_slots import salon_slots
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.fields import Json, Timestamp
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.providers.slots import SlotsQuery, slot_json, window_of
from entrypoints.http.salons.examples import SALON_SLOTS


class SalonSlotJson(Json, frozen=True, kw_only=True):
    """An offered slot, and the providers that offer it."""

    start: Timestamp
    end: Timestamp
    provider_ids: tuple[UUID, ...]


class SalonSlotsJson(Json, frozen=True, kw_only=True):
    """The slots of all members that start in the window, in order, and the time zone to show them in.

    `degraded` names what could not be taken into account.
    """

    time_zone: str
    slots: tuple[SalonSlotJson, ...]
    degraded: tuple[str, ...] = ()


@get(
    "/{salon_id:str}/slots",
    opt=PUBLIC | documented(get_salon, raises=(WindowInvalid, InvalidValue), answer=SALON_SLOTS),
)
async def list_salon_slots(
    salon_id: FromPath[UUID], asked: Injected[SlotsQuery], reads: Injected[Reads], clock: Injected[Clock]
) -> SalonSlotsJson:
    """List the offered slots of all members of a salon. Dates are in the salon's time zone."""
    zone = None if asked.time_zone is None else time_zone(asked.time_zone)
    view = await get_salon(SalonId(salon_id), reads.salons)
    window = window_of(asked, view.hours.zone)
    found = await salon_slots(
        view.salon.id, window=window, now=clock.now(), reads=reads, duration_minutes=asked.duration_minutes
    )
    shown = ((slot_json(slot, zone), providers) for slot, providers in found.slots)
    return SalonSlotsJson(
        time_zone=asked.time_zone or view.salon.time_zone,
        slots=tuple(SalonSlotJson(start=slot.start, end=slot.end, provider_ids=who) for slot, who in shown),
        degraded=found.degraded,
    )
