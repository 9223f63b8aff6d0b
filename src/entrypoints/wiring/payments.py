"""Payment gateways."""

from collections.abc import Callable, Mapping

from adapters.kit.circuit_breaker import GuardedGateway
from adapters.qpay.gateway import QPayGateway
from adapters.qpay.tokens import TokenStore
from adapters.qpay_edge.gateway import QPayEdgeGateway
from adapters.qpay_edge.notifications import EdgeNotifications
from adapters.qpay_edge.signatures import CallVerifier, Nonces
from booking_domain.bookings.model import DepositMode
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.ports import CallbackTokens, GatewayEvents, PaymentGateway
from booking_domain.shared.clock import Clock
from booking_domain.shared.ids import PaymentId
from entrypoints.settings.main import Settings
from entrypoints.settings.payments import QPAY, QPAY_EDGE, STRIPE

Makers = Mapping[str, Callable[[], PaymentGateway]]


def make_qpay_gateway(settings: Settings, tokens: CallbackTokens, store: TokenStore) -> QPayGateway:
    def callback_url(payment_id: PaymentId) -> str:
        return settings.payment_callback_url(payment_id, tokens.issue(payment_id))

    return QPayGateway(
        base_url=settings.qpay.base_url,
        username=settings.qpay.username,
        password=settings.qpay.password,
        invoice_code=settings.qpay.invoice_code,
        callback_url=callback_url,
        token_store=store,
    )


def make_qpay_edge_gateway(settings: Settings, clock: Clock) -> QPayEdgeGateway:
    return QPayEdgeGateway(
        base_url=settings.edge.url,
        key=settings.edge.key,
        clock=clock,
        return_url=settings.public_url,
        notify_url=f"{settings.public_url}/api/v1/webhooks/qpay-edge",
    )


def make_edge_notifications(settings: Settings, nonces: Nonces, clock: Clock) -> EdgeNotifications:
    keys = (settings.edge.key, *settings.edge.accepted_keys)
    return EdgeNotifications(CallVerifier(keys, nonces=nonces, clock=clock))


def make_stripe_gateway(settings: Settings) -> PaymentGateway:
    """The gateway Stripe. Its SDK is imported only where it is used, because that takes a second."""
    from adapters.stripe.gateway import StripeGateway  # noqa: PLC0415

    return StripeGateway(secret_key=settings.stripe.secret_key, base_url=settings.stripe.base_url)


def make_stripe_events(settings: Settings) -> GatewayEvents:
    """The verifier of Stripe's events, which the same SDK contains."""
    from adapters.stripe.events import StripeEvents  # noqa: PLC0415

    return StripeEvents(settings.stripe.webhook_secrets)


def gateway_makers(
    qpay: Callable[[], PaymentGateway], edge: Callable[[], PaymentGateway], stripe: Callable[[], PaymentGateway]
) -> Makers:
    """What makes each gateway: only those of the settings are made."""
    return {QPAY: qpay, QPAY_EDGE: edge, STRIPE: stripe}


def make_gateway(settings: Settings, by_name: Makers) -> PaymentGateway:
    """The gateway for new payments."""
    return by_name[settings.gateway]()


def make_gateways(settings: Settings, default: PaymentGateway, by_name: Makers) -> Gateways:
    """The gateway for new payments, and the others, each behind a circuit breaker."""
    return Gateways(
        GuardedGateway(default),
        *(GuardedGateway(by_name[name]()) for name in settings.further_gateways),
        aliases={QPAY: QPAY_EDGE, QPAY_EDGE: QPAY},
        authorise_deposits=settings.deposits is DepositMode.AUTHORISED,
    )
