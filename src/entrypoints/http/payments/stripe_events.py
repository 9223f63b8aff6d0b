"""`/webhooks/stripe`: Stripe's events. An event only prompts the server to ask Stripe."""

from typing import Any, Final

from litestar import Request, Router, post

from booking_domain.payments.errors import InvalidGatewaySignature
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.ports import GatewayEvents
from booking_domain.shared.clock import Clock
from booking_domain.shared.executor import Executor
from booking_domain.use_cases.payments.record_hint import record_payment_hint
from booking_domain.use_cases.payments.settle_payment import settle_payment
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.idempotency import REPEATED
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import limited_as
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.request_heads import sole_headers
from entrypoints.http.payments.hints import settle_hinted
from entrypoints.http.payments.schemas import STRIPE

_OF_EVENT: Final = documented(
    settle_payment, record_payment_hint, raises=(InvalidGatewaySignature,), no_idempotency_key=REPEATED
)


@post("/", status_code=204, opt=PUBLIC | limited_as("webhook") | _OF_EVENT)
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
    if payment is not None and payment.gateway == STRIPE:
        await settle_hinted(payment, executor, gateways)


routes: Final = Router("/webhooks/stripe", route_handlers=[take_stripe_event])
