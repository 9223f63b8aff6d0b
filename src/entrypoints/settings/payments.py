"""Settings of the payment gateways."""

from dataclasses import dataclass, replace
from typing import Final

from entrypoints.settings.environment import (
    PORT,
    PRIVATE_TEXT,
    SECRET,
    SECRETS,
    TEXT,
    TLS_URL,
    Form,
    listed,
    one_of,
    setting,
)

QPAY: Final = "qpay"
QPAY_EDGE: Final = "qpay-edge"
STRIPE: Final = "stripe"
GATEWAYS: Final = (QPAY, QPAY_EDGE, STRIPE)
STRIPE_URL: Final = "https://api.stripe.com"
_STRIPE_JS: Final = "https://js.stripe.com"
_STRIPE_FRAMES: Final = (_STRIPE_JS, "https://*.js.stripe.com", "https://hooks.stripe.com")
SIMULATOR_USERNAME: Final = "SIMULATOR"
SIMULATOR_PASSWORD: Final = "simulator"  # noqa: S105 - the simulator's; refused in production
SIMULATOR_INVOICE_CODE: Final = "SIMULATOR_INVOICE"
SIMULATOR_PUBLISHABLE_KEY: Final = "pk_test_simulator"
SIMULATOR_KEY: Final = "sk_test_simulator"
SIMULATOR_WEBHOOK_SECRET: Final = "whsec_simulator_of_stripe_0123456789"  # noqa: S105 - refused in production
_WITH_QPAY: Final = ("BOOKING_GATEWAY=qpay", "BOOKING_GATEWAYS=qpay")
_WITH_EDGE: Final = ("BOOKING_GATEWAY=qpay-edge", "BOOKING_GATEWAYS=qpay-edge")
_WITH_STRIPE: Final = ("BOOKING_GATEWAY=stripe", "BOOKING_GATEWAYS=stripe")


def _gateways(text: str) -> tuple[str, ...]:
    names = listed(one_of(GATEWAYS).parse).parse(text)
    if len(set(names)) < len(names):
        raise ValueError(text)
    return names


GATEWAY_NAMES: Final = Form(
    parse=_gateways, rule=f"must be names among {', '.join(GATEWAYS)}, separated by commas", shown=True
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QPaySettings:
    """QPay.

    Production refuses the merchant's name and password if `qpay-edge` is a gateway: only the Worker has them.
    """

    base_url: str = setting("QPAY_BASE_URL", "", TLS_URL, "`https://merchant.qpay.mn/v2`", required=_WITH_QPAY)
    """The base URL of the gateway's API; in development the simulator's."""
    username: str = setting(
        "QPAY_USERNAME", SIMULATOR_USERNAME, TEXT.only_in_development(SIMULATOR_USERNAME), required=_WITH_QPAY
    )
    """The merchant's name."""
    password: str = setting(
        "QPAY_PASSWORD", SIMULATOR_PASSWORD, PRIVATE_TEXT.only_in_development(SIMULATOR_PASSWORD), required=_WITH_QPAY
    )
    """The merchant's password."""
    invoice_code: str = setting(
        "QPAY_INVOICE_CODE",
        SIMULATOR_INVOICE_CODE,
        TEXT.only_in_development(SIMULATOR_INVOICE_CODE),
        required=_WITH_QPAY,
    )
    """The merchant's invoice template."""

    def or_simulated(self, port: int) -> "QPaySettings":
        """The settings with the address of the simulator, unless another is set."""
        return replace(self, base_url=self.base_url or f"http://127.0.0.1:{port}/v2")


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeSettings:
    """QPay behind a Worker.

    The Worker (`deploy/qpay-worker`) holds the merchant's credentials.
    """

    url: str = setting("QPAY_EDGE_URL", "", TLS_URL, required=_WITH_EDGE)
    """The base URL of the Worker."""
    key: str = setting("QPAY_EDGE_KEY", "", SECRET, required=_WITH_EDGE)
    """The key that signs calls of the Worker; equal to the Worker's `EDGE_KEY`."""
    accepted_keys: tuple[str, ...] = setting("QPAY_EDGE_ACCEPTED_KEYS", (), SECRETS)
    """Further keys with which the Worker may sign, separated by commas; set it while you replace the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeSettings:
    """Stripe.

    In development, an account that is not set is the simulator's.
    """

    base_url: str = setting("STRIPE_BASE_URL", "", TLS_URL, in_production=STRIPE_URL)
    """The base URL of Stripe's API; in development the simulator's if Stripe is a gateway."""
    secret_key: str = setting("STRIPE_SECRET_KEY", "", PRIVATE_TEXT, required=_WITH_STRIPE)
    """The account's secret key, or a restricted key that may write payment intents and refunds and read charges."""
    publishable_key: str = setting("STRIPE_PUBLISHABLE_KEY", "", TEXT, required=_WITH_STRIPE)
    """The account's publishable key, with which pages take cards."""
    webhook_secrets: tuple[str, ...] = setting(
        "STRIPE_WEBHOOK_SECRET", (), SECRETS.only_in_development(SIMULATOR_WEBHOOK_SECRET), required=_WITH_STRIPE
    )
    """The signing secret of the webhook endpoint `BOOKING_PUBLIC_URL/api/v1/webhooks/stripe`; separate several by
    commas while you roll it."""
    simulator_port: int = setting("STRIPE_SIMULATOR_PORT", 8002, PORT)
    """The port of Stripe's simulator, in development."""

    @property
    def simulated(self) -> bool:
        """Whether the account is the simulator's."""
        return self.secret_key == SIMULATOR_KEY

    @property
    def script(self) -> str:
        """The address of Stripe.js; that of the simulator's if the account is another's."""
        return f"{_STRIPE_JS if self.base_url == STRIPE_URL else self.base_url}/v3/"

    @property
    def frames(self) -> tuple[str, ...]:
        """The origins whose frames Stripe.js opens."""
        return _STRIPE_FRAMES if self.base_url == STRIPE_URL else ()

    def or_simulated(self) -> "StripeSettings":
        """The settings with the address and the account of the simulator, unless others are set."""
        return replace(
            self,
            base_url=self.base_url or f"http://127.0.0.1:{self.simulator_port}",
            secret_key=self.secret_key or SIMULATOR_KEY,
            publishable_key=self.publishable_key or ("" if self.secret_key else SIMULATOR_PUBLISHABLE_KEY),
            webhook_secrets=self.webhook_secrets or (SIMULATOR_WEBHOOK_SECRET,),
        )
