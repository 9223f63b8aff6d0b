"""`/payments`."""

from typing import Annotated, Final
from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody, PathParameter

from booking_domain.bookings.errors import BookingNotFound
from booking_domain.bookings.transitions import Party
from booking_domain.payments.errors import (
    GatewayUnavailable,
    NothingDue,
    PaymentInPreparation,
    PaymentNotFound,
    WindowClosed,
)
from booking_domain.payments.model import Payment
from booking_domain.payments.ports import PaymentGateway
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import NotPermitted
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import PaymentId
from booking_domain.workflows.ports import Reads, Repositories
from booking_domain.workflows.settle_payment import settle_when_asked
from booking_domain.workflows.start_payment import start_payment
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.injection import Injected
from entrypoints.http.payments.examples import PAY, PAYMENT
from entrypoints.http.payments.schemas import PayBody, PaymentJson, payment_json

_OF_START: Final = documented(
    body=PAY,
    answer=PAYMENT,
    refusals=(BookingNotFound, NothingDue, WindowClosed, PaymentInPreparation, NotPermitted, GatewayUnavailable),
)
InvoiceId = Annotated[str, PathParameter(max_length=64, pattern="^[!-~]+$")]


@post("/", opt=_OF_START)
async def pay(
    data: JSONBody[PayBody],
    actor: Injected[Actor],
    executor: Injected[Executor[Repositories]],
    gateway: Injected[PaymentGateway],
) -> PaymentJson:
    """Begin to pay for a booking.

    Idempotent by nature, so it takes no `Idempotency-Key`: as long as a payment for the purpose is open, asking again
    gives the same one.
    """
    command = data.command(gateway.name)
    return payment_json(await start_payment(command, actor=actor, executor=executor, gateway=gateway))


@get("/{payment_id:str}", opt=documented(answer=PAYMENT, refusals=(PaymentNotFound,)))
async def get_payment(
    payment_id: FromPath[UUID],
    actor: Injected[Actor],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    gateway: Injected[PaymentGateway],
) -> PaymentJson:
    """One payment, for the parties of its booking.

    When its customer asks, the gateway is asked too, so that a payment is found whose callback was lost.
    """
    found = await reads.payments.get(PaymentId(payment_id))
    return payment_json(await _as_it_is(found, actor, reads, executor, gateway))


@get("/status/{invoice_id:str}", opt=documented(answer=PAYMENT, refusals=(PaymentNotFound,)))
async def get_payment_by_invoice(
    invoice_id: InvoiceId,
    actor: Injected[Actor],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    gateway: Injected[PaymentGateway],
) -> PaymentJson:
    """One payment by the gateway's id of its invoice (`qpayInvoiceId`)."""
    found = await reads.payments.by_invoice(invoice_id)
    return payment_json(await _as_it_is(found, actor, reads, executor, gateway))


async def _as_it_is(
    found: Payment | None,
    actor: Actor,
    reads: Reads,
    executor: Executor[Repositories],
    gateway: PaymentGateway,
) -> Payment:
    """The transaction as the gateway says it is, if its customer asks; as it is kept, to others or if it does not."""
    booking = None if found is None else await reads.bookings.get(found.booking_id)
    party = None if booking is None else booking.party(actor)
    if found is None or party is None:
        raise PaymentNotFound
    if party is not Party.CUSTOMER:
        return found
    try:
        return await settle_when_asked(found, executor=executor, gateway=gateway)
    except GatewayUnavailable:
        return found


routes: Final = Router("/payments", route_handlers=[pay, get_payment, get_payment_by_invoice])
