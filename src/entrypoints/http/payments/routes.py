"""`/payments`."""

from typing import Annotated, Final
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody, PathParameter

from booking_domain.bookings.transitions import Party
from booking_domain.payments.errors import (
    GatewayUnavailable,
)
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.model import Payment
from booking_domain.payments.refunds import Refund
from booking_domain.shared.actor import Actor
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import PaymentId
from booking_domain.use_cases.payments import queries as payments
from booking_domain.use_cases.payments.settle_payment import settle_on_request
from booking_domain.use_cases.payments.start_payment import start_payment
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.idempotency import IdempotentRunner
from entrypoints.http.kit.injection import Injected
from entrypoints.http.payments.examples import PAY
from entrypoints.http.payments.schemas import PayBody, PaymentJson, payment_json

InvoiceId = Annotated[str, PathParameter(max_length=64, pattern="^[!-~]+$")]


@post("/", opt=documented(start_payment, body=PAY), operation_id="startPayment")
async def pay(
    data: JSONBody[PayBody],
    actor: Injected[Actor],
    executor: Injected[Executor[Repositories]],
    gateways: Injected[Gateways],
    runner: Injected[IdempotentRunner],
) -> Response[PaymentJson]:
    """Start a payment for a booking.

    While a payment for the purpose is open, repeating the request returns it, even without an `Idempotency-Key`. If the
    request names another gateway, the open payment is cancelled and a new one is started.
    """

    async def started() -> PaymentJson:
        payment = await start_payment(data.command(), actor=actor, executor=executor, gateways=gateways)
        return payment_json(payment, payer=True)

    return await runner.repeatable(start_payment, answer=started, status=201)


@get("/{payment_id:str}", opt=documented(payments.get_payment))
async def get_payment(
    payment_id: FromPath[UUID],
    actor: Injected[Actor],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    gateways: Injected[Gateways],
) -> PaymentJson:
    """Return a payment or refund to the parties of its booking.

    If the customer calls this, the server first asks the gateway, and so finds a payment whose callback was lost.
    """
    found = await payments.get_payment(actor, PaymentId(payment_id), reads)
    return payment_json(await _refreshed(found, executor, gateways), payer=found.party is Party.CUSTOMER)


@get("/status/{invoice_id:str}", opt=documented(payments.get_payment_by_invoice))
async def get_payment_by_invoice(
    invoice_id: InvoiceId,
    actor: Injected[Actor],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    gateways: Injected[Gateways],
) -> PaymentJson:
    """Return a payment by the gateway's invoice id (`qpayInvoiceId`, `stripePaymentIntentId`)."""
    found = await payments.get_payment_by_invoice(actor, invoice_id, reads)
    return payment_json(await _refreshed(found, executor, gateways), payer=found.party is Party.CUSTOMER)


async def _refreshed(
    found: payments.VisiblePayment, executor: Executor[Repositories], gateways: Gateways
) -> Payment | Refund:
    """If the customer reads the payment, ask the gateway first; if that is unavailable, return the stored payment."""
    if found.party is not Party.CUSTOMER or isinstance(found.payment, Refund):
        return found.payment
    try:
        return await settle_on_request(found.payment, executor=executor, gateways=gateways)
    except GatewayUnavailable:
        return found.payment


routes: Final = Router("/payments", route_handlers=[pay, get_payment, get_payment_by_invoice])
