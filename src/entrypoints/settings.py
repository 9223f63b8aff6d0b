"""Configuration: every variable in one place, read once, validated at start."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final, Self, TypeVar
from urllib.parse import urlsplit

from phonenumbers import SUPPORTED_REGIONS

DEVELOPMENT_SECRET: Final = "development-secret-key-not-for-production"  # noqa: S105 - refused in production
SIMULATOR_USERNAME: Final = "SIMULATOR"
SIMULATOR_PASSWORD: Final = "simulator"  # noqa: S105 - the simulator's; refused in production
SIMULATOR_INVOICE_CODE: Final = "SIMULATOR_INVOICE"
MIN_SECRET: Final = 32
_LOG_LEVELS: Final = ("debug", "info", "warning", "error")

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
    qpay: QPaySettings
    payment_window: timedelta = timedelta(minutes=15)
    """BOOKING_PAYMENT_WINDOW_SECONDS: how long a booking waits for its deposit."""
    hold_length: timedelta = timedelta(minutes=5)
    """BOOKING_HOLD_SECONDS: how long a hold lasts."""
    phone_country: str = "MN"
    """BOOKING_PHONE_COUNTRY: where phone numbers are from that are written without a country (ISO 3166-1)."""
    password_composition: bool = False
    """BOOKING_PASSWORD_COMPOSITION: `on`: a password needs a letter and a digit as well."""
    rate_limits: bool = True
    """BOOKING_RATE_LIMITS: `on`; `off` in development only."""
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
            secret_key=_secret_key(read, production=production),
            qpay=_qpay(read, simulator_port, production=production),
            payment_window=timedelta(seconds=read.number("BOOKING_PAYMENT_WINDOW_SECONDS", 900, 1, 7 * 86_400)),
            hold_length=timedelta(seconds=read.number("BOOKING_HOLD_SECONDS", 300, 1, 86_400)),
            phone_country=read.country("BOOKING_PHONE_COUNTRY", "MN"),
            password_composition=read.choice("BOOKING_PASSWORD_COMPOSITION", ("on", "off"), "off") == "on",
            rate_limits=limits == "on",
            api_processes=read.number("BOOKING_API_PROCESSES", 1, 1, 256),
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
        return self._parsed(name, default, f"must be one of {', '.join(choices)}", lambda text: _one_of(text, choices))

    def number(self, name: str, default: int, least: int, most: int) -> int:
        def parse(text: str) -> int:
            number = int(text)
            if not least <= number <= most:
                raise ValueError
            return number

        return self._parsed(name, default, f"must be a whole number from {least} to {most}", parse)

    def country(self, name: str, default: str) -> str:
        def parse(text: str) -> str:
            if text.upper() not in SUPPORTED_REGIONS:
                raise ValueError(text)
            return text.upper()

        return self._parsed(name, default, "must be a country of two letters, such as MN", parse)

    def port(self, name: str, default: int) -> int:
        return self.number(name, default, 1, 65_535)

    def _parsed(self, name: str, default: Value, rule: str, parse: Callable[[str], Value]) -> Value:
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


def _authority(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _secret_key(read: _Reader, *, production: bool) -> str:
    key = read.optional("BOOKING_SECRET_KEY")
    if key is None:
        if production:
            read.refuse("BOOKING_SECRET_KEY", "is required in production")
        return DEVELOPMENT_SECRET
    if len(key) < MIN_SECRET:
        read.refuse("BOOKING_SECRET_KEY", f"must have at least {MIN_SECRET} characters")
    if production and key == DEVELOPMENT_SECRET:
        read.refuse("BOOKING_SECRET_KEY", "is the development secret, which anybody can read")
    return key


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
