"""Configuration: all environment variables, read and validated once at start."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit

from booking_domain.bookings.model import DepositMode
from booking_domain.bookings.upcoming import MAX_UPCOMING, UpcomingLimits
from booking_domain.identity.legal import MAX_DOCUMENT_VERSION, LegalDocuments
from booking_domain.live.model import StreamLimits
from booking_domain.reviews.policy import BurstRule
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import PaymentId, SmsId
from booking_domain.shared.languages import FALLBACK, LANGUAGES
from booking_domain.shared.rate_limits import Limit
from entrypoints.settings.environment import DEVELOPMENT_SECRET, Environ, authority, networks, origins
from entrypoints.settings.messaging import (
    EmailSettings,
    PushSettings,
    SmsSettings,
    TelegramSettings,
    email_settings,
    push_settings,
    sms_settings,
    telegram_settings,
)
from entrypoints.settings.openid import OpenIdSettings, openid_settings
from entrypoints.settings.payments import (
    GATEWAYS,
    QPAY,
    QPAY_EDGE,
    STRIPE,
    EdgeSettings,
    StripeSettings,
    edge_settings,
    further_gateways,
    stripe_settings,
)
from entrypoints.settings.quotas import QUOTAS, quotas
from entrypoints.settings.storage import StorageSettings, storage_settings

SIMULATOR_USERNAME: Final = "SIMULATOR"
SIMULATOR_PASSWORD: Final = "simulator"  # noqa: S105 - the simulator's; refused in production
SIMULATOR_INVOICE_CODE: Final = "SIMULATOR_INVOICE"
MEMORY: Final = "memory"
POSTGRES: Final = "postgres"
JSON: Final = "json"
TEXT: Final = "text"
_DEFAULT_TIME_ZONE: Final = "Asia/Ulaanbaatar"
_LOG_LEVELS: Final = ("debug", "info", "warning", "error")

_QUOTA_EXAMPLE: Final = "login=5/60,read=1000/10"


class Environment(StrEnum):
    """The deployment environment."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class InvalidSettings(Exception):
    """The environment variables are invalid; `problems` lists every problem."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("invalid configuration:\n" + "\n".join(f"  {problem}" for problem in problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class QPaySettings:
    """The address and credentials of the payment gateway."""

    base_url: str
    """QPAY_BASE_URL: the base URL of the gateway's API; in development the simulator's."""
    username: str
    """QPAY_USERNAME: the merchant's name."""
    password: str = field(repr=False)
    """QPAY_PASSWORD: the merchant's password."""
    invoice_code: str
    """QPAY_INVOICE_CODE: the merchant's invoice template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeySettings:
    """The domain and the origins of passkeys."""

    domain: str = "localhost"
    """BOOKING_PASSKEY_DOMAIN: the domain of the pages that use passkeys, or a parent domain; default: the host of
    BOOKING_PUBLIC_URL, or `localhost` for 127.0.0.1. If you change it, all existing passkeys stop working."""
    origins: tuple[str, ...] = ()
    """BOOKING_PASSKEY_ORIGINS: the origins of pages and apps that use passkeys, separated by commas; default: the
    origin of BOOKING_PUBLIC_URL, and BOOKING_CORS_ORIGINS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The configuration of one process."""

    environment: Environment = Environment.DEVELOPMENT
    """BOOKING_ENV: `development` or `production`. Production refuses development secrets."""
    host: str = "127.0.0.1"
    """HOST: the address that the API listens on."""
    port: int = 8000
    """PORT: the port that the API listens on."""
    simulator_port: int = 8001
    """SIMULATOR_PORT: the port of the payment gateway's simulator, in development."""
    database_url: str | None = field(default=None, repr=False)
    """DATABASE_URL: a PostgreSQL database, version 15 or newer; without it, development starts an embedded server."""
    data_dir: Path = Path(".data")
    """BOOKING_DATA_DIR: the folder of the database and messages in development."""
    public_url: str = "http://127.0.0.1:8000"
    """BOOKING_PUBLIC_URL: the public base URL of the API, to which payment callbacks are sent."""
    web_url: str = ""
    """BOOKING_WEB_URL: the base URL of the web app, which shows the pages `/links/pay`, `/links/move` and
    `/links/cancel`; without it, messages have no such links."""
    secret_key: str = field(default=DEVELOPMENT_SECRET, repr=False)
    """BOOKING_SECRET_KEY: the key that signs tokens, at least 32 characters."""
    previous_secret_keys: tuple[str, ...] = field(default=(), repr=False)
    """BOOKING_PREVIOUS_SECRET_KEYS: earlier keys, separated by commas (a key contains none), whose tokens are still
    accepted."""
    encryption_key: str = field(default=DEVELOPMENT_SECRET, repr=False)
    """BOOKING_ENCRYPTION_KEY: the key that encrypts personal data at rest, at least 32 characters."""
    previous_encryption_keys: tuple[str, ...] = field(default=(), repr=False)
    """BOOKING_PREVIOUS_ENCRYPTION_KEYS: earlier keys, separated by commas, until `rotate-keys` has run."""
    blind_index_key: str = field(default=DEVELOPMENT_SECRET, repr=False)
    """BOOKING_BLIND_INDEX_KEY: the key of the hashes that find encrypted values; at least 32 characters."""
    gateway: str = QPAY
    """BOOKING_GATEWAY: the payment gateway of new payments: `qpay`, `qpay-edge` (QPay behind a Worker that holds the
    credentials) or `stripe`."""
    further_gateways: tuple[str, ...] = ()
    """BOOKING_GATEWAYS: further gateways, separated by commas: for currencies that BOOKING_GATEWAY does not accept, for
    customers who choose them, and for payments that were started with them."""
    authorise_deposits: bool = False
    """BOOKING_DEPOSITS: the deposit mode of providers who have not chosen one: `charged`, or `authorised` (authorised
    at booking and captured later, if the gateway can: `stripe`)."""
    qpay: QPaySettings
    edge: EdgeSettings = field(default_factory=EdgeSettings)
    stripe: StripeSettings = field(default_factory=StripeSettings)
    sms: SmsSettings = field(default_factory=SmsSettings)
    email: EmailSettings = field(default_factory=EmailSettings)
    telegram: TelegramSettings = field(default_factory=TelegramSettings)
    push: PushSettings = field(default_factory=PushSettings)
    openid: OpenIdSettings = field(default_factory=OpenIdSettings)
    storage: StorageSettings = field(default_factory=StorageSettings)
    payment_window: timedelta = timedelta(minutes=15)
    """BOOKING_PAYMENT_WINDOW_SECONDS: how long a booking waits for its deposit."""
    hold_length: timedelta = timedelta(minutes=5)
    """BOOKING_HOLD_SECONDS: how long a hold lasts."""
    offer_length: timedelta = timedelta(minutes=30)
    """BOOKING_OFFER_SECONDS: how long an offered slot is held for a customer on the waiting list; at least as long as a
    hold."""
    upcoming: UpcomingLimits = field(default_factory=UpcomingLimits)
    """BOOKING_UPCOMING_PER_CUSTOMER, BOOKING_UPCOMING_UNVERIFIED: how many bookings to come a customer may have with a
    provider who has set no other number; and without a verified contact, with any provider."""
    review_bursts: BurstRule = field(default_factory=BurstRule)
    """BOOKING_REVIEWS_PER_DAY, BOOKING_REVIEWS_OF_YOUNG_PER_DAY, BOOKING_REVIEWS_YOUNG_DAYS: how many reviews of a
    provider, and of accounts that are younger than so many days, are published in 24 hours; further ones are held."""
    phone_country: str = "MN"
    """BOOKING_PHONE_COUNTRY: the country of phone numbers in national format (ISO 3166-1)."""
    password_composition: bool = False
    """BOOKING_PASSWORD_COMPOSITION: `on` requires letters of both cases and a digit in new passwords."""
    legal_documents: LegalDocuments = field(default_factory=LegalDocuments)
    """BOOKING_TERMS_VERSION, BOOKING_PRIVACY_VERSION: the current versions of the terms of use and of the privacy
    policy, which users accept; empty: users are not asked."""
    passkeys: PasskeySettings = field(default_factory=PasskeySettings)
    admin_second_factor: bool = False
    """BOOKING_ADMIN_SECOND_FACTOR: `on` or `off`: whether admins need a second factor; default in production: `on`."""
    admin_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """BOOKING_ADMIN_NETWORKS: the addresses and networks from which admins may work; empty: all."""
    rate_limits: bool = True
    """BOOKING_RATE_LIMITS: `on`; `off` in development only."""
    quotas: Mapping[str, Limit] = field(default_factory=lambda: QUOTAS)
    """BOOKING_RATE_LIMIT_QUOTAS: quotas that differ from the default, for example `login=5/60`: five in 60 seconds."""
    rate_limit_storage: str = MEMORY
    """BOOKING_RATE_LIMIT_STORAGE: where sign-in quotas are counted: `memory` (one process) or `postgres`."""
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """BOOKING_TRUSTED_PROXIES: addresses and networks whose `X-Forwarded-For` and `X-Forwarded-Proto` are trusted."""
    require_https: bool = False
    """BOOKING_REQUIRE_HTTPS: `on` or `off`: whether requests that reached a trusted proxy without TLS are rejected."""
    cors_origins: tuple[str, ...] = ()
    """BOOKING_CORS_ORIGINS: origins of web pages that may call the API from a browser."""
    live_streams: StreamLimits = field(default_factory=StreamLimits)
    """BOOKING_LIVE_STREAMS_PER_ACCOUNT, BOOKING_LIVE_STREAMS_PER_ADDRESS: how many streams of live events one account,
    or one address without a token, may have open in each process."""
    session_cache_seconds: int = 10
    """BOOKING_SESSION_CACHE_SECONDS: how long an API process uses what it has read of a session, if it hears of no
    change; 0: every request reads the session. At most 1800, which is the life of an access token."""
    api_processes: int = 1
    """BOOKING_API_PROCESSES: the number of API processes."""
    pool_size: int = 10
    """BOOKING_DB_POOL_SIZE: the maximum number of database connections per process."""
    pool_timeout: float = 5.0
    """BOOKING_DB_POOL_TIMEOUT_SECONDS: how long a request waits for a connection before it gets 503."""
    max_body_bytes: int = 262_144
    """BOOKING_MAX_BODY_BYTES: the maximum size of a request body, in bytes."""
    body_timeout: float = 15.0
    """BOOKING_BODY_TIMEOUT_SECONDS: the deadline for receiving a request body."""
    feeds_allow_private: bool = False
    """BOOKING_FEEDS_ALLOW_PRIVATE: `on` permits external calendars at private addresses; development only."""
    webhooks_allow_private: bool = False
    """BOOKING_WEBHOOKS_ALLOW_PRIVATE: `on` permits webhook endpoints at private addresses and without TLS; development
    only."""
    webhook_log: timedelta = timedelta(days=14)
    """BOOKING_WEBHOOK_LOG_DAYS: how long webhook deliveries are kept, 4 to 29 days: longer than they are retried, and
    shorter than the data of a deleted account is kept."""
    walk_ins_kept: timedelta = timedelta(days=730)
    """BOOKING_WALK_INS_KEPT_DAYS: the days without a booking after which the name, number and notes of a walk-in are
    deleted."""
    default_language: str = FALLBACK
    """BOOKING_DEFAULT_LANGUAGE: the locale of new accounts: `en`, `mn` or `fa`."""
    default_time_zone: str = _DEFAULT_TIME_ZONE
    """BOOKING_DEFAULT_TIME_ZONE: the time zone (IANA) of new accounts whose client names none."""
    metrics_tokens: tuple[str, ...] = ()
    """BOOKING_METRICS_TOKEN: the bearer token that `GET /metrics` requires; separate several by commas."""
    log_format: str = TEXT
    """BOOKING_LOG_FORMAT: `json`, or `text` for humans; default in production: `json`."""
    log_level: str = "info"
    """BOOKING_LOG_LEVEL: `debug`, `info`, `warning` or `error`."""

    @property
    def simulated_qpay(self) -> bool:
        """Whether QPay is a gateway, directly or behind the Worker, and its address is the simulator's."""
        return (self._has(QPAY) or self._has(QPAY_EDGE)) and self.qpay.username == SIMULATOR_USERNAME

    @property
    def simulated_stripe(self) -> bool:
        """Whether Stripe is a gateway, and its account is the simulator's."""
        return self._has(STRIPE) and self.stripe.simulated

    def _has(self, gateway: str) -> bool:
        return gateway in (self.gateway, *self.further_gateways)

    @property
    def second_factor_roles(self) -> frozenset[Role]:
        """The roles that need a second factor."""
        return frozenset({Role.ADMIN} if self.admin_second_factor else ())

    @property
    def message_folder(self) -> Path:
        """The folder of the messages that development writes to files."""
        return self.data_dir / "messages"

    def payment_callback_url(self, payment_id: PaymentId, token: str) -> str:
        """The URL that QPay calls when a payment changes."""
        return f"{self.public_url}/api/v1/webhooks/qpay/{payment_id}?token={token}"

    def sms_status_callback_url(self, message_id: SmsId) -> str:
        """The URL that Twilio calls with the status of a message; Twilio signs its requests."""
        return f"{self.public_url}/api/v1/webhooks/sms/twilio?message={message_id}"

    def unsubscribe_url(self, token: str) -> str:
        """The URL that ends a user's messages of a kind over a channel."""
        return f"{self.public_url}/api/v1/notifications/unsubscribe?token={token}"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read the configuration, or raise `InvalidSettings` with every problem."""
        read = Environ(environ)
        environment = Environment(read.choice("BOOKING_ENV", tuple(Environment), Environment.DEVELOPMENT))
        production = read.production = environment is Environment.PRODUCTION
        host = read.text("HOST", "127.0.0.1")
        port = read.port("PORT", 8000)
        simulator_port = read.port("SIMULATOR_PORT", 8001)
        local = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - to compare with
        database_url = read.optional("DATABASE_URL")
        if production and database_url is None:
            read.refuse("DATABASE_URL", "is required in production")
        if database_url is not None and urlsplit(database_url).scheme not in {"postgres", "postgresql"}:
            read.refuse("DATABASE_URL", "must begin with postgresql://")
        public_url = read.url("BOOKING_PUBLIC_URL", None if production else f"http://{authority(local)}:{port}")
        cors_origins: tuple[str, ...] = read.parsed(
            "BOOKING_CORS_ORIGINS", (), "must be origins like https://example.com, separated by commas", origins
        )
        rate_limits = read.switch("BOOKING_RATE_LIMITS", default=True)
        read.only_in_development("BOOKING_RATE_LIMITS", given=not rate_limits)
        api_processes = read.number("BOOKING_API_PROCESSES", 1, 1, 256)
        counted_in = read.choice(
            "BOOKING_RATE_LIMIT_STORAGE", (MEMORY, POSTGRES), POSTGRES if production or api_processes > 1 else MEMORY
        )
        if production and counted_in == MEMORY and api_processes > 1:
            read.refuse("BOOKING_RATE_LIMIT_STORAGE", "can be memory only with a single process")
        private_feeds = read.switch("BOOKING_FEEDS_ALLOW_PRIVATE", default=False)
        read.only_in_development("BOOKING_FEEDS_ALLOW_PRIVATE", given=private_feeds)
        private_webhooks = read.switch("BOOKING_WEBHOOKS_ALLOW_PRIVATE", default=False)
        read.only_in_development("BOOKING_WEBHOOKS_ALLOW_PRIVATE", given=private_webhooks)
        hold_length = timedelta(seconds=read.number("BOOKING_HOLD_SECONDS", 300, 1, 86_400))
        usual = max(1_800, hold_length // timedelta(seconds=1))
        offer_length = timedelta(seconds=read.number("BOOKING_OFFER_SECONDS", usual, 1, 86_400))
        if offer_length < hold_length:
            read.refuse("BOOKING_OFFER_SECONDS", "must not be less than BOOKING_HOLD_SECONDS")
        gateway = read.choice("BOOKING_GATEWAY", GATEWAYS, QPAY)
        further = further_gateways(read, gateway)
        enabled = {gateway, *further}
        settings = cls(
            environment=environment,
            host=host,
            port=port,
            simulator_port=simulator_port,
            database_url=database_url,
            data_dir=Path(read.text("BOOKING_DATA_DIR", ".data")),
            public_url=public_url.rstrip("/"),
            web_url=read.url("BOOKING_WEB_URL", None).rstrip("/") if read.optional("BOOKING_WEB_URL") else "",
            secret_key=read.secret("BOOKING_SECRET_KEY"),
            previous_secret_keys=read.secrets("BOOKING_PREVIOUS_SECRET_KEYS"),
            encryption_key=read.secret("BOOKING_ENCRYPTION_KEY"),
            previous_encryption_keys=read.secrets("BOOKING_PREVIOUS_ENCRYPTION_KEYS"),
            blind_index_key=read.secret("BOOKING_BLIND_INDEX_KEY"),
            gateway=gateway,
            further_gateways=further,
            authorise_deposits=read.choice("BOOKING_DEPOSITS", tuple(DepositMode), DepositMode.CHARGED)
            == DepositMode.AUTHORISED,
            qpay=_qpay(read, simulator_port, enabled=QPAY in enabled),
            edge=edge_settings(read, enabled=QPAY_EDGE in enabled),
            stripe=stripe_settings(read, enabled=STRIPE in enabled),
            sms=sms_settings(read),
            email=email_settings(read),
            telegram=telegram_settings(read),
            push=push_settings(read),
            openid=openid_settings(read),
            storage=storage_settings(read),
            payment_window=timedelta(seconds=read.number("BOOKING_PAYMENT_WINDOW_SECONDS", 900, 1, 7 * 86_400)),
            hold_length=hold_length,
            offer_length=offer_length,
            upcoming=UpcomingLimits(
                verified=read.number("BOOKING_UPCOMING_PER_CUSTOMER", UpcomingLimits().verified, 1, MAX_UPCOMING),
                unverified=read.number("BOOKING_UPCOMING_UNVERIFIED", UpcomingLimits().unverified, 1, MAX_UPCOMING),
            ),
            review_bursts=BurstRule(
                most=read.number("BOOKING_REVIEWS_PER_DAY", BurstRule().most, 1, 10_000),
                most_of_young=read.number("BOOKING_REVIEWS_OF_YOUNG_PER_DAY", BurstRule().most_of_young, 0, 10_000),
                young=timedelta(days=read.number("BOOKING_REVIEWS_YOUNG_DAYS", BurstRule().young.days, 0, 365)),
            ),
            phone_country=read.country("BOOKING_PHONE_COUNTRY", "MN"),
            password_composition=read.switch("BOOKING_PASSWORD_COMPOSITION", default=False),
            legal_documents=LegalDocuments(
                terms_of_use=_version(read, "BOOKING_TERMS_VERSION"),
                privacy_policy=_version(read, "BOOKING_PRIVACY_VERSION"),
            ),
            passkeys=_passkeys(read, public_url, cors_origins),
            admin_second_factor=read.switch("BOOKING_ADMIN_SECOND_FACTOR", default=production),
            admin_networks=read.parsed(
                "BOOKING_ADMIN_NETWORKS", (), "must be addresses and networks, separated by commas", networks
            ),
            rate_limits=rate_limits,
            quotas=read.parsed(
                "BOOKING_RATE_LIMIT_QUOTAS", QUOTAS, f"must be like {_QUOTA_EXAMPLE} with {', '.join(QUOTAS)}", quotas
            ),
            rate_limit_storage=counted_in,
            trusted_proxies=read.parsed(
                "BOOKING_TRUSTED_PROXIES", (), "must be addresses and networks, separated by commas", networks
            ),
            require_https=read.switch("BOOKING_REQUIRE_HTTPS", default=production),
            cors_origins=cors_origins,
            live_streams=StreamLimits(
                per_account=read.number("BOOKING_LIVE_STREAMS_PER_ACCOUNT", 10, 1, 10_000),
                per_address=read.number("BOOKING_LIVE_STREAMS_PER_ADDRESS", 20, 1, 10_000),
            ),
            session_cache_seconds=read.number("BOOKING_SESSION_CACHE_SECONDS", 10, 0, 1_800),
            api_processes=api_processes,
            pool_size=read.number("BOOKING_DB_POOL_SIZE", 10, 1, 1_000),
            pool_timeout=float(read.number("BOOKING_DB_POOL_TIMEOUT_SECONDS", 5, 1, 300)),
            max_body_bytes=read.number("BOOKING_MAX_BODY_BYTES", 262_144, 1_024, 64 * 1024 * 1024),
            body_timeout=float(read.number("BOOKING_BODY_TIMEOUT_SECONDS", 15, 1, 600)),
            feeds_allow_private=private_feeds,
            webhooks_allow_private=private_webhooks,
            webhook_log=timedelta(days=read.number("BOOKING_WEBHOOK_LOG_DAYS", 14, 4, 29)),
            walk_ins_kept=timedelta(days=read.number("BOOKING_WALK_INS_KEPT_DAYS", 730, 1, 3_650)),
            default_language=read.choice("BOOKING_DEFAULT_LANGUAGE", LANGUAGES, FALLBACK),
            default_time_zone=read.zone("BOOKING_DEFAULT_TIME_ZONE", _DEFAULT_TIME_ZONE),
            metrics_tokens=read.secrets("BOOKING_METRICS_TOKEN"),
            log_format=read.choice("BOOKING_LOG_FORMAT", (JSON, TEXT), JSON if production else TEXT),
            log_level=read.choice("BOOKING_LOG_LEVEL", _LOG_LEVELS, "info"),
        )
        if read.problems:
            raise InvalidSettings(tuple(read.problems))
        return settings


def _passkeys(read: Environ, public_url: str, cors_origins: tuple[str, ...]) -> PasskeySettings:
    public = urlsplit(public_url)
    # Browsers allow no passkeys on pages whose host is an IP address.
    host = "localhost" if public.hostname == "127.0.0.1" else public.hostname or ""
    port = "" if public.port is None else f":{public.port}"
    here = f"{public.scheme}://{authority(host)}{port}"
    named = read.optional("BOOKING_PASSKEY_ORIGINS")
    return PasskeySettings(
        domain=read.text("BOOKING_PASSKEY_DOMAIN", host),
        origins=(here, *cors_origins) if named is None else tuple(each.strip() for each in named.split(",")),
    )


def _version(read: Environ, name: str) -> str | None:
    version = read.optional(name)
    if version is not None and len(version) > MAX_DOCUMENT_VERSION:
        read.refuse(name, f"must have at most {MAX_DOCUMENT_VERSION} characters")
    return version


def _qpay(read: Environ, simulator_port: int, *, enabled: bool) -> QPaySettings:
    if read.production and not enabled:
        return QPaySettings(base_url="", username="", password="", invoice_code="")
    simulator = f"http://127.0.0.1:{simulator_port}/v2"
    base_url = read.url("QPAY_BASE_URL", None if read.production else simulator)
    username = read.text("QPAY_USERNAME", None if read.production else SIMULATOR_USERNAME)
    password = read.text("QPAY_PASSWORD", None if read.production else SIMULATOR_PASSWORD)
    invoice_code = read.text("QPAY_INVOICE_CODE", None if read.production else SIMULATOR_INVOICE_CODE)
    if read.production:
        for name, value, simulated in (
            ("QPAY_BASE_URL", base_url.rstrip("/"), simulator),
            ("QPAY_USERNAME", username, SIMULATOR_USERNAME),
            ("QPAY_PASSWORD", password, SIMULATOR_PASSWORD),
            ("QPAY_INVOICE_CODE", invoice_code, SIMULATOR_INVOICE_CODE),
        ):
            if value == simulated:
                read.refuse(name, "is the simulator's, which makes no real payments")
        if base_url.startswith("http://") and base_url.rstrip("/") != simulator:
            read.refuse("QPAY_BASE_URL", "must begin with https:// in production, because credentials are sent there")
    return QPaySettings(base_url=base_url.rstrip("/"), username=username, password=password, invoice_code=invoice_code)
