"""Settings from the environment."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from benchmarks.environment import production

from adapters.web_push import new_private_key
from booking_domain.identity.legal import Moment
from booking_domain.shared.actor import SYSTEM, Role
from booking_domain.shared.deadlines import Deadlines
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.permissions import Permission
from booking_domain.shared.rate_limits import Limit
from booking_domain.testing.memory.database import MemoryDatabase
from booking_domain.use_cases.platform.ports import Repositories
from entrypoints.container import Container
from entrypoints.settings.environment import DEVELOPMENT_SECRET, variables_of
from entrypoints.settings.main import Environment, InvalidSettings, Settings
from entrypoints.settings.messaging import EmailProvider, SmsProvider
from entrypoints.settings.openid import OpenIdSettings
from entrypoints.settings.quotas import QUOTAS

REQUIRED_IN_PRODUCTION = {
    "BOOKING_ENV": "production",
    "DATABASE_URL": "postgresql://booking@db.internal/booking",
    "BOOKING_PUBLIC_URL": "https://booking.example.com/",
    "BOOKING_SECRET_KEY": "k" * 32,
    "BOOKING_ENCRYPTION_KEY": "e" * 32,
    "BOOKING_BLIND_INDEX_KEY": "i" * 32,
    "QPAY_BASE_URL": "https://merchant.qpay.mn/v2/",
    "QPAY_USERNAME": "STUDIO",
    "QPAY_PASSWORD": "s3cret-of-the-merchant",
    "QPAY_INVOICE_CODE": "STUDIO_INVOICE",
    "R2_ENDPOINT_URL": "https://account.r2.cloudflarestorage.com",
    "R2_ACCESS_KEY_ID": "key-of-r2",
    "R2_SECRET_ACCESS_KEY": "s3cret-of-r2",
    "R2_BUCKET": "booking",
    "R2_PUBLIC_BUCKET": "booking-images",
    "R2_PUBLIC_URL": "https://images.example.com",
}
SMTP = {"BOOKING_EMAIL_PROVIDER": "smtp", "BOOKING_EMAIL_FROM": "Booking@Example.com", "SMTP_HOST": "mail.example.com"}
PRODUCTION = {**REQUIRED_IN_PRODUCTION, **SMTP, "BOOKING_SMS_PROVIDER": "none"}
TWILIO = {
    "BOOKING_SMS_PROVIDER": "twilio",
    "TWILIO_ACCOUNT_SID": "AC0123456789abcdef0123456789abcdef",
    "TWILIO_AUTH_TOKEN": "t0ken-of-twilio",
    "TWILIO_FROM": "+15005550006",
}
KAVENEGAR = {"BOOKING_SMS_PROVIDER": "kavenegar", "KAVENEGAR_API_KEY": "k3y-of-kavenegar"}


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
    assert settings.simulated_qpay
    assert (settings.payment_window, settings.hold_length) == (timedelta(minutes=15), timedelta(minutes=5))
    assert settings.rate_limits
    assert (settings.quotas, settings.rate_limit_storage) == (QUOTAS, "memory")
    assert (settings.trusted_proxies, settings.cors_origins, settings.require_https) == ((), (), False)
    assert not settings.feeds_allow_private
    assert settings.phone_country == "MN"
    assert not settings.password_composition
    assert settings.second_factor_roles == set()


def test_the_default_phone_country_must_exist() -> None:
    assert Settings.from_environment({"BOOKING_PHONE_COUNTRY": "de"}).phone_country == "DE"
    (problem,) = problems(BOOKING_PHONE_COUNTRY="Mongolia")
    assert problem == "BOOKING_PHONE_COUNTRY must be a country of two letters, such as MN, and is 'Mongolia'"


def test_the_default_time_zone_must_exist() -> None:
    assert Settings.from_environment({}).default_time_zone == "Asia/Ulaanbaatar"
    assert (
        Settings.from_environment({"BOOKING_DEFAULT_TIME_ZONE": "Europe/Berlin"}).default_time_zone == "Europe/Berlin"
    )
    (problem,) = problems(BOOKING_DEFAULT_TIME_ZONE="Mars/Olympus")
    assert (
        problem == "BOOKING_DEFAULT_TIME_ZONE must be an IANA time zone, such as Europe/Berlin, and is 'Mars/Olympus'"
    )


def test_the_default_currency_is_one_of_iso_4217() -> None:
    assert Settings.from_environment({}).default_currency == "MNT"
    assert Settings.from_environment({"BOOKING_DEFAULT_CURRENCY": "IRR"}).default_currency == "IRR"
    (problem,) = problems(BOOKING_DEFAULT_CURRENCY="XXX")
    assert problem == "BOOKING_DEFAULT_CURRENCY must be a currency of ISO 4217, such as EUR, and is 'XXX'"


def test_the_addresses_follow_the_ports() -> None:
    settings = Settings.from_environment({"HOST": "0.0.0.0", "PORT": "9000", "SIMULATOR_PORT": "9001"})  # noqa: S104
    assert settings.public_url == "http://127.0.0.1:9000"
    assert settings.qpay.base_url == "http://127.0.0.1:9001/v2"


def test_a_whole_production_environment_is_accepted() -> None:
    settings = Settings.from_environment(PRODUCTION)
    assert settings.environment is Environment.PRODUCTION
    assert settings.public_url == "https://booking.example.com"
    assert settings.qpay.base_url == "https://merchant.qpay.mn/v2"
    assert not settings.simulated_qpay
    assert settings.require_https
    assert settings.second_factor_roles == {Role.ADMIN}


def test_benchmarks_use_production_settings() -> None:
    settings = Settings.from_environment(production(PRODUCTION["DATABASE_URL"]))
    assert settings.environment is Environment.PRODUCTION


def test_the_second_factor_of_admins_is_configurable() -> None:
    assert Settings.from_environment({"BOOKING_ADMIN_SECOND_FACTOR": "on"}).second_factor_roles == {Role.ADMIN}
    assert not Settings.from_environment({**PRODUCTION, "BOOKING_ADMIN_SECOND_FACTOR": "off"}).second_factor_roles


@pytest.mark.parametrize("missing", sorted(set(REQUIRED_IN_PRODUCTION) - {"BOOKING_ENV"}))
def test_production_needs_each_of_them(missing: str) -> None:
    (problem,) = problems(**{name: value for name, value in PRODUCTION.items() if name != missing})
    assert problem == f"{missing} is required in production"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOOKING_SECRET_KEY", DEVELOPMENT_SECRET),
        ("BOOKING_SECRET_KEY", "short"),
        ("BOOKING_ENCRYPTION_KEY", DEVELOPMENT_SECRET),
        ("BOOKING_BLIND_INDEX_KEY", DEVELOPMENT_SECRET),
        ("BOOKING_PREVIOUS_ENCRYPTION_KEYS", "short"),
        ("BOOKING_PREVIOUS_SECRET_KEYS", DEVELOPMENT_SECRET),
        ("BOOKING_PREVIOUS_SECRET_KEYS", f"{'p' * 32},short"),
        ("QPAY_USERNAME", "SIMULATOR"),
        ("QPAY_PASSWORD", "simulator"),
        ("QPAY_INVOICE_CODE", "SIMULATOR_INVOICE"),
        ("QPAY_BASE_URL", "http://127.0.0.1:8001/v2"),
        ("BOOKING_RATE_LIMITS", "off"),
        ("BOOKING_FEEDS_ALLOW_PRIVATE", "on"),
        ("BOOKING_EMAIL_PROVIDER", "console"),
        ("BOOKING_EMAIL_PROVIDER", ""),
        ("BOOKING_SMS_PROVIDER", "console"),
        ("BOOKING_SMS_PROVIDER", ""),
    ],
)
def test_production_refuses_development_values(name: str, value: str) -> None:
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
        ("BOOKING_OFFER_SECONDS", "86401"),
        ("BOOKING_PAYMENT_WINDOW_SECONDS", "1.5"),
        ("BOOKING_DB_POOL_SIZE", "-1"),
        ("BOOKING_LOG_LEVEL", "loud"),
        ("BOOKING_ADMIN_SECOND_FACTOR", "yes"),
        ("BOOKING_FEEDS_ALLOW_PRIVATE", "yes"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("BOOKING_RATE_LIMIT_STORAGE", "redis"),
        ("BOOKING_RATE_LIMIT_QUOTAS", "login=ten/60"),
        ("BOOKING_RATE_LIMIT_QUOTAS", "login=0/60"),
        ("BOOKING_RATE_LIMIT_QUOTAS", "login=10/0"),
        ("BOOKING_RATE_LIMIT_QUOTAS", "logon=10/60"),
        ("BOOKING_RATE_LIMIT_QUOTAS", "login=10/60,"),
        ("BOOKING_TRUSTED_PROXIES", "proxy.internal"),
        ("BOOKING_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("BOOKING_TRUSTED_PROXIES", "10.0.0.1 10.0.0.2"),
        ("BOOKING_REQUIRE_HTTPS", "yes"),
        ("BOOKING_CORS_ORIGINS", "*"),
        ("BOOKING_CORS_ORIGINS", "null"),
        ("BOOKING_CORS_ORIGINS", "shop.example.com"),
        ("BOOKING_CORS_ORIGINS", "https://*.example.com"),
        ("BOOKING_CORS_ORIGINS", "https://shop.example.com/"),
        ("BOOKING_CORS_ORIGINS", "https://shop.example.com:443"),
        ("BOOKING_CORS_ORIGINS", "https://shop.example.com:x"),
        ("BOOKING_CORS_ORIGINS", "https://Shop.example.com"),
        ("BOOKING_CORS_ORIGINS", "ftp://shop.example.com"),
        ("BOOKING_CORS_ORIGINS", "https://user@shop.example.com"),
        ("BOOKING_PUBLIC_URL", "booking.example.com"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    (problem,) = problems(**{name: value})
    assert problem.startswith(f"{name} must")


STRIPE = {
    "STRIPE_SECRET_KEY": "sk_live_of_the_merchant",
    "STRIPE_WEBHOOK_SECRET": "whsec_0123456789abcdef0123456789abcdef",
    "STRIPE_PUBLISHABLE_KEY": "pk_live_of_the_merchant",
}


def test_qpay_is_the_gateway_unless_another_is_chosen() -> None:
    settings = Settings.from_environment({})
    assert (settings.gateway, settings.further_gateways, settings.stripe.secret_key) == ("qpay", (), "")
    assert (settings.simulated_qpay, settings.simulated_stripe) == (True, False)
    settings = Settings.from_environment({"BOOKING_GATEWAY": "stripe", "STRIPE_SIMULATOR_PORT": "9002"})
    assert (settings.gateway, settings.stripe.base_url) == ("stripe", "http://127.0.0.1:9002")
    assert (settings.simulated_qpay, settings.simulated_stripe) == (False, True)
    settings = Settings.from_environment({"BOOKING_GATEWAYS": " Stripe, qpay"})
    assert (settings.gateway, settings.further_gateways) == ("qpay", ("stripe",))
    assert (settings.simulated_qpay, settings.simulated_stripe) == (True, True)


def test_production_needs_the_accounts_of_its_gateways_only() -> None:
    without_qpay = {name: value for name, value in PRODUCTION.items() if not name.startswith("QPAY_")}
    alone = Settings.from_environment({**without_qpay, **STRIPE, "BOOKING_GATEWAY": "stripe"})
    assert (alone.stripe.base_url, alone.qpay.username) == ("https://api.stripe.com", "")
    assert "sk_live_of_the_merchant" not in repr(alone)
    assert "whsec_" not in repr(alone)
    both = Settings.from_environment({**PRODUCTION, **STRIPE, "BOOKING_GATEWAYS": "stripe"})
    assert (both.gateway, both.further_gateways) == ("qpay", ("stripe",))
    for name in STRIPE:
        (problem,) = problems(**{**PRODUCTION, **STRIPE, "BOOKING_GATEWAYS": "stripe", name: ""})
        assert problem.startswith(f"{name} is required with ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STRIPE_SECRET_KEY", "sk_test_simulator"),
        ("STRIPE_SECRET_KEY", "sk_test_51abc"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_simulator_of_stripe_0123456789"),
        ("STRIPE_WEBHOOK_SECRET", "short"),
        ("STRIPE_BASE_URL", "http://127.0.0.1:8002"),
        ("BOOKING_GATEWAYS", "paypal"),
        ("BOOKING_GATEWAYS", "stripe,stripe"),
    ],
)
def test_production_refuses_a_wrong_account_at_stripe(name: str, value: str) -> None:
    found = problems(**{**PRODUCTION, **STRIPE, "BOOKING_GATEWAYS": "stripe", name: value})
    assert [problem.partition(" ")[0] for problem in found] == [name]


def test_the_deadlines_of_use_cases_are_those_of_the_settings() -> None:
    names = ("PAYMENT_WINDOW", "STAFF_PAYMENT_WINDOW", "HOLD", "OFFER")
    settings = Settings.from_environment({f"BOOKING_{each}_SECONDS": str(60 * n) for n, each in enumerate(names, 1)})
    one, two, three, four = (timedelta(minutes=n) for n in range(1, 5))
    wanted = Deadlines(payment=one, staff_payment=two, hold=three, offer=four)
    assert settings.deadlines == wanted
    seen: list[Deadlines] = []

    async def look(_command: None, _tx: Repositories, context: UseCaseContext) -> None:
        seen.append(context.get(Deadlines))

    container = Container(settings=settings)
    container.database.override(MemoryDatabase())
    asyncio.run(container.executor().run(UseCase(Permission.RUN_PLATFORM, look), None, actor=SYSTEM))
    assert seen == [wanted]


def test_what_is_asked_of_customers_can_be_done() -> None:
    asks = {"BOOKING_ACCEPTANCE_REQUIRED": "booking,sign-up"}
    assert problems(**asks) == ("BOOKING_ACCEPTANCE_REQUIRED needs BOOKING_TERMS_VERSION or BOOKING_PRIVACY_VERSION",)
    (problem,) = problems(**asks, BOOKING_TERMS_VERSION="2026-11")
    assert problem.startswith("BOOKING_TERMS_URL is required with BOOKING_ACCEPTANCE_REQUIRED")
    for address in ("https://example.com/terms", "terms/{version}", "https://example.com/{version}/{locale}"):
        (problem,) = problems(BOOKING_TERMS_URL=address)
        assert problem.startswith("BOOKING_TERMS_URL must be an http:// or https:// address with {version}")
    (problem,) = problems(BOOKING_PHONE_REQUIRED="on", BOOKING_SMS_PROVIDER="none")
    assert problem == "BOOKING_PHONE_REQUIRED needs text messages: BOOKING_SMS_PROVIDER is none"
    given = Settings.from_environment(
        {**asks, "BOOKING_TERMS_VERSION": "2026-11", "BOOKING_TERMS_URL": "https://example.com/{language}/{version}"}
    )
    assert given.legal_documents.required_for == set(Moment)


def test_a_session_lives_at_least_as_long_as_without_a_refresh() -> None:
    (problem,) = problems(BOOKING_SESSION_DAYS="29")
    assert problem == "BOOKING_SESSION_DAYS must not be less than BOOKING_REFRESH_TOKEN_DAYS"


def test_an_offer_lasts_no_less_than_a_hold() -> None:
    assert Settings.from_environment({}).offer_length == timedelta(minutes=30)
    assert Settings.from_environment({"BOOKING_HOLD_SECONDS": "2400"}).offer_length == timedelta(minutes=40)
    both = {"BOOKING_HOLD_SECONDS": "600", "BOOKING_OFFER_SECONDS": "600"}
    assert Settings.from_environment(both).offer_length == timedelta(minutes=10)
    (problem,) = problems(**{**both, "BOOKING_OFFER_SECONDS": "599"})
    assert problem == "BOOKING_OFFER_SECONDS must not be less than BOOKING_HOLD_SECONDS"


def test_quotas_are_changed_one_by_one() -> None:
    settings = Settings.from_environment({"BOOKING_RATE_LIMIT_QUOTAS": "login=5/300, login-anywhere=7/1"})
    changed = {"login": Limit(5, timedelta(minutes=5)), "login-anywhere": Limit(7, timedelta(seconds=1))}
    assert settings.quotas == {**QUOTAS, **changed}


def test_several_processes_count_in_the_database_unless_told_otherwise() -> None:
    several = {"BOOKING_API_PROCESSES": "4"}
    assert Settings.from_environment(several).rate_limit_storage == "postgres"
    assert Settings.from_environment(PRODUCTION).rate_limit_storage == "postgres"
    variables = {**several, "BOOKING_RATE_LIMIT_STORAGE": "memory"}
    assert Settings.from_environment(variables).rate_limit_storage == "memory"


def test_production_requires_shared_rate_limits() -> None:
    variables = {**PRODUCTION, "BOOKING_RATE_LIMIT_STORAGE": "memory"}
    assert Settings.from_environment(variables).rate_limit_storage == "memory"
    (problem,) = problems(**variables, BOOKING_API_PROCESSES="2")
    assert problem == "BOOKING_RATE_LIMIT_STORAGE can be memory only with a single process"


def test_proxies_are_addresses_and_networks_and_origins_are_exact() -> None:
    settings = Settings.from_environment(
        {
            "BOOKING_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8,2001:db8::/32",
            "BOOKING_CORS_ORIGINS": "https://shop.example.com, http://localhost:5173,http://[::1]:81",
        }
    )
    assert [str(each) for each in settings.trusted_proxies] == ["127.0.0.1/32", "10.0.0.0/8", "2001:db8::/32"]
    assert settings.cors_origins == ("https://shop.example.com", "http://localhost:5173", "http://[::1]:81")


def test_a_laptop_can_read_calendars_at_private_addresses() -> None:
    assert Settings.from_environment({"BOOKING_FEEDS_ALLOW_PRIVATE": "on"}).feeds_allow_private


def test_all_invalid_settings_are_reported_at_once() -> None:
    found = problems(BOOKING_ENV="production", PORT="x", BOOKING_LOG_LEVEL="loud")
    assert {problem.split()[0] for problem in found} == {
        *REQUIRED_IN_PRODUCTION,
        "BOOKING_EMAIL_PROVIDER",
        "BOOKING_SMS_PROVIDER",
        "PORT",
        "BOOKING_LOG_LEVEL",
    } - {"BOOKING_ENV"}


def test_previous_secrets_are_separated_by_commas() -> None:
    one, other = "p" * 32, "q" * 40
    assert Settings.from_environment({"BOOKING_PREVIOUS_SECRET_KEYS": f" {one}, {other} ,"}).previous_secret_keys == (
        one,
        other,
    )
    assert Settings.from_environment({}).previous_secret_keys == ()


def test_secrets_are_not_shown() -> None:
    given = {**PRODUCTION, **KAVENEGAR, **TWILIO, "DATABASE_URL": "postgresql://u:hidden@db/x"}
    shown = repr(Settings.from_environment({**given, "BOOKING_PREVIOUS_SECRET_KEYS": "p" * 32}))
    for secret in (
        "k" * 32,
        "p" * 32,
        "e" * 32,
        "i" * 32,
        "s3cret-of-the-merchant",
        "hidden",
        "t0ken-of-twilio",
        "k3y-of-kavenegar",
    ):
        assert secret not in shown


def test_notifications_are_pushed_with_a_key_that_is_never_shown() -> None:
    assert not Settings.from_environment({}).push.key
    key = new_private_key()
    settings = Settings.from_environment({"BOOKING_VAPID_PRIVATE_KEY": key, "BOOKING_PUSH_SERVICES": " Push.example ,"})
    assert (settings.push.key, settings.push.services) == (key, ("push.example",))
    assert key not in repr(settings)
    for wrong in ("x", key[:-1], "A" * 43, "_" * 43):
        assert problems(BOOKING_VAPID_PRIVATE_KEY=wrong) == (
            "BOOKING_VAPID_PRIVATE_KEY must be a key that `make vapid-key` printed",
        )
    assert problems(BOOKING_VAPID_CONTACT="ops@example.com") == (
        "BOOKING_VAPID_CONTACT must begin with mailto: or https://",
    )
    assert problems(BOOKING_PUSH_SERVICES=" , ") == ("BOOKING_PUSH_SERVICES must name a host",)


def test_text_messages_are_files_in_development_unless_a_provider_is_chosen() -> None:
    assert Settings.from_environment({}).sms.service is SmsProvider.CONSOLE
    twilio = Settings.from_environment({**PRODUCTION, **TWILIO}).sms
    assert (twilio.service, twilio.twilio_base_url) == (SmsProvider.TWILIO, "https://api.twilio.com")
    kavenegar = Settings.from_environment({**PRODUCTION, **KAVENEGAR}).sms
    assert (kavenegar.service, kavenegar.kavenegar_base_url) == (SmsProvider.KAVENEGAR, "https://api.kavenegar.com")


@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        (TWILIO, "TWILIO_ACCOUNT_SID"),
        (TWILIO, "TWILIO_AUTH_TOKEN"),
        (TWILIO, "TWILIO_FROM"),
        (KAVENEGAR, "KAVENEGAR_API_KEY"),
    ],
)
def test_a_provider_of_text_messages_needs_its_credentials(environ: dict[str, str], missing: str) -> None:
    (problem,) = problems(**{**environ, missing: ""})
    assert problem == f"{missing} is required with BOOKING_SMS_PROVIDER={environ['BOOKING_SMS_PROVIDER']}"


def test_text_messages_have_a_cap() -> None:
    assert Settings.from_environment(PRODUCTION).sms.most_per_day == 10_000
    assert Settings.from_environment({"BOOKING_SMS_PER_DAY": "1"}).sms.most_per_day == 1


def test_a_messaging_service_does_for_a_number() -> None:
    service = {**TWILIO, "TWILIO_FROM": "", "TWILIO_MESSAGING_SERVICE_SID": "MG1"}
    assert Settings.from_environment(service).sms.twilio_messaging_service_sid == "MG1"


BOT, EARLIER_BOT = "123456789:AAE" + "b" * 32, "123456789:AAE" + "e" * 32


def test_telegram_sign_in_needs_a_bot() -> None:
    assert Settings.from_environment(PRODUCTION).telegram.bot_tokens == ()
    assert Settings.from_environment({"BOOKING_TELEGRAM_BOT_TOKEN": BOT}).telegram.bot_tokens == (BOT,)
    given = {
        "BOOKING_TELEGRAM_BOT_TOKEN": BOT,
        "BOOKING_TELEGRAM_PREVIOUS_BOT_TOKENS": f" {EARLIER_BOT} ,",
        "BOOKING_TELEGRAM_FRESHNESS_SECONDS": "60",
    }
    telegram = Settings.from_environment(given).telegram
    assert (telegram.bot_tokens, telegram.freshness) == ((BOT, EARLIER_BOT), timedelta(seconds=60))
    assert BOT not in repr(telegram)
    assert EARLIER_BOT not in repr(telegram)
    (problem,) = problems(BOOKING_TELEGRAM_PREVIOUS_BOT_TOKENS=EARLIER_BOT)
    assert problem == "BOOKING_TELEGRAM_BOT_TOKEN is required with BOOKING_TELEGRAM_PREVIOUS_BOT_TOKENS"


def test_a_service_needs_all_its_settings() -> None:
    assert Settings.from_environment(PRODUCTION).openid == OpenIdSettings()
    page = {"BOOKING_SIGN_IN_PAGE": "https://www.example.com/sign-in"}
    google = {"GOOGLE_CLIENT_ID": "id", "GOOGLE_CLIENT_SECRET": "hidden-secret"}
    pem = "-----BEGIN PRIVATE KEY-----\\nhidden-key\\n-----END PRIVATE KEY-----"
    apple = {"APPLE_CLIENT_ID": "id", "APPLE_TEAM_ID": "T", "APPLE_KEY_ID": "K", "APPLE_PRIVATE_KEY": pem}
    found = Settings.from_environment({**PRODUCTION, **page, **google, **apple}).openid
    assert "hidden" not in repr(found)
    for given in (google, apple):
        for missing in given.keys() - {"GOOGLE_CLIENT_ID", "APPLE_CLIENT_ID"}:
            kept = {name: value for name, value in given.items() if name != missing}
            assert any(problem.startswith(f"{missing} is required with") for problem in problems(**kept))
    assert found.apple_private_key.splitlines()[1] == "hidden-key"
    (problem,) = problems(**page, **apple | {"APPLE_PRIVATE_KEY": "hidden"})
    assert problem == "APPLE_PRIVATE_KEY must be a private key in PEM"
    for name in ("BOOKING_SIGN_IN_PAGE", "GOOGLE_ISSUER", "APPLE_ISSUER"):
        (problem,) = problems(**PRODUCTION, **{name: "http://id.example.com"})
        assert problem.startswith(f"{name} must begin with https:// in production")


@pytest.mark.parametrize("name", ["BOOKING_TELEGRAM_BOT_TOKEN", "BOOKING_TELEGRAM_PREVIOUS_BOT_TOKENS"])
@pytest.mark.parametrize("value", ["AAE" + "b" * 32, "123456789:AAEb", BOT + "/test", f"{BOT},x", "123456789 AAEb"])
def test_an_invalid_bot_token_is_reported_without_its_value(name: str, value: str) -> None:
    (problem,) = problems(**{"BOOKING_TELEGRAM_BOT_TOKEN": BOT, name: value})
    assert problem == f"{name} must be like 123456789:AAE…, as BotFather issues it"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOOKING_TELEGRAM_FRESHNESS_SECONDS", "0"),
        ("BOOKING_SMS_PROVIDER", "pigeon"),
        ("BOOKING_SMS_TIMEOUT_SECONDS", "0"),
        ("BOOKING_SMS_PER_DAY", "0"),
        ("BOOKING_SMS_PRICES", "MN=0.05"),
        ("BOOKING_SMS_PRICES", "MN=-1 USD"),
        ("BOOKING_SMS_PRICES", "Mongolia=1 USD"),
        ("BOOKING_SMS_PRICES", "MN=1 XXY"),
        ("BOOKING_SMS_PER_DAY", "10000001"),
        ("TWILIO_ACCOUNT_SID", "AC1/../AC2"),
        ("TWILIO_BASE_URL", "api.twilio.com"),
        ("KAVENEGAR_BASE_URL", "ftp://api.kavenegar.com"),
    ],
)
def test_a_wrong_value_for_text_messages_is_named(name: str, value: str) -> None:
    (problem,) = problems(**{**TWILIO, name: value})
    assert problem.startswith(f"{name} must")


@pytest.mark.parametrize("name", ["TWILIO_BASE_URL", "KAVENEGAR_BASE_URL", "QPAY_BASE_URL"])
def test_credentials_go_over_https_in_production(name: str) -> None:
    assert Settings.from_environment({name: "http://127.0.0.1:9000/"}).environment is Environment.DEVELOPMENT
    (problem,) = problems(**{**PRODUCTION, name: "http://127.0.0.1:9000/"})
    assert problem.startswith(f"{name} must begin with https://")


def test_an_empty_variable_counts_as_unset() -> None:
    assert Settings.from_environment({"PORT": "", "DATABASE_URL": " "}) == Settings.from_environment({})


@pytest.mark.parametrize("sms", [TWILIO, KAVENEGAR, {"BOOKING_SMS_PROVIDER": "none"}])
def test_production_sends_messages_by_a_real_provider_or_not_at_all(sms: dict[str, str]) -> None:
    settings = Settings.from_environment({**PRODUCTION, **sms})
    assert settings.email.service is EmailProvider.SMTP
    assert settings.sms.service == sms["BOOKING_SMS_PROVIDER"]


def test_e_mail_is_files_in_development_unless_a_server_is_named() -> None:
    assert Settings.from_environment({}).email.service is EmailProvider.CONSOLE
    found = Settings.from_environment({**PRODUCTION, **SMTP, "SMTP_PASSWORD": "s3cret-of-smtp"}).email
    assert (found.service, found.sender, found.smtp_port, found.smtp_security) == (
        EmailProvider.SMTP,
        "booking@example.com",
        587,
        "starttls",
    )
    assert "s3cret-of-smtp" not in repr(found)


@pytest.mark.parametrize("missing", ["BOOKING_EMAIL_FROM", "SMTP_HOST"])
def test_an_email_server_needs_all_its_settings(missing: str) -> None:
    with pytest.raises(InvalidSettings) as refusal:
        Settings.from_environment({**SMTP, missing: ""})
    assert refusal.value.problems == (f"{missing} is required with BOOKING_EMAIL_PROVIDER=smtp",)


BOUNCES = {
    "BOOKING_EMAIL_BOUNCE_ADDRESS": "bounces@mail.example.com",
    "BOOKING_EMAIL_BOUNCE_SECRET": "a-secret-of-the-mail-server-of-40-letters",
}


def test_bounces_are_taken_with_an_address_and_a_secret_that_is_never_shown() -> None:
    found = Settings.from_environment(BOUNCES).email
    assert (found.bounce_address, found.bounce_secret) == tuple(BOUNCES.values())
    assert BOUNCES["BOOKING_EMAIL_BOUNCE_SECRET"] not in repr(found)
    nothing = Settings.from_environment({}).email
    assert (nothing.bounce_address, nothing.bounce_secret) == ("", "")


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("BOOKING_EMAIL_BOUNCE_ADDRESS", "", "is required with BOOKING_EMAIL_BOUNCE_SECRET"),
        ("BOOKING_EMAIL_BOUNCE_SECRET", "", "is required with BOOKING_EMAIL_BOUNCE_ADDRESS"),
        ("BOOKING_EMAIL_BOUNCE_SECRET", "too-short", "must be 32 to 256 letters, digits, - and _"),
        *(
            (
                "BOOKING_EMAIL_BOUNCE_ADDRESS",
                wrong,
                "must be an address with at most 11 letters and digits before the @",
            )
            for wrong in ("bounces", "twelve.chars@example.com", "a+b@example.com", "bounces@example", "B@example.com")
        ),
    ],
)
def test_settings_of_bounces_that_cannot_work_are_refused(name: str, value: str, problem: str) -> None:
    with pytest.raises(InvalidSettings) as refusal:
        Settings.from_environment({**BOUNCES, name: value})
    assert refusal.value.problems == (f"{name} {problem}",)


def test_unencrypted_email_is_allowed_in_development_only() -> None:
    assert Settings.from_environment({**SMTP, "SMTP_SECURITY": "none"}).email.smtp_security == "none"
    with pytest.raises(InvalidSettings, match="SMTP_SECURITY can be none in development only"):
        Settings.from_environment({**PRODUCTION, **SMTP, "SMTP_SECURITY": "none"})


def test_the_example_has_every_variable_once_with_its_default() -> None:
    lines = (Path(__file__).parents[3] / ".env.example").read_text(encoding="utf-8").splitlines()
    shown = [line.split("=", 1) for line in lines if line and not line.startswith("#")]
    assert [name for name, _ in shown] == [variable.name for variable, _ in variables_of(Settings())]
    assert len(shown) == len(dict(shown))
    assert Settings.from_environment(dict(shown)) == Settings.from_environment({})


def test_a_condition_names_variables_that_exist() -> None:
    variables = [variable for variable, _ in variables_of(Settings())]
    named = {each.partition("=")[0] for variable in variables for each in (*variable.required, variable.unless)}
    assert named - {""} <= {variable.name for variable in variables}


EDGE = {
    **{name: value for name, value in PRODUCTION.items() if not name.startswith("QPAY_")},
    "BOOKING_GATEWAY": "qpay-edge",
    "QPAY_EDGE_URL": "https://pay.example.com/",
    "QPAY_EDGE_KEY": "w" * 32,
}


def test_behind_the_worker_production_has_no_credentials_of_the_gateway() -> None:
    settings = Settings.from_environment({**EDGE, "QPAY_EDGE_ACCEPTED_KEYS": "n" * 32})
    assert (settings.gateway, settings.edge.url) == ("qpay-edge", "https://pay.example.com")
    assert (settings.edge.key, settings.edge.accepted_keys) == ("w" * 32, ("n" * 32,))
    assert not settings.simulated_qpay
    assert "w" * 32 not in repr(settings)
    (problem,) = problems(**EDGE, QPAY_PASSWORD="s3cret-of-the-merchant")
    assert problem == "QPAY_PASSWORD must not be set if qpay-edge is a gateway: only the Worker holds it"


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("QPAY_EDGE_URL", "", "is required with BOOKING_GATEWAY=qpay-edge"),
        ("QPAY_EDGE_KEY", "", "is required with BOOKING_GATEWAY=qpay-edge"),
        ("QPAY_EDGE_KEY", "short", "must have at least 32 characters"),
        ("QPAY_EDGE_URL", "http://pay.example.com", "must begin with https:// in production"),
        ("QPAY_EDGE_KEY", DEVELOPMENT_SECRET, "is the development secret, which is public"),
        ("BOOKING_GATEWAY", "elsewhere", "must be one of qpay, qpay-edge, stripe, and is 'elsewhere'"),
        ("BOOKING_GATEWAYS", "qpay", "must not name both qpay and qpay-edge: both lead to the same merchant account"),
    ],
)
def test_an_invalid_setting_of_the_worker_is_refused(name: str, value: str, problem: str) -> None:
    assert f"{name} {problem}" in problems(**{**EDGE, name: value})


def test_in_development_the_simulator_may_stand_behind_the_worker() -> None:
    worker = {"QPAY_EDGE_URL": "http://127.0.0.1:8787", "QPAY_EDGE_KEY": "w" * 32}
    assert Settings.from_environment({**worker, "BOOKING_GATEWAY": "qpay-edge"}).simulated_qpay
    assert Settings.from_environment(
        {**worker, "BOOKING_GATEWAYS": "qpay-edge", "BOOKING_GATEWAY": "stripe"}
    ).simulated_qpay


def test_production_stores_files_on_this_machine_only_if_told_to() -> None:
    without = {name: value for name, value in PRODUCTION.items() if not name.startswith("R2_")}
    assert {problem.split()[0] for problem in problems(**without)} == {
        name for name in PRODUCTION if name.startswith("R2_")
    }
    assert Settings.from_environment({**without, "BOOKING_STORAGE": "local"}).storage.service == "local"
    assert Settings.from_environment({}).storage.service == "local"
    stored = Settings.from_environment(PRODUCTION).storage
    assert (stored.service, stored.bucket, stored.region) == ("r2", "booking", "auto")
    assert "s3cret-of-r2" not in repr(stored)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("R2_ENDPOINT_URL", "http://account.r2.cloudflarestorage.com"),
        ("R2_PUBLIC_URL", "http://images.example.com"),
        ("R2_PUBLIC_BUCKET", "booking"),
        ("BOOKING_CLAMAV", "clamav"),
        ("BOOKING_CLAMAV", "clamav:99999"),
    ],
)
def test_a_wrong_storage_is_refused(name: str, value: str) -> None:
    (problem,) = problems(**{**PRODUCTION, name: value})
    assert problem.startswith(name)


def test_every_secret_may_be_in_a_file_and_nothing_else(tmp_path: Path) -> None:
    for variable, _ in variables_of(Settings()):
        file = tmp_path / variable.name
        file.write_text("")
        found = problems_of({f"{variable.name}_FILE": str(file)})
        assert found == ([f"{variable.name} is empty in {file}"] if variable.form.secret else [])


def problems_of(environ: dict[str, str]) -> list[str]:
    try:
        Settings.from_environment(environ)
    except InvalidSettings as refused:
        return list(refused.problems)
    return []


def test_a_secret_is_read_from_the_named_file_or_from_the_credentials_of_systemd(tmp_path: Path) -> None:
    secrets = {name: PRODUCTION[name] for name in ("BOOKING_SECRET_KEY", "DATABASE_URL", "R2_SECRET_ACCESS_KEY")}
    others = {name: value for name, value in PRODUCTION.items() if name not in secrets}
    for name, value in secrets.items():
        (tmp_path / name).write_text(f"{value}\n")
    named = {f"{name}_FILE": str(tmp_path / name) for name in secrets}
    for given in (named, {"CREDENTIALS_DIRECTORY": str(tmp_path)}):
        assert Settings.from_environment({**others, **given}) == Settings.from_environment(PRODUCTION)
    elsewhere = Settings.from_environment({**PRODUCTION, "CREDENTIALS_DIRECTORY": str(tmp_path / "none")})
    assert elsewhere == Settings.from_environment(PRODUCTION)
    (tmp_path / "BOOKING_SECRET_KEY").write_text("e" * 32)
    both = {**PRODUCTION, "CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert Settings.from_environment(both).secret_key == PRODUCTION["BOOKING_SECRET_KEY"]


def test_a_file_that_cannot_be_read_or_is_named_in_vain_stops_the_start_without_showing_the_secret(
    tmp_path: Path,
) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\xff")
    given = {name: value for name, value in PRODUCTION.items() if name != "BOOKING_BLIND_INDEX_KEY"}
    found = problems(
        **given,
        BOOKING_SECRET_KEY_FILE=str(tmp_path / "binary"),
        BOOKING_BLIND_INDEX_KEY_FILE=str(tmp_path / "missing"),
        QPAY_PASSWORD_FILE=str(tmp_path / "binary"),
    )
    assert {each.split()[0] for each in found} == {"BOOKING_SECRET_KEY", "BOOKING_BLIND_INDEX_KEY", "QPAY_PASSWORD"}
    assert any("No such file" in each for each in found)
    assert not any(given["BOOKING_SECRET_KEY"] in each or given["QPAY_PASSWORD"] in each for each in found)
