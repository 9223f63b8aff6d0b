"""Configuration: every variable in one place, read once, validated at start."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final, Self, TypeVar
from urllib.parse import urlsplit

from phonenumbers import SUPPORTED_REGIONS

from booking_domain.shared.actor import Role
from booking_domain.shared.rate_limits import Limit
from entrypoints.quotas import QUOTAS, quotas

DEVELOPMENT_SECRET: Final = "development-secret-key-not-for-production"  # noqa: S105 - refused in production
SIMULATOR_USERNAME: Final = "SIMULATOR"
SIMULATOR_PASSWORD: Final = "simulator"  # noqa: S105 - the simulator's; refused in production
SIMULATOR_INVOICE_CODE: Final = "SIMULATOR_INVOICE"
MIN_SECRET: Final = 32
MEMORY: Final = "memory"
POSTGRES: Final = "postgres"
_LOG_LEVELS: Final = ("debug", "info", "warning", "error")

_QUOTA_EXAMPLE: Final = "login=5/60,read=1000/10"
_HOST: Final = re.compile(r"[a-z0-9.-]+|\[[0-9a-f:.]+\]")

Value = TypeVar("Value")


class Environment(StrEnum):
    """What this process is for."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class InvalidSettings(Exception):
    """The environment does not make a configuration; `problems` says all that is wrong with it."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("invalid configuration:\n" + "\n".join(f"  {problem}" for problem in problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class QPaySettings:
    """How the payment gateway is reached."""

    base_url: str
    """QPAY_BASE_URL: the gateway's API; in development that of the simulator."""
    username: str
    """QPAY_USERNAME: the merchant's name."""
    password: str = field(repr=False)
    """QPAY_PASSWORD: the merchant's password."""
    invoice_code: str
    """QPAY_INVOICE_CODE: the merchant's template of invoices."""


class SmsProvider(StrEnum):
    """Who sends text messages."""

    CONSOLE = "console"
    TWILIO = "twilio"
    KAVENEGAR = "kavenegar"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsSettings:
    """Who sends text messages, and how they are reached; what belongs to another provider is empty or unused."""

    service: SmsProvider = SmsProvider.CONSOLE
    """BOOKING_SMS_PROVIDER: `twilio`, `kavenegar`, or `console`, which keeps them as files in the data folder."""
    timeout_seconds: float = 10.0
    """BOOKING_SMS_TIMEOUT_SECONDS: how long the provider may take to answer."""
    twilio_base_url: str = "https://api.twilio.com"
    """TWILIO_BASE_URL: Twilio's API."""
    twilio_account_sid: str = ""
    """TWILIO_ACCOUNT_SID: the account."""
    twilio_auth_token: str = field(default="", repr=False)
    """TWILIO_AUTH_TOKEN: the account's token, with which callbacks are signed, too."""
    twilio_from: str = ""
    """TWILIO_FROM: the number (E.164) or name that messages come from; or a Messaging Service chooses it."""
    twilio_messaging_service_sid: str = ""
    """TWILIO_MESSAGING_SERVICE_SID: that service."""
    kavenegar_base_url: str = "https://api.kavenegar.com"
    """KAVENEGAR_BASE_URL: Kavenegar's API."""
    kavenegar_api_key: str = field(default="", repr=False)
    """KAVENEGAR_API_KEY: the account's key."""
    kavenegar_sender: str = ""
    """KAVENEGAR_SENDER: the line that messages come from; empty: the account's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The configuration of one process."""

    environment: Environment = Environment.DEVELOPMENT
    """BOOKING_ENV: `development`, or `production`, which refuses development secrets."""
    host: str = "127.0.0.1"
    """HOST: the address that the API listens on."""
    port: int = 8000
    """PORT: the port that the API listens on."""
    simulator_port: int = 8001
    """SIMULATOR_PORT: the port of the payment gateway's simulator, in development."""
    database_url: str | None = field(default=None, repr=False)
    """DATABASE_URL: a PostgreSQL of your own, 15 or newer; without it, development starts one under the data folder."""
    data_dir: Path = Path(".data")
    """BOOKING_DATA_DIR: where development keeps its database and messages."""
    public_url: str = "http://127.0.0.1:8000"
    """BOOKING_PUBLIC_URL: where others reach the API; payment callbacks go there."""
    secret_key: str = field(default=DEVELOPMENT_SECRET, repr=False)
    """BOOKING_SECRET_KEY: what tokens are signed with, at least 32 characters."""
    previous_secret_keys: tuple[str, ...] = field(default=(), repr=False)
    """BOOKING_PREVIOUS_SECRET_KEYS: earlier ones, separated by commas (none may have one in it), whose tokens are
    still read."""
    encryption_key: str = field(default=DEVELOPMENT_SECRET, repr=False)
    """BOOKING_ENCRYPTION_KEY: what personal data is sealed with at rest, at least 32 characters."""
    previous_encryption_keys: tuple[str, ...] = field(default=(), repr=False)
    """BOOKING_PREVIOUS_ENCRYPTION_KEYS: earlier ones, separated by commas, until `rotate-keys` has sealed all anew."""
    blind_index_key: str = field(default=DEVELOPMENT_SECRET, repr=False)
    """BOOKING_BLIND_INDEX_KEY: what sealed data is found by, at least 32 characters; it outlives the others."""
    qpay: QPaySettings
    sms: SmsSettings = SmsSettings()
    payment_window: timedelta = timedelta(minutes=15)
    """BOOKING_PAYMENT_WINDOW_SECONDS: how long a booking waits for its deposit."""
    hold_length: timedelta = timedelta(minutes=5)
    """BOOKING_HOLD_SECONDS: how long a hold lasts."""
    phone_country: str = "MN"
    """BOOKING_PHONE_COUNTRY: where phone numbers are from that are written without a country (ISO 3166-1)."""
    password_composition: bool = False
    """BOOKING_PASSWORD_COMPOSITION: `on`: a password needs a letter and a digit as well."""
    admin_second_factor: bool = False
    """BOOKING_ADMIN_SECOND_FACTOR: `on`, as it is in production, or `off`: whether admins need a second factor."""
    rate_limits: bool = True
    """BOOKING_RATE_LIMITS: `on`; `off` in development only."""
    quotas: Mapping[str, Limit] = field(default_factory=lambda: QUOTAS)
    """BOOKING_RATE_LIMIT_QUOTAS: those that are to be others, e.g. `login=5/60,read=1000/10`: five in 60 seconds."""
    rate_limit_storage: str = MEMORY
    """BOOKING_RATE_LIMIT_STORAGE: where what guards logging in is counted: `memory` of one process, or `postgres`."""
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """BOOKING_TRUSTED_PROXIES: addresses and networks whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed."""
    require_https: bool = False
    """BOOKING_REQUIRE_HTTPS: `on`, `off`: whether what came to a trusted proxy in the clear is refused."""
    cors_origins: tuple[str, ...] = ()
    """BOOKING_CORS_ORIGINS: the origins of web pages that may use the API from a browser."""
    api_processes: int = 1
    """BOOKING_API_PROCESSES: how many processes serve the API."""
    pool_size: int = 10
    """BOOKING_DB_POOL_SIZE: the most database connections of one process."""
    pool_timeout: float = 5.0
    """BOOKING_DB_POOL_TIMEOUT_SECONDS: how long a request waits for a connection before it is refused with 503."""
    max_body_bytes: int = 262_144
    """BOOKING_MAX_BODY_BYTES: the largest request body."""
    feeds_allow_private: bool = False
    """BOOKING_FEEDS_ALLOW_PRIVATE: `on` in development only: external calendars may be at private addresses too."""
    log_level: str = "info"
    """BOOKING_LOG_LEVEL: `debug`, `info`, `warning` or `error`."""

    @property
    def simulated_gateway(self) -> bool:
        """Whether payments go to the simulator."""
        return self.qpay.username == SIMULATOR_USERNAME

    @property
    def second_factor_roles(self) -> frozenset[Role]:
        """Who needs a second factor."""
        return frozenset({Role.ADMIN} if self.admin_second_factor else ())

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read the configuration, or raise `InvalidSettings` with all that is wrong with it."""
        read = _Reader(environ)
        environment = read.choice("BOOKING_ENV", tuple(Environment), Environment.DEVELOPMENT)
        production = environment == Environment.PRODUCTION
        host = read.text("HOST", "127.0.0.1")
        port = read.port("PORT", 8000)
        simulator_port = read.port("SIMULATOR_PORT", 8001)
        local = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - to compare with
        database_url = read.optional("DATABASE_URL")
        if production and database_url is None:
            read.refuse("DATABASE_URL", "is required in production")
        if database_url is not None and urlsplit(database_url).scheme not in {"postgres", "postgresql"}:
            read.refuse("DATABASE_URL", "must begin with postgresql://")
        public_url = read.url("BOOKING_PUBLIC_URL", None if production else f"http://{_authority(local)}:{port}")
        limits = read.choice("BOOKING_RATE_LIMITS", ("on", "off"), "on")
        if production and limits == "off":
            read.refuse("BOOKING_RATE_LIMITS", "can be off in development only")
        api_processes = read.number("BOOKING_API_PROCESSES", 1, 1, 256)
        storage = read.choice(
            "BOOKING_RATE_LIMIT_STORAGE", (MEMORY, POSTGRES), MEMORY if api_processes == 1 else POSTGRES
        )
        if production and storage == MEMORY and api_processes > 1:
            read.refuse("BOOKING_RATE_LIMIT_STORAGE", "can be memory for a single process only")
        private = read.choice("BOOKING_FEEDS_ALLOW_PRIVATE", ("on", "off"), "off")
        if production and private == "on":
            read.refuse("BOOKING_FEEDS_ALLOW_PRIVATE", "can be on in development only")
        settings = cls(
            environment=Environment(environment),
            host=host,
            port=port,
            simulator_port=simulator_port,
            database_url=database_url,
            data_dir=Path(read.text("BOOKING_DATA_DIR", ".data")),
            public_url=public_url.rstrip("/"),
            secret_key=_secret(read, "BOOKING_SECRET_KEY", production=production),
            previous_secret_keys=_secrets(read, "BOOKING_PREVIOUS_SECRET_KEYS", production=production),
            encryption_key=_secret(read, "BOOKING_ENCRYPTION_KEY", production=production),
            previous_encryption_keys=_secrets(read, "BOOKING_PREVIOUS_ENCRYPTION_KEYS", production=production),
            blind_index_key=_secret(read, "BOOKING_BLIND_INDEX_KEY", production=production),
            qpay=_qpay(read, simulator_port, production=production),
            sms=_sms(read, production=production),
            payment_window=timedelta(seconds=read.number("BOOKING_PAYMENT_WINDOW_SECONDS", 900, 1, 7 * 86_400)),
            hold_length=timedelta(seconds=read.number("BOOKING_HOLD_SECONDS", 300, 1, 86_400)),
            phone_country=read.country("BOOKING_PHONE_COUNTRY", "MN"),
            password_composition=read.choice("BOOKING_PASSWORD_COMPOSITION", ("on", "off"), "off") == "on",
            admin_second_factor=read.choice("BOOKING_ADMIN_SECOND_FACTOR", ("on", "off"), "on" if production else "off")
            == "on",
            rate_limits=limits == "on",
            quotas=read.parsed(
                "BOOKING_RATE_LIMIT_QUOTAS", QUOTAS, f"must be like {_QUOTA_EXAMPLE} with {', '.join(QUOTAS)}", quotas
            ),
            rate_limit_storage=storage,
            trusted_proxies=read.parsed(
                "BOOKING_TRUSTED_PROXIES", (), "must be addresses and networks, with commas between them", _networks
            ),
            require_https=read.choice("BOOKING_REQUIRE_HTTPS", ("on", "off"), "on" if production else "off") == "on",
            cors_origins=read.parsed(
                "BOOKING_CORS_ORIGINS", (), "must be origins like https://example.com, with commas between", _origins
            ),
            api_processes=api_processes,
            pool_size=read.number("BOOKING_DB_POOL_SIZE", 10, 1, 1_000),
            pool_timeout=float(read.number("BOOKING_DB_POOL_TIMEOUT_SECONDS", 5, 1, 300)),
            max_body_bytes=read.number("BOOKING_MAX_BODY_BYTES", 262_144, 1_024, 64 * 1024 * 1024),
            feeds_allow_private=private == "on",
            log_level=read.choice("BOOKING_LOG_LEVEL", _LOG_LEVELS, "info"),
        )
        if read.problems:
            raise InvalidSettings(tuple(read.problems))
        return settings


class _Reader:
    """Reads variables, goes on with the default where one is wrong, and remembers what was."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def refuse(self, name: str, problem: str) -> None:
        self.problems.append(f"{name} {problem}")

    def optional(self, name: str) -> str | None:
        """An empty variable is as good as none."""
        return self._environ.get(name, "").strip() or None

    def text(self, name: str, default: str | None) -> str:
        value = self.optional(name) or default
        if value is None:
            self.refuse(name, "is required in production")
        return value or ""

    def url(self, name: str, default: str | None) -> str:
        value = self.text(name, default)
        if value and not (urlsplit(value).scheme in {"http", "https"} and urlsplit(value).hostname):
            self.refuse(name, "must be an http:// or https:// address")
        return value

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        return self.parsed(name, default, f"must be one of {', '.join(choices)}", lambda text: _one_of(text, choices))

    def number(self, name: str, default: int, least: int, most: int) -> int:
        def parse(text: str) -> int:
            number = int(text)
            if not least <= number <= most:
                raise ValueError
            return number

        return self.parsed(name, default, f"must be a whole number from {least} to {most}", parse)

    def country(self, name: str, default: str) -> str:
        def parse(text: str) -> str:
            if text.upper() not in SUPPORTED_REGIONS:
                raise ValueError(text)
            return text.upper()

        return self.parsed(name, default, "must be a country of two letters, such as MN", parse)

    def port(self, name: str, default: int) -> int:
        return self.number(name, default, 1, 65_535)

    def parsed(self, name: str, default: Value, rule: str, parse: Callable[[str], Value]) -> Value:
        text = self.optional(name)
        if text is None:
            return default
        try:
            return parse(text)
        except ValueError:
            self.refuse(name, f"{rule}, and is {text!r}")
            return default


def _one_of(text: str, choices: tuple[str, ...]) -> str:
    if text.lower() not in choices:
        raise ValueError(text)
    return text.lower()


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(part.strip()) for part in text.split(","))


def _origins(text: str) -> tuple[str, ...]:
    return tuple(_origin(part.strip()) for part in text.split(","))


def _origin(text: str) -> str:
    """Browsers send an origin in lower case, without a default port, and with nothing behind it (RFC 6454 §6.2)."""
    parts = urlsplit(text)
    default_port = {"http": 80, "https": 443}.get(parts.scheme)
    host = _authority(parts.hostname or "")
    port = "" if parts.port is None or parts.port == default_port else f":{parts.port}"
    if default_port is None or not _HOST.fullmatch(host) or text != f"{parts.scheme}://{host}{port}":
        raise ValueError(text)
    return text


def _authority(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _secret(read: _Reader, name: str, *, production: bool) -> str:
    key = read.optional(name)
    if key is None:
        if production:
            read.refuse(name, "is required in production")
        return DEVELOPMENT_SECRET
    _check_secret(read, name, key, production=production)
    return key


def _secrets(read: _Reader, name: str, *, production: bool) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in (read.optional(name) or "").split(",") if key.strip())
    for key in keys:
        _check_secret(read, name, key, production=production)
    return keys


def _check_secret(read: _Reader, name: str, key: str, *, production: bool) -> None:
    if len(key) < MIN_SECRET:
        read.refuse(name, f"must have at least {MIN_SECRET} characters")
    if production and key == DEVELOPMENT_SECRET:
        read.refuse(name, "is the development secret, which anybody can read")


def _qpay(read: _Reader, simulator_port: int, *, production: bool) -> QPaySettings:
    simulator = f"http://127.0.0.1:{simulator_port}/v2"
    base_url = read.url("QPAY_BASE_URL", None if production else simulator)
    username = read.text("QPAY_USERNAME", None if production else SIMULATOR_USERNAME)
    password = read.text("QPAY_PASSWORD", None if production else SIMULATOR_PASSWORD)
    invoice_code = read.text("QPAY_INVOICE_CODE", None if production else SIMULATOR_INVOICE_CODE)
    if production:
        for name, value, simulated in (
            ("QPAY_BASE_URL", base_url.rstrip("/"), simulator),
            ("QPAY_USERNAME", username, SIMULATOR_USERNAME),
            ("QPAY_PASSWORD", password, SIMULATOR_PASSWORD),
            ("QPAY_INVOICE_CODE", invoice_code, SIMULATOR_INVOICE_CODE),
        ):
            if value == simulated:
                read.refuse(name, "is the simulator's, which takes no real payment")
    return QPaySettings(base_url=base_url.rstrip("/"), username=username, password=password, invoice_code=invoice_code)


def _sms(read: _Reader, *, production: bool) -> SmsSettings:
    service = SmsProvider(read.choice("BOOKING_SMS_PROVIDER", tuple(SmsProvider), SmsProvider.CONSOLE))
    found = SmsSettings(
        service=service,
        timeout_seconds=float(read.number("BOOKING_SMS_TIMEOUT_SECONDS", 10, 1, 60)),
        twilio_base_url=read.url("TWILIO_BASE_URL", SmsSettings().twilio_base_url).rstrip("/"),
        twilio_account_sid=read.optional("TWILIO_ACCOUNT_SID") or "",
        twilio_auth_token=read.optional("TWILIO_AUTH_TOKEN") or "",
        twilio_from=read.optional("TWILIO_FROM") or "",
        twilio_messaging_service_sid=read.optional("TWILIO_MESSAGING_SERVICE_SID") or "",
        kavenegar_base_url=read.url("KAVENEGAR_BASE_URL", SmsSettings().kavenegar_base_url).rstrip("/"),
        kavenegar_api_key=read.optional("KAVENEGAR_API_KEY") or "",
        kavenegar_sender=read.optional("KAVENEGAR_SENDER") or "",
    )
    base_urls = {"TWILIO_BASE_URL": found.twilio_base_url, "KAVENEGAR_BASE_URL": found.kavenegar_base_url}
    for name, base_url in base_urls.items():
        if production and base_url.startswith("http://"):
            read.refuse(name, "must begin with https:// in production: credentials go there")
    sid = found.twilio_account_sid
    if sid and not (sid.isascii() and sid.isalnum()):
        read.refuse("TWILIO_ACCOUNT_SID", "must be letters and digits")
    needed = {
        SmsProvider.CONSOLE: {},
        SmsProvider.TWILIO: {
            "TWILIO_ACCOUNT_SID": sid,
            "TWILIO_AUTH_TOKEN": found.twilio_auth_token,
            "TWILIO_FROM": found.twilio_from or found.twilio_messaging_service_sid,
        },
        SmsProvider.KAVENEGAR: {"KAVENEGAR_API_KEY": found.kavenegar_api_key},
    }[service]
    for name, value in needed.items():
        if not value:
            read.refuse(name, f"is required with BOOKING_SMS_PROVIDER={service}")
    return found
