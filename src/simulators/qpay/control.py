"""`/simulator/*`: inspection and control of the simulator; not part of QPay's API."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated, Final

import msgspec
from litestar import Response, Router, get, post, put

from simulators.qpay import money, timestamps
from simulators.qpay.api.responses import json_response
from simulators.qpay.checkout.outcomes import pay_amount
from simulators.qpay.simulation import AnyRequest, Simulation, simulation_of
from simulators.qpay.state.callbacks import Delivery, PendingCallback
from simulators.qpay.state.invoices import Invoice
from simulators.qpay.state.switches import Switches

_CAMEL: Final = {
    "callback_id": "callbackId",
    "payment_id": "paymentId",
    "invoice_id": "invoiceId",
    "due_at": "dueAt",
}


@get("/health")
async def health(request: AnyRequest) -> Response[bytes]:
    """Report that the simulator runs and can read its state."""
    simulation_of(request).store.one("SELECT 1")
    return json_response({"status": "ok"})


@get("/switches")
async def read_switches(request: AnyRequest) -> Response[bytes]:
    """Return all switches."""
    return json_response(simulation_of(request).switches.get())


@put("/switches")
async def set_switches(request: AnyRequest) -> Response[bytes]:
    """Replace all switches; an omitted one is reset to its default. Responds 400 to an unknown field or value."""
    simulation = simulation_of(request)
    try:
        switches = msgspec.json.decode(await request.body() or b"{}", type=Switches)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return json_response({"error": "INVALID_SWITCHES", "message": str(error)}, status=HTTPStatus.BAD_REQUEST)
    if switches.revoke_token:
        simulation.tokens.revoke()
        switches = msgspec.structs.replace(switches, revoke_token=False)
    simulation.switches.put(switches)
    return json_response(switches)


@get("/invoices")
async def find_invoices(request: AnyRequest) -> Response[bytes]:
    """Return the invoices, oldest first, optionally filtered by `?sender_invoice_no=`."""
    simulation = simulation_of(request)
    number = request.query_params.get("sender_invoice_no")
    invoices = simulation.invoices.every() if number is None else simulation.invoices.of_sender(number)
    return json_response({"count": len(invoices), "invoices": [_invoice(simulation, invoice) for invoice in invoices]})


@get("/callbacks")
async def read_callbacks(request: AnyRequest) -> Response[bytes]:
    """Return delivery attempts, oldest first, and pending callbacks, optionally filtered by `?invoice_id=`."""
    simulation = simulation_of(request)
    invoice_id = request.query_params.get("invoice_id")
    deliveries = simulation.callbacks.log()
    pending = simulation.callbacks.pending()
    if invoice_id is not None:
        deliveries = [delivery for delivery in deliveries if delivery.invoice_id == invoice_id]
        payment_ids = {payment.payment_id for payment in simulation.payments.of_invoice(invoice_id)}
        pending = [callback for callback in pending if callback.payment_id in payment_ids]
    return json_response(
        {
            "deliveries": [_delivery(delivery) for delivery in deliveries],
            "pending": [_pending(callback) for callback in pending],
        }
    )


class Paid(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A payment of `amount` möngö, which QPay reports by so many callbacks."""

    invoice_id: str
    amount: Annotated[int, msgspec.Meta(ge=1, le=money.MAX_AMOUNT)]
    callbacks: Annotated[int, msgspec.Meta(ge=0, le=20)] = 1


@post("/payments")
async def pay(request: AnyRequest) -> Response[bytes]:
    """Pay any amount of an invoice, also of one that is paid. Responds 400 to an unknown field or value, or 404."""
    simulation = simulation_of(request)
    try:
        paid = msgspec.json.decode(await request.body(), type=Paid)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return json_response({"error": "INVALID_PAYMENT", "message": str(error)}, status=HTTPStatus.BAD_REQUEST)
    invoice = simulation.invoices.get(paid.invoice_id)
    if invoice is None:
        return json_response({"error": "INVOICE_NOTFOUND"}, status=HTTPStatus.NOT_FOUND)
    payments = pay_amount(simulation, invoice, amount=paid.amount, callbacks=paid.callbacks)
    return json_response({"paymentIds": [payment.payment_id for payment in payments]})


def _invoice(simulation: Simulation, invoice: Invoice) -> dict[str, object]:
    return {
        "invoiceId": invoice.invoice_id,
        "senderInvoiceNo": invoice.sender_invoice_no,
        "status": invoice.status,
        "amount": money.as_text(invoice.amount),
        "callbackUrl": invoice.callback_url,
        "checkoutUrl": simulation.config.checkout_url(invoice.invoice_id),
        "createdAt": timestamps.as_iso(invoice.created_at),
        "payments": [
            {
                "paymentId": payment.payment_id,
                "status": payment.status,
                "amount": money.as_text(payment.amount),
                "method": payment.method,
            }
            for payment in simulation.payments.of_invoice(invoice.invoice_id)
        ],
    }


def _delivery(delivery: Delivery) -> dict[str, object]:
    return _camel({**asdict(delivery), "at": timestamps.as_iso(delivery.at)})


def _pending(callback: PendingCallback) -> dict[str, object]:
    document = asdict(callback)
    return _camel({"callback_id": document.pop("id"), **document, "due_at": timestamps.as_iso(callback.due_at)})


def _camel(document: dict[str, object]) -> dict[str, object]:
    return {_CAMEL.get(name, name): value for name, value in document.items()}


router = Router(
    path="/simulator", route_handlers=[health, read_switches, set_switches, find_invoices, read_callbacks, pay]
)
