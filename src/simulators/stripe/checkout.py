"""`/checkout/{intent}`: the page on which a developer acts as the customer, in place of Stripe.js."""

from collections.abc import Mapping
from html import escape
from http import HTTPStatus
from typing import Final

from litestar import Response, Router, get, post
from litestar.params import FromPath

from simulators.stripe.books import AUTHENTICATED, DECLINED, PENDING_REFUND, SETUP
from simulators.stripe.errors import ApiError
from simulators.stripe.responses import json_response
from simulators.stripe.simulation import AnyRequest, Simulation, simulation_of
from simulators.stripe.store import Document

_OUTCOMES: Final[Mapping[str, tuple[str, str]]] = {
    "paid": ("pm_card_visa", "Pay"),
    "declined": (DECLINED, "Pay with a card that is declined"),
    "authenticated": (AUTHENTICATED, "Pay with a card that has to be authenticated each time"),
    "pending_refund": (PENDING_REFUND, "Pay with a card whose refunds take time"),
}
_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_STYLE: Final = (
    ":root{color-scheme:light dark}body{font-family:sans-serif;max-width:32rem;margin:3rem auto;padding:0 1rem;"
    "overflow-wrap:anywhere}button{padding:.6rem 1rem;margin:.3rem 0;width:100%}"
)


def _found(simulation: Simulation, intent_id: str) -> Document:
    """The payment or setup intent."""
    is_setup = intent_id.startswith("seti_")
    return simulation.books.setup(intent_id) if is_setup else simulation.books.intent(intent_id)


@get("/{intent_id:str}", media_type="text/html")
async def show(request: AnyRequest, intent_id: FromPath[str]) -> Response[str]:
    """Show the payment intent, and a button for each outcome."""
    simulation = simulation_of(request)
    return _page(simulation, _found(simulation, intent_id))


@post("/{intent_id:str}")
async def act(request: AnyRequest, intent_id: FromPath[str]) -> Response[str] | Response[bytes]:
    """Confirm the payment intent with the chosen `outcome`; respond 303 to the page, or JSON if that is accepted."""
    simulation = simulation_of(request)
    wants_json = "application/json" in request.headers.get("accept", "")
    outcome = str((await request.form()).get("outcome", ""))
    if outcome not in _OUTCOMES:
        return json_response({"error": {"message": "unknown outcome"}}, status=HTTPStatus.BAD_REQUEST)
    try:
        books, card = simulation.books, _OUTCOMES[outcome][0]
        with simulation.store.transaction():
            is_setup = _found(simulation, intent_id)["object"] == SETUP
            confirmed = books.confirm_setup(intent_id, card) if is_setup else books.confirm(intent_id, card)
    except ApiError as error:
        return json_response(error.document, status=HTTPStatus.CONFLICT)
    if wants_json:
        return json_response({"status": confirmed["status"]})
    return Response("", status_code=HTTPStatus.SEE_OTHER, headers={"location": f"/checkout/{intent_id}"})


def _page(simulation: Simulation, intent: Document) -> Response[str]:
    name = escape(simulation.config.merchant_name)
    what = "A card to keep" if intent["object"] == SETUP else f"{intent['amount']} {escape(intent['currency'].upper())}"
    payable = intent["status"] == "requires_payment_method"
    buttons = "".join(
        f'<button name="outcome" value="{outcome}">{escape(label)}</button>'
        for outcome, (_, label) in _OUTCOMES.items()
    )
    form = f'<form method="post">{buttons}</form>' if payable else ""
    body = (
        f"<h1>{name}</h1><p>Stripe simulator, not the real gateway: no money moves.</p>"
        f"<p>{escape(intent.get('description') or '')}</p><p><strong>{what}</strong> (in Stripe's units)</p>"
        f'<p id="status" role="status" data-status="{escape(intent["status"])}">{escape(intent["status"])}</p>{form}'
    )
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{name}</title><style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )
    return Response(text, media_type="text/html", headers=_HEADERS)


router = Router(path="/checkout", route_handlers=[show, act])
