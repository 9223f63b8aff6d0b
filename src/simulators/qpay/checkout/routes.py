"""`GET` and `POST /checkout/{invoice_id}`."""

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from litestar import Response, Router, get, post
from litestar.params import FromPath

from simulators.qpay.api.responses import json_response
from simulators.qpay.checkout.form import DEFAULT_DELAY_SECONDS
from simulators.qpay.checkout.outcomes import CannotBePaidError, Outcome, perform, reason_not_payable
from simulators.qpay.checkout.page import Page, checkout_page, message_page
from simulators.qpay.checkout.style import CONTENT_SECURITY_POLICY
from simulators.qpay.simulation import AnyRequest, Simulation, simulation_of
from simulators.qpay.state.invoices import Invoice
from simulators.qpay.state.payments import Method, Payment

MAX_DELAY_SECONDS = 86_400
_STATUSES: Final = {"INVOICE_NOTFOUND": HTTPStatus.NOT_FOUND, "BAD_REQUEST": HTTPStatus.BAD_REQUEST}


@get("/{invoice_id:str}")
async def show(request: AnyRequest, invoice_id: FromPath[str]) -> Response[str]:
    return _show(simulation_of(request), invoice_id)


@post("/{invoice_id:str}")
async def act(request: AnyRequest, invoice_id: FromPath[str]) -> Response[str] | Response[bytes]:
    """Perform the chosen outcome; respond 303 to the page, or JSON to a client that accepts it."""
    simulation = simulation_of(request)
    wants_json = "application/json" in request.headers.get("accept", "")
    try:
        payments = _perform(simulation, simulation.invoices.get(invoice_id), await request.form())
    except CannotBePaidError as refusal:
        status = _STATUSES.get(refusal.code, HTTPStatus.CONFLICT)
        if wants_json:
            return json_response({"error": refusal.code, "message": refusal.message}, status=status)
        return _show(simulation, invoice_id, status=status, error_message=refusal.message)
    if not wants_json:
        return Response(
            "",
            status_code=HTTPStatus.SEE_OTHER,
            media_type="text/plain",
            headers={"location": f"/checkout/{invoice_id}"},
        )
    after = simulation.invoices.get(invoice_id)
    return json_response(
        {"invoiceStatus": after and after.status, "paymentIds": [payment.payment_id for payment in payments]}
    )


def _perform(simulation: Simulation, invoice: Invoice | None, form: Mapping[str, object]) -> list[Payment]:
    if invoice is None:
        raise CannotBePaidError("INVOICE_NOTFOUND", "No such invoice.")
    try:
        outcome = Outcome(str(form.get("outcome", "")))
        method = Method(str(form.get("method", Method.P2P)))
        delay_seconds = _delay(form)
    except ValueError as error:
        raise CannotBePaidError("BAD_REQUEST", f"The form was not understood: {error}") from error
    return perform(simulation, invoice, outcome=outcome, method=method, delay_seconds=delay_seconds)


def _delay(form: Mapping[str, object]) -> float:
    delay_seconds = float(str(form.get("delaySeconds") or DEFAULT_DELAY_SECONDS))
    if not math.isfinite(delay_seconds) or not 0 <= delay_seconds <= MAX_DELAY_SECONDS:
        message = f"delaySeconds must be from 0 to {MAX_DELAY_SECONDS}"
        raise ValueError(message)
    return delay_seconds


def _show(
    simulation: Simulation, invoice_id: str, *, status: HTTPStatus = HTTPStatus.OK, error_message: str | None = None
) -> Response[str]:
    invoice = simulation.invoices.get(invoice_id)
    if invoice is None:
        return _html(
            message_page(title="No such invoice", text="QPay knows no invoice at this address."), HTTPStatus.NOT_FOUND
        )
    page = Page(
        merchant_name=simulation.config.merchant_name,
        invoice=invoice,
        payments=simulation.payments.of_invoice(invoice_id),
        payable=reason_not_payable(invoice, now=simulation.now()) is None,
        error_message=error_message,
    )
    return _html(checkout_page(page), status)


def _html(content: str, status: HTTPStatus) -> Response[str]:
    return Response(
        content,
        status_code=status,
        media_type="text/html",
        headers={
            "content-security-policy": CONTENT_SECURITY_POLICY,
            "cache-control": "no-store",
            "referrer-policy": "same-origin",
            "x-content-type-options": "nosniff",
        },
    )


router = Router(path="/checkout", route_handlers=[show, act])
