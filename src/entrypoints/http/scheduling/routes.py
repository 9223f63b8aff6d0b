"""`/scheduling`: slots of a calendar in the request. The database is not used."""

from functools import partial
from typing import Final

from litestar import Response, Router, post
from litestar.params import JSONBody

from booking_domain.scheduling.errors import WindowInvalid
from booking_domain.shared.errors import InvalidValue
from entrypoints.http.kit.compression import COMPRESSIBLE
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.idempotency import COMPUTES
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.turns import TURN_ERRORS, Turn, encoded
from entrypoints.http.scheduling.schemas import (
    COMPUTE,
    EXPLAIN,
    ComputedSlotsJson,
    ComputeSlotsBody,
    ExplainedSlotJson,
    ExplainSlotBody,
    computed_response,
    explained_response,
)

_OF_SLOTS: Final = documented(
    raises=(WindowInvalid, InvalidValue, *TURN_ERRORS), body=COMPUTE, no_idempotency_key=COMPUTES
)
_OF_EXPLAINING: Final = documented(raises=(InvalidValue, *TURN_ERRORS), body=EXPLAIN, no_idempotency_key=COMPUTES)


@post("/slots", status_code=200, opt=PUBLIC | COMPRESSIBLE | _OF_SLOTS)
async def compute_slots(data: JSONBody[ComputeSlotsBody], turn: Injected[Turn]) -> Response[ComputedSlotsJson]:
    """Compute the slots of the calendar in the request.

    The window is at most 62 days and 10,000 steps long. The conformance vectors use this operation.
    """
    async with turn as computing:
        return encoded(await computing.run(partial(computed_response, data)))


@post("/explain", status_code=200, opt=PUBLIC | COMPRESSIBLE | _OF_EXPLAINING)
async def explain_start(data: JSONBody[ExplainSlotBody], turn: Injected[Turn]) -> Response[ExplainedSlotJson]:
    """Explain why a start is or is not offered by the calendar in the request."""
    async with turn as computing:
        return encoded(await computing.run(partial(explained_response, data)))


routes: Final = Router(
    "/scheduling",
    route_handlers=[compute_slots, explain_start],
    opt=about("scheduling", "Slots of a calendar that the request describes; nothing is stored."),
)
