"""`/webhooks/qpay`, `/webhooks/qpay-edge` and `/webhooks/stripe`: notifications of the payment gateways.

A notification only prompts the server to ask the gateway.
"""

from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from litestar import HttpMethod, MediaType, Request, Router, post, route
from litestar.params import FromPath

from booking_domain.payments.errors import GatewayUnavailable, InvalidGatewaySignature, PaymentNotFound
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.model import Payment
from booking_domain.payments.orders import Order, OrderId
from booking_domain.payments.ports import CallbackTokens, GatewayEvents, GatewayNotifications
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.clock import Clock
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import PaymentId
from booking_domain.use_cases.orders.pay import hint_order, settle_order
from booking_domain.use_cases.orders.queries import order_of_callback
from booking_domain.use_cases.payments.queries import get_payment_of_callback
from booking_domain.use_cases.payments.record_hint import RecordPaymentHint, record_payment_hint
from booking_domain.use_cases.payments.settle_payment import settle_payment
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.idempotency import REPEATED
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import limited_as
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.request_heads import sole_headers
from entrypoints.http.payments import STRIPE, CallbackQuery
from entrypoints.settings.main import Settings


async def settle_hinted(payment: Payment, executor: Executor[Repositories], gateways: Gateways) -> None:
    """Settle the payment; if the gateway is unavailable, enqueue a job that asks later, and raise."""
    try:
        await settle_payment(payment, executor=executor, gateways=gateways)
    except GatewayUnavailable:
        hint = RecordPaymentHint(payment_id=payment.id, booking_id=payment.booking_id)
        await executor.run(record_payment_hint, hint, actor=SYSTEM)
        raise


async def settle_hinted_order(order: Order, executor: Executor[Repositories], gateways: Gateways) -> None:
    """The same for an order."""
    try:
        await settle_order(order, executor=executor, gateways=gateways)
    except GatewayUnavailable:
        await executor.run(hint_order, order.id, actor=SYSTEM)
        raise


_OF_CALLBACK: Final = documented(
    get_payment_of_callback, settle_payment, record_payment_hint, answer="SUCCESS", no_idempotency_key=REPEATED
)


@route(
    "/qpay/{transaction_id:str}",
    http_method=[HttpMethod.GET, HttpMethod.POST],
    status_code=200,
    media_type=MediaType.TEXT,
    opt=PUBLIC | limited_as("webhook") | _OF_CALLBACK,
)
async def take_qpay_callback(
    transaction_id: FromPath[UUID],
    *,
    params: Injected[CallbackQuery],
    callback_tokens: Injected[CallbackTokens],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    gateways: Injected[Gateways],
) -> str:
    """Receive a callback of QPay. The body is ignored.

    The token in the URL proves that this server issued the URL. If QPay is unavailable, the answer is 503, so that it
    calls again; the payment is checked later in any case.
    """
    order = await order_of_callback(OrderId(transaction_id), params.token, callback_tokens, reads.orders)
    if order is not None:
        await settle_hinted_order(order, executor, gateways)
        return "SUCCESS"
    payment = await get_payment_of_callback(PaymentId(transaction_id), params.token, callback_tokens, reads.payments)
    await settle_hinted(payment, executor, gateways)
    return "SUCCESS"


_OF_EVENT: Final = documented(
    settle_payment, record_payment_hint, raises=(InvalidGatewaySignature,), no_idempotency_key=REPEATED
)


@post("/stripe", status_code=204, opt=PUBLIC | limited_as("webhook") | _OF_EVENT)
async def take_stripe_event(
    request: Request[Any, Any, Any],
    *,
    clock: Injected[Clock],
    stripe_events: Injected[GatewayEvents],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    gateways: Injected[Gateways],
) -> None:
    """Receive an event of Stripe.

    Stripe signs time and body (`Stripe-Signature`); a wrong signature, or a time more than five minutes in the past or
    the future, is rejected with 403. The event only names a payment intent; the server asks Stripe what was paid. So
    events may arrive twice and in any order. An event about anything else is answered with 204. If Stripe is
    unavailable, the answer is 503, so that it sends the event again; the payment is checked later in any case.
    """
    signature = sole_headers(request).get("stripe-signature", "")
    reference = stripe_events.read(await request.body(), signature, clock.now())
    payment = None if reference is None else await reads.payments.by_invoice(reference)
    order = None if reference is None or payment is not None else await reads.orders.by_invoice(reference)
    if payment is not None and payment.gateway == STRIPE:
        await settle_hinted(payment, executor, gateways)
    if order is not None and order.gateway == STRIPE:
        await settle_hinted_order(order, executor, gateways)


_OF_NOTIFICATION: Final = documented(
    settle_payment,
    record_payment_hint,
    raises=(InvalidGatewaySignature, PaymentNotFound),
    answer="SUCCESS",
    no_idempotency_key=REPEATED,
)


@post("/qpay-edge", status_code=200, media_type=MediaType.TEXT, opt=PUBLIC | limited_as("webhook") | _OF_NOTIFICATION)
async def take_edge_notification(
    request: Request[Any, Any, Any],
    *,
    settings: Injected[Settings],
    edge_notifications: Injected[GatewayNotifications],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    gateways: Injected[Gateways],
) -> str:
    """Receive a notification of the Worker in front of QPay.

    The Worker signs timestamp, nonce and body (`Edge-Timestamp`, `Edge-Nonce`, `Edge-Signature`). A signature is
    accepted once, within five minutes. The body only names the invoice; the server asks the gateway what was paid. If
    the gateway is unavailable, the answer is 503, and the payment is checked later in any case.
    """
    invoice = await edge_notifications.read(
        method="POST",
        target=_target(request, settings.public_url),
        headers=sole_headers(request),
        body=await request.body(),
    )
    payment = None if invoice is None else await reads.payments.by_invoice(invoice)
    order = None if invoice is None or payment is not None else await reads.orders.by_invoice(invoice)
    if order is not None:
        await settle_hinted_order(order, executor, gateways)
        return "SUCCESS"
    if payment is None:
        raise PaymentNotFound
    await settle_hinted(payment, executor, gateways)
    return "SUCCESS"


def _target(request: Request[Any, Any, Any], public_url: str) -> str:
    """Path and query of the address that the Worker called, before any proxy rewrote it."""
    query = request.scope["query_string"].decode("latin-1")
    return f"{urlsplit(public_url).path}{request.scope['path']}{'?' if query else ''}{query}"


routes: Final = Router("/webhooks", route_handlers=[take_qpay_callback, take_stripe_event, take_edge_notification])
