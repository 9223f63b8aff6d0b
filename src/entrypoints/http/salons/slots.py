"""`/salons/{id}/slots`: the offered slots of all members of a salon."""

from functools import partial
from typing import Any, Final

from litestar import Request, Response, get
from litestar.params import FromPath

from booking_domain.scheduling.effort import steps_of
from booking_domain.scheduling.errors import WindowInvalid
from booking_domain.scheduling.services import ClassAlone, OnlyAddOns, SeveralVenues
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import SalonId
from booking_domain.shared.time import time_zone
from booking_domain.use_cases.catalogue.salon_queries import get_salon
from booking_domain.use_cases.catalogue.salon_slots import salon_schedules
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.answers import Answer, Answers, Lifetime
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.etags import IfNoneMatch
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.turns import TURN_ERRORS, Computation, Turn
from entrypoints.http.providers.slots import SlotsQuery, window_of
from entrypoints.http.salons.schemas import SalonSlotsJson, salon_slots_response

_STEPS_OF_READING: Final = 250
"""What it costs to read the schedule of a member, in the time of a step: more than 20 members are read only once."""


@get(
    "/{salon_id:str}/slots",
    opt=PUBLIC
    | documented(get_salon, raises=(WindowInvalid, OnlyAddOns, ClassAlone, SeveralVenues, InvalidValue, *TURN_ERRORS)),
)
async def list_salon_slots(
    request: Request[Any, Any, Any],
    salon_id: FromPath[SalonId],
    params: Injected[SlotsQuery],
    *,
    reads: Injected[Reads],
    clock: Injected[Clock],
    turn: Injected[Turn],
    answers: Injected[Answers],
    if_none_match: IfNoneMatch = None,
) -> Response[SalonSlotsJson]:
    """List the offered slots of all members of a salon who offer this length. Dates are in the salon's time zone.

    With `serviceId`, or `serviceIds` repeated for several, only members who offer all of these services are listed.
    Members who offer services can only be booked by service: without one, they have no slots here.

    An answer is limited to 10,000 pairs of a slot and a provider, and to 350 days times members. If the window exceeds
    that, the answer has its first part, and `nextFrom` is the `from` of the next request.
    """

    async def make() -> Answer:
        zone = None if params.time_zone is None else time_zone(params.time_zone)
        view = await get_salon(salon_id, reads.salons)
        window = window_of(params, view.hours.zone)
        members = await reads.salons.members(salon_id)

        async def read() -> Computation[Answer]:
            schedules = await salon_schedules(
                view.salon.id,
                window=window,
                reads=reads,
                duration_minutes=params.duration_minutes,
                services=params.services,
            )
            work = partial(
                salon_slots_response,
                schedules,
                params.time_zone or view.salon.time_zone,
                clock.now(),
                zone=zone,
                duration_minutes=params.duration_minutes,
            )
            return Computation(work, sum(steps_of(each, schedules.window) for each in schedules.schedules))

        return await turn.compute(read, at_least=len(members) * _STEPS_OF_READING)

    return await answers.answer(request, salon_id, Lifetime.AVAILABILITY, make, if_none_match=if_none_match)
