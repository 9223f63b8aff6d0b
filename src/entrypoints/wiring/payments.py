"""Payment gateways."""

from collections.abc import Callable, Mapping

from adapters.kit.circuit_breaker import GuardedGateway
from adapters.postgres.edge_nonces import PostgresNonces
from adapters.postgres.gateway_tokens import PostgresTokenStore
from adapters.qpay.gateway import QPayGateway
from adapters.qpay_edge.gateway import QPayEdgeGateway
from adapters.qpay_edge.notifications import EdgeNotifications
from adapters.qpay_edge.signatures import CallVerifier
from adapters.security.callback_tokens import HmacCallbackTokens
from booking_domain.bookings.model import DepositMode
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.model import Purpose
from booking_domain.payments.ports import GatewayEvents, PaymentGateway
from booking_domain.shared.ids import PaymentId
from entrypoints.settings.payments import QPAY, QPAY_EDGE, STRIPE
from entrypoints.wiring.root import single
from entrypoints.wiring.storage import Storage


class Payments(Storage):
    @single
    def callback_tokens(self) -> HmacCallbackTokens:
        return self.keyed(HmacCallbackTokens, "payment-callbacks")

    @single
    def qpay_gateway(self) -> QPayGateway:
        given, tokens = self.settings(), self.callback_tokens()

        def callback_url(payment_id: PaymentId) -> str:
            return given.payment_callback_url(payment_id, tokens.issue(payment_id))

        return QPayGateway(
            base_url=given.qpay.base_url,
            username=given.qpay.username,
            password=given.qpay.password,
            invoice_code=given.qpay.invoice_code,
            callback_url=callback_url,
            token_store=PostgresTokenStore(self.database(), "qpay"),
        )

    @single
    def qpay_edge_gateway(self) -> QPayEdgeGateway:
        given = self.settings()
        return QPayEdgeGateway(
            base_url=given.edge.url,
            key=given.edge.key,
            clock=self.clock(),
            return_url=given.public_url,
            notify_url=f"{given.public_url}/api/v1/webhooks/qpay-edge",
        )

    @single
    def edge_nonces(self) -> PostgresNonces:
        return PostgresNonces(self.database())

    @single
    def edge_notifications(self) -> EdgeNotifications:
        edge = self.settings().edge
        keys = (edge.key, *edge.accepted_keys)
        return EdgeNotifications(CallVerifier(keys, nonces=self.edge_nonces(), clock=self.clock()))

    @single
    def stripe_gateway(self) -> PaymentGateway:
        """Stripe's SDK is imported only where it is used, because that takes a second."""
        from adapters.stripe.gateway import StripeGateway  # noqa: PLC0415

        stripe = self.settings().stripe
        return StripeGateway(secret_key=stripe.secret_key, card_key=self.key("payer-cards"), base_url=stripe.base_url)

    @single
    def stripe_events(self) -> GatewayEvents:
        """The verifier of Stripe's events, which the same SDK contains."""
        from adapters.stripe.events import StripeEvents  # noqa: PLC0415

        return StripeEvents(self.settings().stripe.webhook_secrets)

    @single
    def gateway(self) -> PaymentGateway:
        """The gateway for new payments."""
        return self._gateway_named(self.settings().gateway)

    @single
    def gateways(self) -> Gateways:
        """The gateway for new payments, and the others, each behind a circuit breaker."""
        given = self.settings()
        return Gateways(
            *(
                GuardedGateway(gateway, called=self.tally().gateway_call)
                for gateway in (self.gateway(), *map(self._gateway_named, given.further_gateways))
            ),
            aliases={QPAY: QPAY_EDGE, QPAY_EDGE: QPAY},
            authorised=[
                purpose
                for purpose, mode in ((Purpose.DEPOSIT, given.deposits), (Purpose.BALANCE, given.balances))
                if mode is DepositMode.AUTHORISED
            ],
        )

    def _gateway_named(self, name: str) -> PaymentGateway:
        """Only the gateways of the settings are made."""
        by_name: Mapping[str, Callable[[], PaymentGateway]] = {
            QPAY: self.qpay_gateway,
            QPAY_EDGE: self.qpay_edge_gateway,
            STRIPE: self.stripe_gateway,
        }
        return by_name[name]()
