"""`/simulator/*`: inspection and control of the simulator; not part of Stripe's API."""

from http import HTTPStatus

import msgspec
from litestar import Response, Router, get, post, put
from litestar.params import FromPath

from simulators.stripe.books import BEHAVIOURS
from simulators.stripe.errors import invalid
from simulators.stripe.responses import json_response
from simulators.stripe.simulation import AnyRequest, simulation_of
from simulators.stripe.switches import Switches


@get("/health")
async def health(request: AnyRequest) -> Response[bytes]:
    """Report that the simulator runs and can read its state."""
    simulation_of(request).store.all("SELECT 1")
    return json_response({"status": "ok"})


@get("/switches")
async def read_switches(request: AnyRequest) -> Response[bytes]:
    """Return all switches."""
    return json_response(simulation_of(request).switches.get())


@put("/switches")
async def set_switches(request: AnyRequest) -> Response[bytes]:
    """Replace all switches; an omitted one is reset to its default. Responds 400 to an unknown field or value."""
    try:
        switches = msgspec.json.decode(await request.body() or b"{}", type=Switches)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return json_response({"error": {"message": str(error)}}, status=HTTPStatus.BAD_REQUEST)
    simulation_of(request).switches.put(switches)
    return json_response(switches)


@get("/deliveries")
async def deliveries(request: AnyRequest) -> Response[bytes]:
    """Return the deliveries of events, oldest first."""
    return json_response(simulation_of(request).events.log())


@post("/refunds/{refund_id:str}/{outcome:str}", status_code=200)
async def end_refund(request: AnyRequest, refund_id: FromPath[str], outcome: FromPath[str]) -> Response[bytes]:
    """End a refund as the customer's bank does: `succeeded` or `failed`."""
    if outcome not in {"succeeded", "failed"}:
        raise invalid("The outcome is succeeded or failed")
    simulation = simulation_of(request)
    with simulation.store.transaction():
        return json_response(simulation.books.end_refund(refund_id, outcome))


@post("/payment_intents/{intent_id:str}/expire", status_code=200)
async def expire(request: AnyRequest, intent_id: FromPath[str]) -> Response[bytes]:
    """Let an authorisation expire now; others expire after seven days."""
    simulation = simulation_of(request)
    with simulation.store.transaction():
        return json_response(simulation.books.expire(intent_id))


@post("/payment_methods/{method_id:str}/{behaviour:str}", status_code=200)
async def behave(request: AnyRequest, method_id: FromPath[str], behaviour: FromPath[str]) -> Response[bytes]:
    """Let a kept card behave so from now on: `accepted`, `card_declined` or `authentication_required`."""
    if behaviour not in BEHAVIOURS:
        raise invalid(f"The behaviour is one of {', '.join(sorted(BEHAVIOURS))}")
    simulation = simulation_of(request)
    with simulation.store.transaction():
        return json_response(simulation.books.behave(method_id, behaviour))


@post("/reset", status_code=200)
async def reset(request: AnyRequest) -> Response[bytes]:
    """Forget everything, also the switches."""
    simulation_of(request).store.clear()
    return json_response({})


router = Router(
    path="/simulator",
    route_handlers=[health, read_switches, set_switches, deliveries, end_refund, expire, behave, reset],
)
