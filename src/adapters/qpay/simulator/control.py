"""`/simulator/*`: what a test or a developer asks of the simulator itself, not part of QPay."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Final

import msgspec
from litestar import Response, Router, get, put

from adapters.qpay.simulator import moments, money
from adapters.qpay.simulator.api.answers import answer
from adapters.qpay.simulator.simulation import AnyRequest, Simulation, simulation_of
from adapters.qpay.simulator.state.callbacks import Delivery, PendingCallback
from adapters.qpay.simulator.state.invoices import Invoice
from adapters.qpay.simulator.state.switches import Switches

_CAMEL: Final = {
    "callback_id": "callbackId",
    "payment_id": "paymentId",
    "invoice_id": "invoiceId",
    "due_at": "dueAt",
}


@get("/health")
async def health(request: AnyRequest) -> Response[bytes]:
    """Say that the simulator runs and reaches its state."""
    simulation_of(request).store.one("SELECT 1")
    return answer({"status": "ok"})


@get("/switches")
async def read_switches(request: AnyRequest) -> Response[bytes]:
    """Return every switch."""
    return answer(simulation_of(request).switches.get())


@put("/switches")
async def set_switches(request: AnyRequest) -> Response[bytes]:
    """Replace the switches: one that is left out goes back to its default. 400 for an unknown field or value."""
    simulation = simulation_of(request)
    try:
        switches = msgspec.json.decode(await request.body() or b"{}", type=Switches)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return answer({"error": "INVALID_SWITCHES", "message": str(error)}, status=HTTPStatus.BAD_REQUEST)
    if switches.revoke_token:
        simulation.tokens.revoke()
        switches = msgspec.structs.replace(switches, revoke_token=False)
    simulation.switches.put(switches)
    return answer(switches)


@get("/invoices")
async def find_invoices(request: AnyRequest) -> Response[bytes]:
    """Return the invoices, oldest first; `?sender_invoice_no=` narrows them."""
    simulation = simulation_of(request)
    number = request.query_params.get("sender_invoice_no")
    invoices = simulation.invoices.every() if number is None else simulation.invoices.of_sender(number)
    return answer({"count": len(invoices), "invoices": [_invoice(simulation, invoice) for invoice in invoices]})


@get("/callbacks")
async def read_callbacks(request: AnyRequest) -> Response[bytes]:
    """Return the log of deliveries, oldest first, and what is still to come; `?invoice_id=` narrows them."""
    simulation = simulation_of(request)
    invoice_id = request.query_params.get("invoice_id")
    deliveries = simulation.callbacks.log()
    pending = simulation.callbacks.pending()
    if invoice_id is not None:
        deliveries = [delivery for delivery in deliveries if delivery.invoice_id == invoice_id]
        of_invoice = {payment.payment_id for payment in simulation.payments.of_invoice(invoice_id)}
        pending = [callback for callback in pending if callback.payment_id in of_invoice]
    return answer(
        {
            "deliveries": [_delivery(delivery) for delivery in deliveries],
            "pending": [_pending(callback) for callback in pending],
        }
    )


def _invoice(simulation: Simulation, invoice: Invoice) -> dict[str, object]:
    return {
        "invoiceId": invoice.invoice_id,
        "senderInvoiceNo": invoice.sender_invoice_no,
        "status": invoice.status,
        "amount": money.as_text(invoice.amount),
        "callbackUrl": invoice.callback_url,
        "checkoutUrl": simulation.config.checkout_url(invoice.invoice_id),
        "createdAt": moments.as_iso(invoice.created_at),
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
    return _camel({**asdict(delivery), "at": moments.as_iso(delivery.at)})


def _pending(callback: PendingCallback) -> dict[str, object]:
    return _camel({**asdict(callback), "due_at": moments.as_iso(callback.due_at)})


def _camel(document: dict[str, object]) -> dict[str, object]:
    return {_CAMEL.get(name, name): value for name, value in document.items()}


router = Router(path="/simulator", route_handlers=[health, read_switches, set_switches, find_invoices, read_callbacks])
