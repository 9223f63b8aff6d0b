"""Settings of the Worker and of Stripe, and which of them take new payments."""

from dataclasses import dataclass, field
from typing import Final

from entrypoints.settings.environment import Environ

QPAY: Final = "qpay"
QPAY_EDGE: Final = "qpay-edge"
STRIPE: Final = "stripe"
GATEWAYS: Final = (QPAY, QPAY_EDGE, STRIPE)
STRIPE_URL: Final = "https://api.stripe.com"
SIMULATOR_KEY: Final = "sk_test_simulator"
SIMULATOR_WEBHOOK_SECRET: Final = "whsec_simulator_of_stripe_0123456789"  # noqa: S105 - refused in production


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeSettings:
    """The Worker in front of the payment gateway (`deploy/qpay-worker`)."""

    url: str = ""
    """QPAY_EDGE_URL: the base URL of the Worker."""
    key: str = field(default="", repr=False)
    """QPAY_EDGE_KEY: the key that signs calls of the Worker, at least 32 characters; equal to the Worker's
    `EDGE_KEY`."""
    accepted_keys: tuple[str, ...] = field(default=(), repr=False)
    """QPAY_EDGE_ACCEPTED_KEYS: further keys with which the Worker may sign, separated by commas; set it while you
    replace the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeSettings:
    """The account at Stripe."""

    base_url: str = STRIPE_URL
    """STRIPE_BASE_URL: the base URL of Stripe's API; in development the simulator's."""
    secret_key: str = field(default="", repr=False)
    """STRIPE_SECRET_KEY: the account's secret key, or a restricted key that may write payment intents and refunds and
    read charges."""
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    """STRIPE_WEBHOOK_SECRET: the signing secret of the webhook endpoint; separate several by commas while you roll
    it."""
    simulator_port: int = 8002
    """STRIPE_SIMULATOR_PORT: the port of Stripe's simulator, in development."""

    @property
    def simulated(self) -> bool:
        """Whether the account is the simulator's."""
        return self.secret_key == SIMULATOR_KEY


def further_gateways(read: Environ, default: str) -> tuple[str, ...]:
    """Read BOOKING_GATEWAYS."""

    def parse(text: str) -> tuple[str, ...]:
        names = tuple(name.strip().lower() for name in text.split(",") if name.strip())
        if set(names) - set(GATEWAYS) or len(set(names)) < len(names):
            raise ValueError(text)
        return names

    none: tuple[str, ...] = ()
    rule = f"must be names among {', '.join(GATEWAYS)}, separated by commas"
    further = tuple(name for name in read.parsed("BOOKING_GATEWAYS", none, rule, parse) if name != default)
    if {QPAY, QPAY_EDGE} <= {default, *further}:
        read.refuse("BOOKING_GATEWAYS", "must not name both qpay and qpay-edge: both lead to the same merchant account")
    return further


def stripe_settings(read: Environ, *, enabled: bool) -> StripeSettings:
    """Read the account. It is required only if Stripe is a gateway."""
    port = read.port("STRIPE_SIMULATOR_PORT", 8002)
    simulator = f"http://127.0.0.1:{port}"
    simulated = enabled and not read.production
    base_url = read.url("STRIPE_BASE_URL", simulator if simulated else STRIPE_URL).rstrip("/")
    key = read.optional("STRIPE_SECRET_KEY") or (SIMULATOR_KEY if simulated else "")
    secrets = read.secrets("STRIPE_WEBHOOK_SECRET") or ((SIMULATOR_WEBHOOK_SECRET,) if simulated else ())
    if read.production and enabled:
        for name, given, simulators in (
            ("STRIPE_SECRET_KEY", key, SIMULATOR_KEY),
            ("STRIPE_WEBHOOK_SECRET", ",".join(secrets), SIMULATOR_WEBHOOK_SECRET),
        ):
            if not given:
                read.refuse(name, "is required if stripe is a gateway")
            elif given == simulators:
                read.refuse(name, "is the simulator's, which makes no real payments")
        if key.startswith(("sk_test_", "rk_test_")) and key != SIMULATOR_KEY:
            read.refuse("STRIPE_SECRET_KEY", "is a key of Stripe's test mode, which makes no real payments")
        if base_url.startswith("http://"):
            read.refuse("STRIPE_BASE_URL", "must begin with https:// in production, because the key is sent there")
    return StripeSettings(base_url=base_url, secret_key=key, webhook_secrets=secrets, simulator_port=port)


def edge_settings(read: Environ, *, enabled: bool) -> EdgeSettings:
    """Read the Worker's address and keys. If it is a gateway, this process must not have the merchant's credentials."""
    for name in ("QPAY_EDGE_URL", "QPAY_EDGE_KEY"):
        if enabled and read.optional(name) is None:
            read.refuse(name, "is required if qpay-edge is a gateway")
    for name in ("QPAY_USERNAME", "QPAY_PASSWORD"):
        if enabled and read.production and read.optional(name) is not None:
            read.refuse(name, "must not be set if qpay-edge is a gateway: only the Worker holds it")
    url = "" if read.optional("QPAY_EDGE_URL") is None else read.url("QPAY_EDGE_URL", None)
    if read.production and url.startswith("http://"):
        read.refuse("QPAY_EDGE_URL", "must begin with https:// in production")
    key = "" if read.optional("QPAY_EDGE_KEY") is None else read.secret("QPAY_EDGE_KEY")
    return EdgeSettings(url=url.rstrip("/"), key=key, accepted_keys=read.secrets("QPAY_EDGE_ACCEPTED_KEYS"))
