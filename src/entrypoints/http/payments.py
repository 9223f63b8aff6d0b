"""`/payments`."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody, PathParameter
from msgspec import Meta, Struct

from booking_domain.bookings.transitions import Party
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.model import Payment, Purpose
from booking_domain.payments.refunds import Refund, RefundStatus
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.shared.actor import Actor
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import BookingId, PaymentId
from booking_domain.use_cases.payments import queries as payments
from booking_domain.use_cases.payments.settle_payment import settle_on_request
from booking_domain.use_cases.payments.start_payment import StartPayment, start_payment
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.fields import Body, GatewayName, Json, Timestamp, one_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.running import Run
from entrypoints.http.transactions import list_payments

PAY: Final[dict[str, Any]] = {"bookingId": "0199f3a7-90c2-7b15-a4d8-6e2f1c7b9a03", "purpose": "deposit"}


REFUND: Final = "refund"
"""The purpose shown for refunds: clients see payments and refunds in one list."""
PaymentPurpose = Annotated[str, Meta(extra_json_schema={"enum": [*Purpose, REFUND]})]
PaymentState = Annotated[str, one_of(PaymentStatus, RefundStatus)]
STRIPE: Final = "stripe"
"""The gateway whose invoices are payment intents."""


class PayBody(Body, frozen=True, kw_only=True):
    """The booking to pay for."""

    booking_id: UUID
    purpose: Literal["deposit", "balance"]
    gateway: GatewayName | None = None
    """The gateway that the customer chose; by default the provider's, or else the first that accepts the currency."""

    def command(self) -> StartPayment:
        """Return the command."""
        return StartPayment(booking_id=BookingId(self.booking_id), purpose=Purpose(self.purpose), gateway=self.gateway)


class CallbackQuery(Struct, frozen=True, kw_only=True):
    """The query of the gateway's callback; unknown parameters are ignored."""

    token: Annotated[str, Meta(max_length=200)] = ""
    """The secret of the callback, which only the gateway got."""
    qpay_payment_id: str | None = None
    """Not trusted: the server asks the gateway's API."""


class DeepLinkJson(Json, frozen=True, kw_only=True):
    """A link that opens a banking app."""

    name: str
    link: str
    """The link."""


class PaymentJson(Json, frozen=True, kw_only=True):
    """A payment and, while it is pending, how to make it; or a refund, whose purpose is `refund`."""

    id: UUID
    booking_id: UUID
    purpose: PaymentPurpose
    gateway: str
    status: PaymentState
    amount: int
    currency: str
    qpay_invoice_id: str | None = None
    """QPay's id of the invoice."""
    stripe_payment_intent_id: str | None = None
    """Stripe's id of the payment."""
    client_secret: str | None = None
    """The client secret for Stripe.js; only for the customer, while the payment is pending."""
    qr_text: str | None = None
    """The text of the QR code."""
    qr_image: str | None = None
    """The QR code as a `data:` URL of a PNG."""
    checkout_url: str | None = None
    """The page on which the customer pays."""
    deep_links: tuple[DeepLinkJson, ...]
    """Links that open the payment in banking apps."""
    expires_at: Timestamp | None = None
    processed_at: Timestamp | None = None
    authorised_amount: int | None = None
    """The amount that the customer's bank authorised. It stays after capture or release."""
    captured_amount: int | None = None
    """The part of it that was captured so far."""
    capture_by: Timestamp | None = None
    """For an authorised payment: it is captured by this time."""


def payment_json(payment: Payment | Refund, *, payer: bool = False) -> PaymentJson:
    """Show a payment or refund to a party of its booking; `payer` means the customer who pays."""
    if isinstance(payment, Refund):
        return _refund_json(payment)
    invoice = payment.invoice
    payable = invoice if payment.status is PaymentStatus.PENDING else None
    links = () if payable is None else payable.deep_links
    reference = None if invoice is None else invoice.reference
    by_stripe = payment.gateway == STRIPE
    secret = payable.client_secret if payer and payable is not None else ""
    return PaymentJson(
        id=payment.id,
        booking_id=payment.booking_id,
        purpose=payment.purpose.value,
        gateway=payment.gateway,
        status=payment.status.value,
        amount=payment.amount.amount,
        currency=payment.amount.currency,
        qpay_invoice_id=None if by_stripe else reference,
        stripe_payment_intent_id=reference if by_stripe else None,
        client_secret=secret or None,
        qr_text=None if payable is None else payable.qr_text or None,
        qr_image=None if payable is None else payable.qr_image or None,
        checkout_url=None if payable is None else payable.checkout_url or None,
        deep_links=tuple(DeepLinkJson(name=link.name, link=link.link) for link in links),
        expires_at=payment.expires_at,
        processed_at=payment.processed_at,
        authorised_amount=payment.authorised.amount or None,
        captured_amount=payment.settled.amount if payment.authorised else None,
        capture_by=payment.latest_capture if payment.capturable else None,
    )


def _refund_json(refund: Refund) -> PaymentJson:
    return PaymentJson(
        id=refund.id,
        booking_id=refund.booking_id,
        purpose=REFUND,
        gateway=refund.gateway,
        status=refund.status.value,
        amount=refund.amount.amount,
        currency=refund.amount.currency,
        checkout_url=None,
        deep_links=(),
        expires_at=None,
        processed_at=refund.processed_at,
    )


InvoiceId = Annotated[str, PathParameter(max_length=64, pattern="^[!-~]+$")]


@post("/", opt=documented(start_payment, body=PAY), operation_id="startPayment")
async def pay(
    data: JSONBody[PayBody],
    actor: Injected[Actor],
    executor: Injected[Executor[Repositories]],
    gateways: Injected[Gateways],
    run: Injected[Run],
) -> Response[PaymentJson]:
    """Start a payment for a booking.

    While a payment for the purpose is open, repeating the request returns it, even without an `Idempotency-Key`. If the
    request names another gateway, the open payment is cancelled and a new one is started.
    """
    return await run(
        start_payment,
        lambda: start_payment(data.command(), actor=actor, executor=executor, gateways=gateways),
        answer=lambda payment: payment_json(payment, payer=True),
    )


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


routes: Final = Router("/payments", route_handlers=[pay, list_payments, get_payment, get_payment_by_invoice])
