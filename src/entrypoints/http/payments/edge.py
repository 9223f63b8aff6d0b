"""`/webhooks/qpay-edge`: notifications of the Worker in front of QPay.

A notification only prompts the server to ask the gateway.
"""

from typing import Any, Final
from urllib.parse import urlsplit

from litestar import MediaType, Request, Router, post

from booking_domain.payments.errors import InvalidGatewaySignature, PaymentNotFound
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.ports import GatewayNotifications
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
from entrypoints.settings.main import Settings

_OF_NOTIFICATION: Final = documented(
    settle_payment,
    record_payment_hint,
    raises=(InvalidGatewaySignature, PaymentNotFound),
    answer="SUCCESS",
    no_idempotency_key=REPEATED,
)


@post("/", status_code=200, media_type=MediaType.TEXT, opt=PUBLIC | limited_as("webhook") | _OF_NOTIFICATION)
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
    if payment is None:
        raise PaymentNotFound
    await settle_hinted(payment, executor, gateways)
    return "SUCCESS"


def _target(request: Request[Any, Any, Any], public_url: str) -> str:
    """Path and query of the address that the Worker called, before any proxy rewrote it."""
    query = request.scope["query_string"].decode("latin-1")
    return f"{urlsplit(public_url).path}{request.scope['path']}{'?' if query else ''}{query}"


routes: Final = Router("/webhooks/qpay-edge", route_handlers=[take_edge_notification])
