"""`/v1`: customers, payment methods, intents, refunds and charges."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from litestar import Response, Router, get, post
from litestar.params import FromPath

from simulators.kit.fault_injection import FaultInjection
from simulators.stripe.books import CHARGE, INTENT, REFUND, card_refused
from simulators.stripe.errors import ApiError, invalid, missing
from simulators.stripe.forms import Form
from simulators.stripe.responses import json_response, require_secret_key, written
from simulators.stripe.simulation import AnyRequest, Simulation, simulation_of
from simulators.stripe.store import Document

_MOST_ON_A_PAGE: Final = 100


@post("/payment_intents", status_code=200)
async def create(request: AnyRequest) -> Response[bytes]:
    """Create a payment intent; with `confirm`, clients of Stripe would charge at once, which is not simulated."""
    require_secret_key(request)
    books = simulation_of(request).books

    def work(form: Form) -> Document:
        amount, currency = form.whole("amount"), form.required("currency")
        description, metadata = form.text("description", most=1_000), form.metadata()
        capture_method = form.text("capture_method") or "automatic"
        customer, usage = form.text("customer"), form.text("setup_future_usage")
        form.nested("automatic_payment_methods")
        form.finish()
        if amount is None:
            raise invalid("Missing required param: amount.", code="parameter_missing", param="amount")
        if capture_method not in {"automatic", "manual"}:
            raise invalid("Invalid capture_method", param="capture_method")
        if usage not in {None, "off_session", "on_session"}:
            raise invalid("Invalid setup_future_usage", param="setup_future_usage")
        return books.create_intent(
            amount=amount,
            currency=currency,
            description=description,
            metadata=metadata,
            capture_method=capture_method,
            customer=customer,
            setup_future_usage=usage,
        )

    return await written(request, work)


@get("/payment_intents/{intent_id:str}")
async def retrieve(request: AnyRequest, intent_id: FromPath[str]) -> Response[bytes]:
    """Return a payment intent: to the account, or as by Stripe.js, to a caller with its client secret."""
    simulation = simulation_of(request)
    form = Form(request.scope["query_string"].decode("latin-1"))
    secret, expand = form.text("client_secret"), set(form.nested("expand").values())
    form.text("key")
    form.finish()
    if secret is None:
        require_secret_key(request)
    intent = simulation.books.intent(intent_id)
    if secret is not None and secret != intent["client_secret"]:
        raise missing(INTENT, intent_id, param="intent")
    if expand - {"latest_charge"}:
        raise invalid("This property cannot be expanded", param="expand")
    if expand:
        intent["latest_charge"] = simulation.books.charge_of(intent)
    return json_response(intent)


@get("/payment_intents")
async def list_intents(request: AnyRequest) -> Response[bytes]:
    """Return payment intents, newest first."""
    return _page(request, INTENT)


async def _confirmed_by_account(request: AnyRequest) -> bool:
    """Whether the account itself confirms an intent, with its key, and not a caller with the client secret."""
    by_account = "client_secret=" not in (await request.body()).decode("utf-8", "replace")
    if by_account:
        require_secret_key(request)
    return by_account


def _require_client(intent: Document, secret: str | None, key: str | None, simulation: Simulation) -> None:
    if secret != intent["client_secret"] or key != simulation.config.publishable_key:
        raise ApiError(HTTPStatus.UNAUTHORIZED, "invalid_request_error", "Invalid client secret or key")


@post("/payment_intents/{intent_id:str}/confirm", status_code=200)
async def confirm(request: AnyRequest, intent_id: FromPath[str]) -> Response[bytes]:
    """Confirm a payment intent: by the account, or as by Stripe.js, by a caller with its client secret."""
    simulation, by_account = simulation_of(request), await _confirmed_by_account(request)

    def work(form: Form) -> Document:
        method, secret, key = form.required("payment_method"), form.text("client_secret"), form.text("key")
        off_session = form.text("off_session") == "true"
        form.text("return_url")
        form.finish()
        intent = simulation.books.intent(intent_id)
        if not by_account:
            _require_client(intent, secret, key, simulation)
        confirmed = simulation.books.confirm(intent_id, method, off_session=off_session and by_account)
        if confirmed["last_payment_error"] is not None and confirmed["status"] == "requires_payment_method":
            raise card_refused(confirmed)
        return confirmed

    return await written(request, work)


@post("/customers", status_code=200)
async def create_customer(request: AnyRequest) -> Response[bytes]:
    """Create a customer."""
    require_secret_key(request)

    def work(form: Form) -> Document:
        metadata = form.metadata()
        form.finish()
        return simulation_of(request).books.create_customer(metadata)

    return await written(request, work)


@post("/setup_intents", status_code=200)
async def create_setup(request: AnyRequest) -> Response[bytes]:
    """Create a setup intent for a customer."""
    require_secret_key(request)

    def work(form: Form) -> Document:
        customer, metadata = form.required("customer"), form.metadata()
        if (form.text("usage") or "off_session") != "off_session":
            raise invalid("Only off_session is simulated", param="usage")
        form.nested("automatic_payment_methods")
        form.finish()
        return simulation_of(request).books.create_setup(customer, metadata)

    return await written(request, work)


@get("/setup_intents/{setup_id:str}")
async def retrieve_setup(request: AnyRequest, setup_id: FromPath[str]) -> Response[bytes]:
    """Return a setup intent."""
    require_secret_key(request)
    books = simulation_of(request).books
    form = Form(request.scope["query_string"].decode("latin-1"))
    expand = set(form.nested("expand").values())
    form.finish()
    setup = books.setup(setup_id)
    if expand - {"payment_method"}:
        raise invalid("This property cannot be expanded", param="expand")
    if expand and setup["payment_method"] is not None:
        setup["payment_method"] = books.method(setup["payment_method"])
    return json_response(setup)


@post("/setup_intents/{setup_id:str}/confirm", status_code=200)
async def confirm_setup(request: AnyRequest, setup_id: FromPath[str]) -> Response[bytes]:
    """Confirm a setup intent, as a payment intent is confirmed."""
    simulation, by_account = simulation_of(request), await _confirmed_by_account(request)

    def work(form: Form) -> Document:
        method, secret, key = form.required("payment_method"), form.text("client_secret"), form.text("key")
        form.text("return_url")
        form.finish()
        if not by_account:
            _require_client(simulation.books.setup(setup_id), secret, key, simulation)
        confirmed = simulation.books.confirm_setup(setup_id, method)
        if confirmed["last_setup_error"] is not None:
            raise card_refused(confirmed)
        return confirmed

    return await written(request, work)


@post("/payment_methods/{method_id:str}/detach", status_code=200)
async def detach(request: AnyRequest, method_id: FromPath[str]) -> Response[bytes]:
    """Keep a payment method of a customer no longer."""
    require_secret_key(request)

    def work(form: Form) -> Document:
        form.finish()
        return simulation_of(request).books.detach(method_id)

    return await written(request, work)


@post("/payment_intents/{intent_id:str}/capture", status_code=200)
async def capture(request: AnyRequest, intent_id: FromPath[str]) -> Response[bytes]:
    """Capture an authorised payment intent."""
    require_secret_key(request)

    def work(form: Form) -> Document:
        amount = form.whole("amount_to_capture")
        form.finish()
        return simulation_of(request).books.capture(intent_id, amount)

    return await written(request, work)


@post("/payment_intents/{intent_id:str}/cancel", status_code=200)
async def cancel(request: AnyRequest, intent_id: FromPath[str]) -> Response[bytes]:
    """Cancel a payment intent."""
    require_secret_key(request)

    def work(form: Form) -> Document:
        reason = form.text("cancellation_reason")
        form.finish()
        return simulation_of(request).books.cancel(intent_id, reason)

    return await written(request, work)


@post("/refunds", status_code=200)
async def refund(request: AnyRequest) -> Response[bytes]:
    """Refund a payment intent."""
    require_secret_key(request)
    simulation = simulation_of(request)

    def work(form: Form) -> Document:
        intent_id, amount, metadata = form.required("payment_intent"), form.whole("amount"), form.metadata()
        form.text("reason")
        form.finish()
        return simulation.books.refund(intent_id, amount, metadata, simulation.switches.get().refund_status)

    return await written(request, work)


@get("/refunds")
async def list_refunds(request: AnyRequest) -> Response[bytes]:
    """Return refunds, newest first."""
    return _page(request, REFUND)


@get("/charges")
async def list_charges(request: AnyRequest) -> Response[bytes]:
    """Return charges, newest first."""
    return _page(request, CHARGE)


def _page(request: AnyRequest, kind: str) -> Response[bytes]:
    require_secret_key(request)
    form = Form(request.scope["query_string"].decode("latin-1"))
    limit = form.whole("limit") or 10
    after, intent, created = form.text("starting_after"), form.text("payment_intent"), form.nested("created")
    form.finish()
    if not 1 <= limit <= _MOST_ON_A_PAGE:
        raise invalid("Limit must be from 1 to 100", param="limit")
    found = simulation_of(request).books.newest_first(kind)
    if after is not None:
        places = [number for number, each in enumerate(found) if each["id"] == after]
        if not places:
            raise missing(kind, after, param="starting_after", status=HTTPStatus.BAD_REQUEST)
        found = found[places[0] + 1 :]
    found = [each for each in found if intent in {None, each.get("payment_intent")} and _within(each, created)]
    page = {"object": "list", "data": found[:limit], "has_more": limit < len(found), "url": request.url.path}
    return json_response(page)


_BOUNDS: Final[dict[str, Callable[[int, int], bool]]] = {
    "gte": lambda at, bound: at >= bound,
    "gt": lambda at, bound: at > bound,
    "lte": lambda at, bound: at <= bound,
    "lt": lambda at, bound: at < bound,
}


def _within(document: Document, created: dict[str, str]) -> bool:
    return all(_BOUNDS[bound](document["created"], int(value)) for bound, value in created.items())


router = Router(
    path="/v1",
    route_handlers=[
        create,
        retrieve,
        list_intents,
        confirm,
        capture,
        cancel,
        refund,
        list_refunds,
        list_charges,
        create_customer,
        create_setup,
        retrieve_setup,
        confirm_setup,
        detach,
    ],
    middleware=[FaultInjection({"error": {"message": "Something went wrong on Stripe's end.", "type": "api_error"}})],
)
