"""`/scheduling`: slots of a calendar in the request. The database is not used."""

from asyncio import to_thread
from functools import partial
from typing import Final

from litestar import Router, post
from litestar.params import JSONBody

from booking_domain.scheduling import explain, offered_slots
from booking_domain.scheduling.errors import WindowInvalid
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.time import instant
from entrypoints.http.kit.compression import COMPRESSIBLE
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.scheduling.examples import COMPUTE, COMPUTED, EXPLAIN, EXPLAINED
from entrypoints.http.scheduling.schemas import (
    ComputedSlotsJson,
    ComputeSlotsBody,
    ExplainedSlotJson,
    ExplainSlotBody,
    explained_json,
    slot_json,
)

_OF_SLOTS: Final = documented(raises=(WindowInvalid, InvalidValue), body=COMPUTE, answer=COMPUTED)
_OF_EXPLAINING: Final = documented(raises=(InvalidValue,), body=EXPLAIN, answer=EXPLAINED)


@post("/slots", status_code=200, opt=PUBLIC | COMPRESSIBLE | _OF_SLOTS)
async def compute_slots(data: JSONBody[ComputeSlotsBody]) -> ComputedSlotsJson:
    """Compute the slots of the calendar in the request.

    The window is at most 62 days and 10,000 steps long. The conformance vectors use this operation.
    """
    work = partial(
        offered_slots,
        data.calendar.calendar(),
        data.claimed(),
        window=data.range(),
        now=instant(data.now, field="now"),
        duration_minutes=data.duration_minutes,
    )
    slots = await to_thread(work)  # a large calendar takes a while, and others are not to wait for it
    return ComputedSlotsJson(slots=tuple(map(slot_json, slots)))


@post("/explain", status_code=200, opt=PUBLIC | COMPRESSIBLE | _OF_EXPLAINING)
async def explain_start(data: JSONBody[ExplainSlotBody]) -> ExplainedSlotJson:
    """Explain why a start is or is not offered by the calendar in the request."""
    work = partial(
        explain,
        data.calendar.calendar(),
        data.claimed(),
        data.start(),
        now=instant(data.now, field="now"),
        duration_minutes=data.duration_minutes,
    )
    return explained_json(await to_thread(work))


routes: Final = Router("/scheduling", route_handlers=[compute_slots, explain_start])
