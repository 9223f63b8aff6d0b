"""All settings of a process, read and validated once at start."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from booking_domain.bookings.model import DepositMode
from booking_domain.bookings.upcoming import MAX_UPCOMING, UpcomingLimits
from booking_domain.catalogue.model import ReviewOfChanges
from booking_domain.gift_cards.model import GiftCardRules
from booking_domain.identity.legal import MAX_DOCUMENT_VERSION, LegalDocument, LegalDocuments, Moment
from booking_domain.identity.one_time_codes import ContactChannel
from booking_domain.live.model import StreamLimits
from booking_domain.payments.orders import OrderRules
from booking_domain.reviews.policy import BurstRule
from booking_domain.shared.actor import Role
from booking_domain.shared.deadlines import Deadlines
from booking_domain.shared.ids import PaymentId, SmsId
from booking_domain.shared.languages import FALLBACK, LANGUAGES
from booking_domain.shared.rate_limits import Limit
from booking_domain.shared.region import CalendarSystem, Digits, Region
from entrypoints.settings.brand import BrandSettings
from entrypoints.settings.caching import CacheSettings
from entrypoints.settings.environment import (
    COUNTRY,
    CURRENCY,
    DAYS,
    DEVELOPMENT_SECRET,
    HOURS,
    IN_PRODUCTION,
    NETWORKS,
    ORIGINS,
    PORT,
    SECONDS,
    SECRET,
    SECRETS,
    SWITCH,
    TEXT,
    TIME_ZONE,
    URL,
    Environ,
    Form,
    authority,
    checked,
    duration,
    is_url,
    listed,
    matching,
    one_of,
    setting,
    whole,
)
from entrypoints.settings.messaging import EmailSettings, PushSettings, SmsProvider, SmsSettings, TelegramSettings
from entrypoints.settings.observe import ObserveSettings
from entrypoints.settings.openid import OpenIdSettings
from entrypoints.settings.payments import (
    GATEWAY_NAMES,
    GATEWAYS,
    QPAY,
    QPAY_EDGE,
    SIMULATOR_USERNAME,
    STRIPE,
    EdgeSettings,
    QPaySettings,
    StripeSettings,
)
from entrypoints.settings.quotas import QUOTAS, quotas
from entrypoints.settings.sign_in import SignInSettings
from entrypoints.settings.storage import StorageSettings

_EXPIRIES: Final = listed(
    matching(r"[A-Z]{3}:[1-9][0-9]{0,4}", "").parse,
    "must be currencies with a number of days, like USD:1825, separated by commas",
)
MEMORY: Final = "memory"
POSTGRES: Final = "postgres"
JSON: Final = "json"
READABLE: Final = "text"
_WEEK: Final = 7 * 86_400
_PLACES: Final = re.compile(r"[{}][^{}]*[{}]?")
_NAMED: Final = {"{version}", "{language}"}
_DATABASE: Final = Form(
    parse=checked(lambda text: urlsplit(text).scheme in {"postgres", "postgresql"}),
    rule="must begin with postgresql://",
    secret=True,
)
_QUOTAS: Final = Form(parse=quotas, rule=f"must be like login=5/60,read=1000/10 with {', '.join(QUOTAS)}", shown=True)
_DOCUMENT: Final = Form(
    parse=checked(lambda text: len(text) <= MAX_DOCUMENT_VERSION),
    rule=f"must have at most {MAX_DOCUMENT_VERSION} characters",
)


_ADDRESS: Final = Form(
    parse=checked(lambda text: is_url(text) and "{version}" in text and not set(_PLACES.findall(text)) - _NAMED),
    rule="must be an http:// or https:// address with {version}, and {language} where it differs by language",
)
_MOMENTS: Final = f"must be words among {', '.join(Moment)}, separated by commas"


class Preparing(StrEnum):
    """Whether connections keep prepared statements."""

    AUTO = "auto"
    OFF = "off"


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
class PasskeySettings:
    """Passkeys."""

    domain: str = setting("BOOKING_PASSKEY_DOMAIN", "", TEXT, "never change it")
    """The domain of the pages that use passkeys, or a parent domain; default: the host of `BOOKING_PUBLIC_URL`, or
    `localhost` for 127.0.0.1. If you change it, all existing passkeys stop working."""
    origins: tuple[str, ...] = setting("BOOKING_PASSKEY_ORIGINS", (), listed(str))
    """The origins of pages and apps that use passkeys, separated by commas; default: the origin of
    `BOOKING_PUBLIC_URL`, and `BOOKING_CORS_ORIGINS`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The API and its worker."""

    environment: Environment = setting(
        "BOOKING_ENV", Environment.DEVELOPMENT, one_of(tuple(Environment)), "`production`", required=(IN_PRODUCTION,)
    )
    """`development` or `production`. Production refuses development secrets."""
    host: str = setting("HOST", "127.0.0.1", TEXT, "`0.0.0.0` in a container")
    """The address that the API listens on."""
    port: int = setting("PORT", 8000, PORT)
    """The port that the API listens on."""
    simulator_port: int = setting("SIMULATOR_PORT", 8001, PORT)
    """The port of the payment gateway's simulator, in development."""
    database_url: str | None = setting("DATABASE_URL", None, _DATABASE, required=(IN_PRODUCTION,))
    """A PostgreSQL database, version 15 or newer; without it, development starts an embedded server."""
    direct_url: str | None = setting(
        "DATABASE_DIRECT_URL",
        None,
        _DATABASE,
        "the address of PostgreSQL itself, if `DATABASE_URL` is that of a pooler",
    )
    """The same database without a pooler between, for what needs a session (LISTEN, jobs, migrations, long locks);
    default: `DATABASE_URL`."""
    replica_url: str | None = setting("DATABASE_REPLICA_URL", None, _DATABASE, "a streaming replica of `DATABASE_URL`")
    """A replica for reads that may be some seconds old; see [scaling.md](scaling.md). Default: none."""
    replica_lag: int = setting("BOOKING_REPLICA_LAG_SECONDS", 10, whole(1, 300))
    """The seconds that the replica may be late; if it is later, the primary is read."""
    prepares: Preparing = setting(
        "PREPARE",
        Preparing.AUTO,
        one_of(tuple(Preparing)),
        "`off` behind a PgBouncer older than 1.21 in transaction mode",
    )
    """Whether connections of `DATABASE_URL` keep prepared statements: `auto` (they do) or `off`."""
    data_dir: Path = setting("BOOKING_DATA_DIR", Path(".data"), Form(parse=Path))
    """The folder of the database and messages in development."""
    backup_folder: Path | None = setting(
        "BOOKING_BACKUP_DIR", None, Form(parse=Path), "a folder of another machine, to which only backups write"
    )
    """The folder of backups; default: `backups` in `BOOKING_DATA_DIR`."""
    backup_life: timedelta = setting("BOOKING_BACKUP_DAYS", timedelta(days=30), duration(DAYS, 1, 365))
    """The days for which every state can be restored. Backups contain the data of people who were erased meanwhile."""
    public_url: str = setting(
        "BOOKING_PUBLIC_URL",
        "",
        URL,
        "with https; clients, QPay, the Worker and Twilio reach the API there",
        required=(IN_PRODUCTION,),
    )
    """The public base URL of the API, to which payment callbacks are sent; default: `http://HOST:PORT`."""
    web_url: str = setting("BOOKING_WEB_URL", "", URL)
    """The base URL of the web app, which shows the pages `/links/pay`, `/links/move`, `/links/cancel` and, from
    text messages, `/b`, and for invitations to salons `/join`; default: `BOOKING_PUBLIC_URL` if `BOOKING_PAGES` is on,
    else messages have no such links."""
    pages: bool = setting("BOOKING_PAGES", default=True, form=SWITCH)
    """`on`: the server shows pages to people with a browser, from `/` on. `off`: it serves the API alone."""
    secret_key: str = setting("BOOKING_SECRET_KEY", DEVELOPMENT_SECRET, SECRET)
    """The key that signs tokens."""
    previous_secret_keys: tuple[str, ...] = setting("BOOKING_PREVIOUS_SECRET_KEYS", (), SECRETS)
    """Earlier keys, separated by commas (a key contains none), whose tokens are still accepted; remove one when the
    last payment made under it is settled."""
    encryption_key: str = setting(
        "BOOKING_ENCRYPTION_KEY",
        DEVELOPMENT_SECRET,
        SECRET,
        "keep a copy apart from the backups of the database, because without the key the data is lost",
    )
    """The key that encrypts personal data at rest."""
    previous_encryption_keys: tuple[str, ...] = setting("BOOKING_PREVIOUS_ENCRYPTION_KEYS", (), SECRETS)
    """Earlier keys, separated by commas, until `make rotate-keys` has re-encrypted everything."""
    blind_index_key: str = setting("BOOKING_BLIND_INDEX_KEY", DEVELOPMENT_SECRET, SECRET)
    """The key of the hashes that find encrypted values."""
    payment_window: timedelta = setting(
        "BOOKING_PAYMENT_WINDOW_SECONDS", Deadlines().payment, duration(SECONDS, 1, _WEEK)
    )
    """How long a booking waits for its deposit."""
    staff_payment_window: timedelta = setting(
        "BOOKING_STAFF_PAYMENT_WINDOW_SECONDS", Deadlines().staff_payment, duration(SECONDS, 1, _WEEK)
    )
    """How long a booking that the staff placed for a customer waits for its deposit; never past its start."""
    answer_window: timedelta = setting("BOOKING_ANSWER_HOURS", Deadlines().answer, duration(HOURS, 1, 336))
    """How many hours a request waits for the provider's answer, and offered times for the customer's; never past the
    start."""
    hold_length: timedelta = setting("BOOKING_HOLD_SECONDS", Deadlines().hold, duration(SECONDS, 1, 86_400))
    """How long a hold lasts."""
    offer_length: timedelta = setting("BOOKING_OFFER_SECONDS", Deadlines().offer, duration(SECONDS, 1, 86_400))
    """How long an offered slot is held for a customer on the waiting list; at least as long as a hold."""
    invitation_life: timedelta = setting("BOOKING_INVITATION_DAYS", Deadlines().invitation, duration(DAYS, 1, 90))
    """How long an invitation of a salon by e-mail, text message or a link is good."""
    dispute_statement: timedelta = setting(
        "BOOKING_DISPUTE_STATEMENT_DAYS", Deadlines().statement, duration(DAYS, 1, 90)
    )
    """How many days the other party of a dispute has for its statement; at most until the decision."""
    dispute_decision: timedelta = setting("BOOKING_DISPUTE_DECISION_DAYS", Deadlines().decision, duration(DAYS, 3, 180))
    """How many days the platform has to decide a dispute."""
    upcoming_per_customer: int = setting(
        "BOOKING_UPCOMING_PER_CUSTOMER", UpcomingLimits().verified, whole(1, MAX_UPCOMING)
    )
    """How many bookings to come a customer may have with a provider who has set no other number."""
    upcoming_unverified: int = setting(
        "BOOKING_UPCOMING_UNVERIFIED", UpcomingLimits().unverified, whole(1, MAX_UPCOMING)
    )
    """How many bookings to come a customer without a verified contact may have with any provider."""
    search_sample: int = setting("BOOKING_SEARCH_SAMPLE", 1_000, whole(0, 100_000))
    """Of how many providers, drawn anew, the free time in search is compared with their slots every night."""
    reviews_per_day: int = setting("BOOKING_REVIEWS_PER_DAY", BurstRule().most, whole(1, 10_000))
    """How many reviews of a provider are published in 24 hours; an admin reads further ones."""
    reviews_of_young_per_day: int = setting(
        "BOOKING_REVIEWS_OF_YOUNG_PER_DAY", BurstRule().most_of_young, whole(0, 10_000)
    )
    """How many of these reviews may be of young accounts."""
    reviews_young: timedelta = setting("BOOKING_REVIEWS_YOUNG_DAYS", BurstRule().young, duration(DAYS, 0, 365))
    """How many days an account is young."""
    phone_country: str = setting("BOOKING_PHONE_COUNTRY", "MN", COUNTRY)
    """The country of phone numbers that are written without a country code (ISO 3166-1)."""
    default_language: str = setting("BOOKING_DEFAULT_LANGUAGE", FALLBACK, one_of(LANGUAGES))
    """The language of messages and new accounts where neither the account nor the client names one: `en`, `mn` or
    `fa`."""
    default_time_zone: str = setting("BOOKING_DEFAULT_TIME_ZONE", "Asia/Ulaanbaatar", TIME_ZONE)
    """The time zone (IANA) of new accounts whose client names none."""
    profile_changes: ReviewOfChanges = setting(
        "BOOKING_PROFILE_CHANGES", ReviewOfChanges.AFTER, one_of(tuple(ReviewOfChanges))
    )
    """Whether admins look at another name or picture of an approved profile: `after` (it is shown at once, and the
    former one restored if it is rejected), `before` (it is shown once it is approved) or `off`."""
    default_currency: str = setting("BOOKING_DEFAULT_CURRENCY", Region().currency, CURRENCY)
    """The currency (ISO 4217) of profiles and of services of salons that name none."""
    digits: Digits = setting("BOOKING_DIGITS", Digits.LANGUAGE, one_of(tuple(Digits)))
    """The digits of times, dates and amounts in messages, problems and documents: `language` (as the language of the
    text writes them: Persian for `fa`), `latn`, `arab` or `arabext` (Persian)."""
    calendar: CalendarSystem = setting("BOOKING_CALENDAR", CalendarSystem.LANGUAGE, one_of(tuple(CalendarSystem)))
    """The calendar of these dates: `language` (the solar calendar of Iran for `fa`), `gregorian` or `persian`."""
    password_composition: bool = setting("BOOKING_PASSWORD_COMPOSITION", default=False, form=SWITCH)
    """`on` requires letters of both cases and a digit in new passwords."""
    email_code_first: bool = setting("BOOKING_EMAIL_CODE_FIRST", default=False, form=SWITCH)
    """`on`: an account with an e-mail address begins once a code that was sent there has come back, as one with a phone
    number always does. `off`: it begins at once, and the address is verified later."""
    terms_version: str | None = setting(
        "BOOKING_TERMS_VERSION", None, _DOCUMENT, "for example their date; change it with every version"
    )
    """The current version of the terms of use, which users accept; empty: users are not asked."""
    privacy_version: str | None = setting("BOOKING_PRIVACY_VERSION", None, _DOCUMENT)
    """The current version of the privacy policy, which users accept; empty: users are not asked."""
    terms_url: str = setting(
        "BOOKING_TERMS_URL",
        "",
        _ADDRESS,
        "`https://example.com/{language}/terms/{version}`; keep the page of each version",
    )
    """The address of the terms of use, with `{version}` and `{language}` (`en`, `mn`, `fa`) in the places of these.
    What a version says never changes."""
    privacy_url: str = setting("BOOKING_PRIVACY_URL", "", _ADDRESS)
    """The address of the privacy policy, in the same form."""
    acceptance_required: tuple[Moment, ...] = setting(
        "BOOKING_ACCEPTANCE_REQUIRED", (), listed(one_of(tuple(Moment)).parse, _MOMENTS)
    )
    """What needs the current versions accepted: `sign-up`, `booking`, or both, separated by commas; empty: neither."""
    commission_on_tips: bool = setting("BOOKING_COMMISSION_ON_TIPS", default=False, form=SWITCH)
    """`on`: commission is due on tips, too, of bookings that are settled from then on."""
    gift_cards_of_platform: bool = setting("BOOKING_GIFT_CARDS_OF_PLATFORM", default=False, form=SWITCH)
    """`on`: customers can order gift cards that pay at all providers. The operator answers for that money."""
    order_return: timedelta = setting("BOOKING_ORDER_RETURN_DAYS", timedelta(days=14), duration(DAYS, 0, 365))
    """How many days the buyer of a gift card or package that was ordered can return it unused."""
    gift_card_expiry: tuple[str, ...] = setting("BOOKING_GIFT_CARD_EXPIRY", (), _EXPIRIES)
    """How many days gift cards pay, by currency, as far as its country allows that: `USD:1825`, separated by commas.
    Others never expire."""
    phone_required: bool = setting("BOOKING_PHONE_REQUIRED", default=False, form=SWITCH)
    """`on`: customers need a verified phone number to book, however they sign in."""
    admin_second_factor: bool = setting("BOOKING_ADMIN_SECOND_FACTOR", default=False, form=SWITCH, in_production=True)
    """`on` or `off`: whether admins need a second factor."""
    admin_networks: tuple[IPv4Network | IPv6Network, ...] = setting(
        "BOOKING_ADMIN_NETWORKS",
        (),
        NETWORKS,
        "the networks of the office or its VPN; set `BOOKING_TRUSTED_PROXIES`, too",
    )
    """The addresses and networks from which admins may work, separated by commas; empty: all."""
    rate_limits: bool = setting("BOOKING_RATE_LIMITS", default=True, form=SWITCH.only_in_development("off"))
    """All rate limits, including those on failed logins: `on`; `off` in development only."""
    test_clock: bool = setting("BOOKING_TEST_CLOCK", default=False, form=SWITCH.only_in_development("on"))
    """`on`, in development only: `PUT /test/clock` moves the clock of all processes that share `BOOKING_DATA_DIR`."""
    quotas: Mapping[str, Limit] = setting(
        "BOOKING_RATE_LIMIT_QUOTAS", QUOTAS, _QUOTAS, "only what differs from the defaults"
    )
    """Quotas that differ from those in `src/entrypoints/settings/quotas.py`: `login=5/60` is five in 60 seconds."""
    rate_limit_storage: str = setting("BOOKING_RATE_LIMIT_STORAGE", "", one_of((MEMORY, POSTGRES)))
    """Where sign-in quotas are counted: `memory` (one process) or `postgres`; default: `postgres` in production and
    with several processes."""
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = setting(
        "BOOKING_TRUSTED_PROXIES",
        (),
        NETWORKS,
        "the proxy's networks; without them all clients share one address and its rate limits",
    )
    """Addresses and networks whose `X-Forwarded-For` and `X-Forwarded-Proto` are trusted, separated by commas."""
    require_https: bool = setting("BOOKING_REQUIRE_HTTPS", default=False, form=SWITCH, in_production=True)
    """`on` or `off`: whether requests that reached a trusted proxy without TLS are redirected or refused."""
    cors_origins: tuple[str, ...] = setting("BOOKING_CORS_ORIGINS", (), ORIGINS)
    """Origins of web pages that may call the API from a browser."""
    streams_per_account: int = setting("BOOKING_LIVE_STREAMS_PER_ACCOUNT", StreamLimits().per_account, whole(1, 10_000))
    """How many streams of live events one account may have open in each process."""
    streams_per_address: int = setting(
        "BOOKING_LIVE_STREAMS_PER_ADDRESS",
        StreamLimits().per_address,
        whole(1, 10_000),
        "more, if many visitors share an address",
    )
    """How many streams of live events one address without a token may have open in each process."""
    session_cache_seconds: int = setting("BOOKING_SESSION_CACHE_SECONDS", 60, whole(0, 1_800))
    """How long an API process uses what it has read of a session, if it hears of no change; 0: every request reads the
    session. At most 1800."""
    api_processes: int = setting("BOOKING_API_PROCESSES", 1, whole(1, 256), "the number of cores")
    """The number of API processes."""
    drain_seconds: int = setting(
        "BOOKING_DRAIN_SECONDS", 0, whole(0, 5), "as long as the proxy takes to notice that `/health/ready` is 503"
    )
    """How long an API process that was asked to stop still serves, while `/health/ready` is 503."""
    pool_size: int = setting(
        "BOOKING_DB_POOL_SIZE", 10, whole(1, 1_000), "processes × size must stay below the server's `max_connections`"
    )
    """The maximum number of database connections per process."""
    pool_timeout: float = setting("BOOKING_DB_POOL_TIMEOUT_SECONDS", 5, whole(1, 300))
    """How long a request waits for a connection before it gets 503."""
    max_body_bytes: int = setting("BOOKING_MAX_BODY_BYTES", 262_144, whole(1_024, 64 * 1024 * 1024))
    """The maximum size of a request body, in bytes."""
    body_timeout: float = setting("BOOKING_BODY_TIMEOUT_SECONDS", 15, whole(1, 600))
    """The deadline for receiving a request body."""
    feeds_allow_private: bool = setting(
        "BOOKING_FEEDS_ALLOW_PRIVATE", default=False, form=SWITCH.only_in_development("on")
    )
    """`on` permits external calendars at private addresses and on any port; development only."""
    webhooks_allow_private: bool = setting(
        "BOOKING_WEBHOOKS_ALLOW_PRIVATE", default=False, form=SWITCH.only_in_development("on")
    )
    """`on` permits webhook endpoints at private addresses, on any port and without TLS; development only."""
    webhook_log: timedelta = setting("BOOKING_WEBHOOK_LOG_DAYS", timedelta(days=14), duration(DAYS, 4, 29))
    """The days for which webhook deliveries are kept: longer than they are retried, and shorter than the data of a
    deleted account is kept."""
    walk_ins_kept: timedelta = setting(
        "BOOKING_WALK_INS_KEPT_DAYS", timedelta(days=730), duration(DAYS, 1, 3_650), "what the law of your country says"
    )
    """The days without a booking after which the name, number and notes of a walk-in are deleted."""
    log_format: str = setting("BOOKING_LOG_FORMAT", READABLE, one_of((JSON, READABLE)), in_production=JSON)
    """`json`, or `text` for humans."""
    log_level: str = setting("BOOKING_LOG_LEVEL", "info", one_of(("debug", "info", "warning", "error")))
    """`debug`, `info`, `warning` or `error`."""
    gateway: str = setting("BOOKING_GATEWAY", QPAY, one_of(GATEWAYS))
    """The payment gateway of new payments: `qpay`, `qpay-edge` (QPay behind a Worker that holds the credentials) or
    `stripe`."""
    further_gateways: tuple[str, ...] = setting("BOOKING_GATEWAYS", (), GATEWAY_NAMES)
    """Further gateways, separated by commas: for currencies that `BOOKING_GATEWAY` does not accept, for customers who
    choose them, and for payments that were started with them; not both `qpay` and `qpay-edge`."""
    deposits: DepositMode = setting("BOOKING_DEPOSITS", DepositMode.CHARGED, one_of(tuple(DepositMode)))
    """The deposit mode of providers who have not chosen one: `charged`, or `authorised` (authorised at booking and
    captured later, if the gateway can: `stripe`)."""
    balances: DepositMode = setting("BOOKING_BALANCES", DepositMode.CHARGED, one_of(tuple(DepositMode)))
    """How a balance is taken that is paid before the appointment: `charged`, or `authorised` (and captured on
    completion, if the gateway can: `stripe`)."""
    sign_in: SignInSettings = field(default_factory=SignInSettings)
    passkeys: PasskeySettings = field(default_factory=PasskeySettings)
    qpay: QPaySettings = field(default_factory=QPaySettings)
    edge: EdgeSettings = field(default_factory=EdgeSettings)
    stripe: StripeSettings = field(default_factory=StripeSettings)
    brand: BrandSettings = field(default_factory=BrandSettings)
    email: EmailSettings = field(default_factory=EmailSettings)
    sms: SmsSettings = field(default_factory=SmsSettings)
    push: PushSettings = field(default_factory=PushSettings)
    telegram: TelegramSettings = field(default_factory=TelegramSettings)
    openid: OpenIdSettings = field(default_factory=OpenIdSettings)
    storage: StorageSettings = field(default_factory=StorageSettings)
    cache: CacheSettings = field(default_factory=CacheSettings)
    observe: ObserveSettings = field(default_factory=ObserveSettings)

    @property
    def simulated_qpay(self) -> bool:
        """Whether QPay is a gateway, directly or behind the Worker, and its address is the simulator's."""
        return (self.takes(QPAY) or self.takes(QPAY_EDGE)) and self.qpay.username == SIMULATOR_USERNAME

    @property
    def simulated_stripe(self) -> bool:
        """Whether Stripe is a gateway, and its account is the simulator's."""
        return self.takes(STRIPE) and self.stripe.simulated

    def takes(self, gateway: str) -> bool:
        """Whether a gateway takes payments."""
        return gateway in (self.gateway, *self.further_gateways)

    @property
    def second_factor_roles(self) -> frozenset[Role]:
        """The roles that need a second factor."""
        return frozenset({Role.ADMIN} if self.admin_second_factor else ())

    @property
    def region(self) -> Region:
        """The region of the platform."""
        return Region(currency=self.default_currency, digits=self.digits, calendar=self.calendar)

    @property
    def codes_first(self) -> frozenset[ContactChannel]:
        """The contacts that are verified before an account begins with them."""
        return frozenset(ContactChannel if self.email_code_first else {ContactChannel.PHONE})

    @property
    def backups(self) -> Path:
        """The folder of backups."""
        return self.backup_folder or self.data_dir / "backups"

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

    @property
    def deadlines(self) -> Deadlines:
        """How long time is kept for people."""
        return Deadlines(
            payment=self.payment_window,
            staff_payment=self.staff_payment_window,
            answer=self.answer_window,
            hold=self.hold_length,
            offer=self.offer_length,
            invitation=self.invitation_life,
            statement=self.dispute_statement,
            decision=self.dispute_decision,
        )

    @property
    def upcoming(self) -> UpcomingLimits:
        """The limits of bookings to come."""
        return UpcomingLimits(
            verified=self.upcoming_per_customer,
            unverified=self.upcoming_unverified,
            phone_required=self.phone_required,
        )

    @property
    def order_rules(self) -> OrderRules:
        """What holds for orders."""
        return OrderRules(refundable_for=self.order_return)

    @property
    def gift_card_rules(self) -> GiftCardRules:
        """What holds for gift cards."""
        lives = (each.split(":") for each in self.gift_card_expiry)
        return GiftCardRules(
            of_platform=self.gift_cards_of_platform,
            valid_for={currency: timedelta(days=int(days)) for currency, days in lives},
        )

    @property
    def review_bursts(self) -> BurstRule:
        """When reviews are held."""
        return BurstRule(
            most=self.reviews_per_day, most_of_young=self.reviews_of_young_per_day, young=self.reviews_young
        )

    @property
    def live_streams(self) -> StreamLimits:
        """The limits of live streams."""
        return StreamLimits(per_account=self.streams_per_account, per_address=self.streams_per_address)

    @property
    def legal_documents(self) -> LegalDocuments:
        """The versions of the legal documents, their addresses, and when they are needed."""
        addresses = {LegalDocument.TERMS_OF_USE: self.terms_url, LegalDocument.PRIVACY_POLICY: self.privacy_url}
        return LegalDocuments(
            terms_of_use=self.terms_version,
            privacy_policy=self.privacy_version,
            addresses={document: address for document, address in addresses.items() if address},
            required_for=frozenset(self.acceptance_required),
        )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the configuration, or raise `InvalidSettings` with every problem."""
        environment = Environ(environ)
        settings = _derived(environment.read(Settings), environment)
        environment.require(settings)
        problems = (*environment.problems, *_contradictions(settings))
        if problems:
            raise InvalidSettings(problems)
        return settings


def _derived(settings: Settings, environ: Environ) -> Settings:
    """The settings with those defaults that follow from other settings."""
    local = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - to compare with
    public_url = settings.public_url or ("" if environ.production else f"http://{authority(local)}:{settings.port}")
    public = urlsplit(public_url)
    # Browsers allow no passkeys on pages whose host is an IP address.
    host = "localhost" if public.hostname == "127.0.0.1" else public.hostname or ""
    here = f"{public.scheme}://{authority(host)}{'' if public.port is None else f':{public.port}'}"
    counted_in = POSTGRES if environ.production or settings.api_processes > 1 else MEMORY
    offer = "BOOKING_OFFER_SECONDS" in environ.given
    return replace(
        settings,
        public_url=public_url,
        web_url=settings.web_url or (public_url if settings.pages else ""),
        passkeys=PasskeySettings(
            domain=settings.passkeys.domain or host, origins=settings.passkeys.origins or (here, *settings.cors_origins)
        ),
        offer_length=settings.offer_length if offer else max(settings.offer_length, settings.hold_length),
        rate_limit_storage=settings.rate_limit_storage or counted_in,
        further_gateways=tuple(each for each in settings.further_gateways if each != settings.gateway),
        qpay=settings.qpay if environ.production else settings.qpay.or_simulated(settings.simulator_port),
        stripe=settings.stripe if environ.production or not settings.takes(STRIPE) else settings.stripe.or_simulated(),
    )


def _contradictions(settings: Settings) -> Iterator[str]:
    """What is wrong with settings that are valid one by one."""
    production = settings.environment is Environment.PRODUCTION
    if production and settings.rate_limit_storage == MEMORY and settings.api_processes > 1:
        yield "BOOKING_RATE_LIMIT_STORAGE can be memory only with a single process"
    if settings.offer_length < settings.hold_length:
        yield "BOOKING_OFFER_SECONDS must not be less than BOOKING_HOLD_SECONDS"
    yield from settings.sign_in.contradictions()
    yield from settings.observe.contradictions()
    yield from _unmet(settings)
    if settings.takes(QPAY) and settings.takes(QPAY_EDGE):
        yield "BOOKING_GATEWAYS must not name both qpay and qpay-edge: both lead to the same merchant account"
    if production and settings.takes(QPAY_EDGE):
        for name, value in (("QPAY_USERNAME", settings.qpay.username), ("QPAY_PASSWORD", settings.qpay.password)):
            if value:
                yield f"{name} must not be set if qpay-edge is a gateway: only the Worker holds it"
    if production and settings.stripe.secret_key.startswith(("sk_test_", "rk_test_")):
        yield "STRIPE_SECRET_KEY is a key of Stripe's test mode, which makes no real payments"
    if settings.storage.bucket and settings.storage.bucket == settings.storage.public_bucket:
        yield "R2_PUBLIC_BUCKET must differ from R2_BUCKET, because everybody can read the public bucket"


def _unmet(settings: Settings) -> Iterator[str]:
    """What customers could not do although the settings ask for it."""
    if settings.phone_required and settings.sms.service is SmsProvider.NONE:
        yield "BOOKING_PHONE_REQUIRED needs text messages: BOOKING_SMS_PROVIDER is none"
    asked = (
        ("TERMS", settings.terms_version, settings.terms_url),
        ("PRIVACY", settings.privacy_version, settings.privacy_url),
    )
    if settings.acceptance_required:
        if not any(version for _, version, _ in asked):
            yield "BOOKING_ACCEPTANCE_REQUIRED needs BOOKING_TERMS_VERSION or BOOKING_PRIVACY_VERSION"
        for name, version, address in asked:
            if version and not address:
                yield f"BOOKING_{name}_URL is required with BOOKING_ACCEPTANCE_REQUIRED: people read what they accept"
