"""`/salons/{id}/slots`: the offered slots of all members of a salon."""

from functools import partial
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath

from booking_domain.scheduling.errors import WindowInvalid
from booking_domain.scheduling.services import OnlyAddOns
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import SalonId
from booking_domain.shared.time import time_zone
from booking_domain.workflows.ports import Reads
from booking_domain.workflows.queries.salons import get_salon
from booking_domain.workflows.salon_slots import salon_schedules
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.turns import TURN_ERRORS, Turn, encoded
from entrypoints.http.providers.slots import SlotsQuery, window_of
from entrypoints.http.salons.examples import SALON_SLOTS
from entrypoints.http.salons.slot_answers import SalonSlotsJson, salon_slots_answer


@get(
    "/{salon_id:str}/slots",
    opt=PUBLIC
    | documented(get_salon, raises=(WindowInvalid, OnlyAddOns, InvalidValue, *TURN_ERRORS), answer=SALON_SLOTS),
)
async def list_salon_slots(
    salon_id: FromPath[UUID],
    asked: Injected[SlotsQuery],
    *,
    reads: Injected[Reads],
    clock: Injected[Clock],
    turn: Injected[Turn],
) -> Response[SalonSlotsJson]:
    """List the offered slots of all members of a salon who offer the length. Dates are in the salon's time zone.

    With `serviceId`, or `serviceIds` once for each of several, they are those of the members who offer all of these
    services. Members who offer services are booked by service, and have no slots without.

    An answer has the first part of the window: at most 10,000 pairs of a slot and a provider, and as many days as keep
    days times members within 350. `nextFrom` is the `from` of the next request.
    """
    zone = None if asked.time_zone is None else time_zone(asked.time_zone)
    async with turn as computing:
        view = await get_salon(SalonId(salon_id), reads.salons)
        window = window_of(asked, view.hours.zone)
        schedules = await salon_schedules(
            view.salon.id,
            window=window,
            reads=reads,
            duration_minutes=asked.duration_minutes,
            services=asked.services,
        )
        work = partial(
            salon_slots_answer,
            schedules,
            asked.time_zone or view.salon.time_zone,
            clock.now(),
            zone=zone,
            duration_minutes=asked.duration_minutes,
        )
        return encoded(await computing.run(work))
