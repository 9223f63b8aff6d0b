"""Settings from the environment."""

from datetime import timedelta
from pathlib import Path

import pytest

from entrypoints.settings import DEVELOPMENT_SECRET, Environment, InvalidSettings, Settings

PRODUCTION = {
    "BOOKING_ENV": "production",
    "DATABASE_URL": "postgresql://booking@db.internal/booking",
    "BOOKING_PUBLIC_URL": "https://booking.example.com/",
    "BOOKING_SECRET_KEY": "k" * 32,
    "QPAY_BASE_URL": "https://merchant.qpay.mn/v2/",
    "QPAY_USERNAME": "STUDIO",
    "QPAY_PASSWORD": "s3cret-of-the-merchant",
    "QPAY_INVOICE_CODE": "STUDIO_INVOICE",
}


def problems(**environ: str) -> tuple[str, ...]:
    with pytest.raises(InvalidSettings) as refused:
        Settings.from_environment(environ)
    return refused.value.problems


def test_an_empty_environment_is_a_laptop() -> None:
    settings = Settings.from_environment({})
    assert (settings.environment, settings.host, settings.port) == (Environment.DEVELOPMENT, "127.0.0.1", 8000)
    assert settings.database_url is None
    assert settings.data_dir == Path(".data")
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.qpay.base_url == "http://127.0.0.1:8001/v2"
    assert settings.simulated_gateway
    assert (settings.payment_window, settings.hold_length) == (timedelta(minutes=15), timedelta(minutes=5))
    assert settings.rate_limits
    assert not settings.feeds_allow_private
    assert settings.phone_country == "MN"
    assert not settings.password_composition


def test_phones_are_of_a_country_that_there_is() -> None:
    assert Settings.from_environment({"BOOKING_PHONE_COUNTRY": "de"}).phone_country == "DE"
    (problem,) = problems(BOOKING_PHONE_COUNTRY="Mongolia")
    assert problem == "BOOKING_PHONE_COUNTRY must be a country of two letters, such as MN, and is 'Mongolia'"


def test_the_addresses_follow_the_ports() -> None:
    settings = Settings.from_environment({"HOST": "0.0.0.0", "PORT": "9000", "SIMULATOR_PORT": "9001"})  # noqa: S104
    assert settings.public_url == "http://127.0.0.1:9000"
    assert settings.qpay.base_url == "http://127.0.0.1:9001/v2"


def test_a_whole_production_environment_is_accepted() -> None:
    settings = Settings.from_environment(PRODUCTION)
    assert settings.environment is Environment.PRODUCTION
    assert settings.public_url == "https://booking.example.com"
    assert settings.qpay.base_url == "https://merchant.qpay.mn/v2"
    assert not settings.simulated_gateway


@pytest.mark.parametrize("missing", sorted(set(PRODUCTION) - {"BOOKING_ENV"}))
def test_production_needs_each_of_them(missing: str) -> None:
    (problem,) = problems(**{name: value for name, value in PRODUCTION.items() if name != missing})
    assert problem == f"{missing} is required in production"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOOKING_SECRET_KEY", DEVELOPMENT_SECRET),
        ("BOOKING_SECRET_KEY", "short"),
        ("QPAY_USERNAME", "SIMULATOR"),
        ("QPAY_PASSWORD", "simulator"),
        ("QPAY_INVOICE_CODE", "SIMULATOR_INVOICE"),
        ("QPAY_BASE_URL", "http://127.0.0.1:8001/v2"),
        ("BOOKING_RATE_LIMITS", "off"),
        ("BOOKING_FEEDS_ALLOW_PRIVATE", "on"),
    ],
)
def test_production_refuses_what_belongs_to_development(name: str, value: str) -> None:
    (problem,) = problems(**{**PRODUCTION, name: value})
    assert problem.startswith(name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("BOOKING_ENV", "staging"),
        ("BOOKING_HOLD_SECONDS", "0"),
        ("BOOKING_PAYMENT_WINDOW_SECONDS", "1.5"),
        ("BOOKING_DB_POOL_SIZE", "-1"),
        ("BOOKING_LOG_LEVEL", "loud"),
        ("BOOKING_FEEDS_ALLOW_PRIVATE", "yes"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("BOOKING_PUBLIC_URL", "booking.example.com"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    (problem,) = problems(**{name: value})
    assert problem.startswith(f"{name} must")


def test_a_laptop_can_read_calendars_at_private_addresses() -> None:
    assert Settings.from_environment({"BOOKING_FEEDS_ALLOW_PRIVATE": "on"}).feeds_allow_private


def test_all_that_is_wrong_is_said_at_once() -> None:
    found = problems(BOOKING_ENV="production", PORT="x", BOOKING_LOG_LEVEL="loud")
    assert {problem.split()[0] for problem in found} == {*PRODUCTION, "PORT", "BOOKING_LOG_LEVEL"} - {"BOOKING_ENV"}


def test_secrets_are_not_shown() -> None:
    shown = repr(Settings.from_environment({**PRODUCTION, "DATABASE_URL": "postgresql://u:hidden@db/x"}))
    for secret in ("k" * 32, "s3cret-of-the-merchant", "hidden"):
        assert secret not in shown


def test_an_empty_variable_is_as_good_as_none() -> None:
    assert Settings.from_environment({"PORT": "", "DATABASE_URL": " "}) == Settings.from_environment({})
