"""The composition root."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import UnionType
from typing import Any, Final, get_origin, get_type_hints
from uuid import UUID

import pytest
from litestar.routes import HTTPRoute
from tests.unit.adapters.smtp.mail_server import Mailbox, server
from tests.unit.adapters.telegram.bot import init_data
from tests.unit.entrypoints.test_settings import SMTP

import entrypoints
from adapters.calendars.reader import HttpFeedReader
from adapters.console.sms import ConsoleSmsSender
from adapters.postgres.database import Database
from adapters.postgres.rate_limits import PostgresRateLimiter
from adapters.qpay.gateway import QPayGateway
from adapters.security.rate_limits import ProcessRateLimiter
from adapters.sms.disabled import DisabledSmsSender
from adapters.sms.kavenegar import KavenegarSmsSender
from adapters.sms.twilio import TwilioSmsSender
from booking_domain.identity.errors import InvalidAssertion, InvalidToken
from booking_domain.identity.external_identities import Assertion, InitData
from booking_domain.identity.one_time_codes import CODE_LIFE
from booking_domain.identity.ports import Bearer
from booking_domain.notifications.errors import ChannelOff
from booking_domain.notifications.ports import OutgoingMessage
from booking_domain.payments.chargeable import Chargeable
from booking_domain.scheduling.feeds import FeedUnreadable
from booking_domain.shared.actor import SYSTEM, Actor, Role
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import PaymentId, SessionId, SmsId, UserId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, NOW, Builder
from booking_domain.testing.memory import MemoryDatabase, MemorySmsSender
from booking_domain.use_cases.platform.ports import Repositories
from entrypoints.container import Container
from entrypoints.http.app import create_app
from entrypoints.http.container import HttpContainer
from entrypoints.settings.main import Settings
from entrypoints.wiring import root

TRANSACTION = PaymentId(UUID(int=7))
WINDOW = TimeRange(NOW, NOW + HOUR)


def a_container(**environ: str) -> Container:
    return Container(
        settings=Settings.from_environment({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x", **environ})
    )


def test_every_provider_provides() -> None:
    container = HttpContainer(settings=a_container(BOOKING_CACHE_URL="redis://127.0.0.1:1/0").settings())
    for provider in container.providers.values():
        provider()


def test_mypy_sees_every_wire() -> None:
    assert not hasattr(a_container(), "databse"), "mypy accepts every name of a class with __getattr__"
    untyped = [
        path
        for path in Path(entrypoints.__file__).parent.rglob("*.py")
        if path != Path(root.__file__) and "dependency_injector" in path.read_text(encoding="utf-8")
    ]
    assert not untyped, f"dependency-injector's own containers are not typed; declare methods with @single: {untyped}"


def fits(made: Any, wanted: Any) -> bool:
    """Whether a value of one type can be passed as the other, as far as their classes show."""
    if made == wanted:
        return True
    if isinstance(made, UnionType):
        return all(fits(each, wanted) for each in made.__args__)
    if isinstance(wanted, UnionType):
        return any(fits(made, each) for each in wanted.__args__)
    made, wanted = get_origin(made) or made, get_origin(wanted) or wanted
    if getattr(wanted, "_is_protocol", False):
        members = {name for each in wanted.__mro__ for name in vars(each) if not name.startswith("_")}
        return members <= {*dir(made), *getattr(made, "__annotations__", ())}
    return issubclass(made, wanted)


def test_handlers_receive_what_the_provider_of_the_name_makes() -> None:
    app = create_app(HttpContainer(settings=a_container().settings()))
    handlers = [handler for route in app.routes if isinstance(route, HTTPRoute) for handler in route.route_handlers]
    values_of_requests = [one for handler in handlers for one in handler.resolve_dependencies().values()]
    signatures = [each.parsed_fn_signature for each in handlers]
    signatures += [each.parsed_fn_signature for each in values_of_requests]
    wanted = {(name, each.annotation) for signature in signatures for name, each in signature.parameters.items()}
    providers = app.state.container.providers
    made = {name: get_type_hints(providers[name].provides)["return"] for name, _ in wanted if name in providers}
    unfit = [f"{name}: {wants}" for name, wants in wanted if name in made and not fits(made[name], wants)]
    assert not unfit, f"these parameters are not of the type that the container makes: {unfit}"
    assert len(made) > 20


def test_real_adapters_stand_behind_the_ports() -> None:
    container = a_container()
    assert isinstance(container.database(), Database)
    assert isinstance(container.gateway(), QPayGateway)
    assert isinstance(container.feed_reader(), HttpFeedReader)
    assert container.reads() is container.database().reads
    assert container.executor() is container.executor()


@pytest.mark.parametrize(
    ("environ", "names"),
    [
        ({}, ["qpay"]),
        ({"BOOKING_GATEWAY": "stripe"}, ["stripe"]),
        ({"BOOKING_GATEWAYS": "stripe"}, ["qpay", "stripe"]),
        ({"BOOKING_GATEWAY": "stripe", "BOOKING_GATEWAYS": "qpay"}, ["stripe", "qpay"]),
    ],
)
def test_the_gateways_are_those_of_the_settings(environ: dict[str, str], names: list[str]) -> None:
    gateways = a_container(**environ).gateways()
    assert [gateway.name for gateway in gateways] == names
    assert gateways.default.name == names[0]


@pytest.mark.parametrize(
    ("environ", "listed"),
    [
        ({"BOOKING_GATEWAY": "qpay"}, ["qpay"]),
        ({"BOOKING_GATEWAY": "qpay-edge"}, ["qpay-edge"]),
        ({"BOOKING_GATEWAY": "stripe", "BOOKING_GATEWAYS": "qpay-edge"}, ["stripe", "qpay-edge"]),
    ],
)
def test_the_two_ways_to_qpay_are_one_gateway(environ: dict[str, str], listed: list[str]) -> None:
    worker = {"QPAY_EDGE_URL": "http://127.0.0.1:9", "QPAY_EDGE_KEY": "w" * 32}
    gateways = a_container(**environ, **worker).gateways()
    assert [gateway.name for gateway in gateways] == listed
    assert gateways.named("qpay") is gateways.named("qpay-edge")
    assert gateways.named("qpay").name == listed[-1]


async def test_use_cases_check_that_the_gateway_can_charge_the_amount() -> None:
    async def known(_command: None, _tx: Repositories, context: UseCaseContext) -> Chargeable:
        return context.get(Chargeable)

    container = a_container()
    container.database.override(MemoryDatabase())
    known_to_use_cases = await container.executor().run(UseCase(Permission.RUN_PLATFORM, known), None, actor=SYSTEM)
    chargeable = container.gateway().chargeable
    assert (known_to_use_cases.gateway, known_to_use_cases.currencies) == (chargeable.gateway, chargeable.currencies)


@pytest.mark.parametrize(
    ("setting", "why"),
    [("off", "its address names a port other than 80 and 443"), ("on", "no connection could be made")],
)
async def test_feeds_at_private_addresses_need_a_setting(setting: str, why: str) -> None:
    async def read() -> None:
        async with a_container(BOOKING_FEEDS_ALLOW_PRIVATE=setting).feed_reader() as reader:
            await reader.read("http://127.0.0.1:1/x.ics", window=WINDOW, time_zone="UTC")

    with pytest.raises(FeedUnreadable) as refused:
        await read()
    assert (refused.value.detail or refused.value.why) == why


def test_logins_are_counted_in_shared_storage() -> None:
    assert isinstance(a_container().shared_rate_limiter(), ProcessRateLimiter)
    several = a_container(BOOKING_API_PROCESSES="4")
    assert isinstance(several.shared_rate_limiter(), PostgresRateLimiter)
    assert isinstance(several.process_rate_limiter(), ProcessRateLimiter)
    shared = a_container(BOOKING_RATE_LIMIT_STORAGE="postgres")
    assert shared.shared_rate_limiter() is shared.postgres_rate_limiter()


def test_authenticator_apps_and_passkeys_show_the_brand() -> None:
    container = a_container(BOOKING_BRAND_NAME="Ink & Needle")
    assert (
        container.time_codes().uri("JBSWY3DPEHPK3PXP" * 2, "dorj").startswith("otpauth://totp/Ink%20%26%20Needle:dorj?")
    )
    options = container.passkey_ceremonies().creation_options(b"x" * 32, UserId(UUID(int=1)), "dorj", [])
    assert options["rp"]["name"] == "Ink & Needle"


def test_each_secret_is_derived_for_its_use() -> None:
    one, other = a_container(), a_container(BOOKING_SECRET_KEY="another secret of 32 characters!")
    assert one.callback_tokens().issue(TRANSACTION) == a_container().callback_tokens().issue(TRANSACTION)
    assert one.callback_tokens().issue(TRANSACTION) != other.callback_tokens().issue(TRANSACTION)


def test_tokens_of_a_previous_secret_are_still_read() -> None:
    old = a_container(BOOKING_SECRET_KEY="the secret of last year; 32 long")
    new = a_container(BOOKING_PREVIOUS_SECRET_KEYS="the secret of last year; 32 long")
    bearer = Bearer(Actor(UserId(UUID(int=1)), Role.CUSTOMER), SessionId(UUID(int=2)))
    now = new.clock().now()
    text = old.access_tokens().issue(bearer, now).text
    assert new.access_tokens().read(text, now) == bearer
    assert new.callback_tokens().verify(TRANSACTION, old.callback_tokens().issue(TRANSACTION))
    with pytest.raises(InvalidToken):
        a_container().access_tokens().read(text, now)


def test_telegram_assertions_are_checked_with_the_configured_bots() -> None:
    bot, earlier = "123456789:AAE" + "b" * 32, "123456789:AAE" + "e" * 32
    given = {"BOOKING_TELEGRAM_BOT_TOKEN": bot, "BOOKING_TELEGRAM_PREVIOUS_BOT_TOKENS": earlier}
    container = a_container(**given, BOOKING_TELEGRAM_FRESHNESS_SECONDS="60")
    for token in (bot, earlier):
        proof = InitData(init_data(int(NOW.timestamp()), token=token))
        assert isinstance(container.telegram_assertions().read(proof, NOW + timedelta(seconds=59)), Assertion)
        with pytest.raises(InvalidAssertion):
            container.telegram_assertions().read(proof, NOW + timedelta(seconds=61))


def test_a_callback_url_contains_the_token_of_its_payment() -> None:
    container = a_container(BOOKING_PUBLIC_URL="https://booking.example.com")
    tokens = container.callback_tokens()
    address = container.settings().payment_callback_url(TRANSACTION, tokens.issue(TRANSACTION))
    start, _, token = address.partition("?token=")
    assert start == f"https://booking.example.com/api/v1/webhooks/qpay/{TRANSACTION}"
    assert tokens.verify(TRANSACTION, token)
    assert len(address) <= 255


@pytest.mark.parametrize(
    ("environ", "sender"),
    [
        ({}, ConsoleSmsSender),
        (
            {
                "BOOKING_SMS_PROVIDER": "twilio",
                "TWILIO_ACCOUNT_SID": "AC1",
                "TWILIO_AUTH_TOKEN": "token",
                "TWILIO_FROM": "+15005550006",
            },
            TwilioSmsSender,
        ),
        ({"BOOKING_SMS_PROVIDER": "kavenegar", "KAVENEGAR_API_KEY": "key"}, KavenegarSmsSender),
        ({"BOOKING_SMS_PROVIDER": "none"}, DisabledSmsSender),
    ],
)
def test_the_settings_choose_the_sms_provider(environ: dict[str, str], sender: type) -> None:
    container = a_container(**environ)
    assert type(container.sms_sender()) is sender
    assert container.sms_sender() is container.sms_sender()
    assert container.sms_sender().name == environ.get("BOOKING_SMS_PROVIDER", "console")


async def test_codes_go_to_phones_as_text_messages_and_to_addresses_as_files(tmp_path: Path) -> None:
    container = a_container(BOOKING_DATA_DIR=str(tmp_path))
    container.database.override(MemoryDatabase())
    for to in ("dorj@example.com", "+97699112233"):
        await container.code_messenger().send_code(
            to=to, code="012345", purpose="login", locale="en", until=NOW + CODE_LIFE, zone="Asia/Ulaanbaatar"
        )
    files = (tmp_path / "messages").glob("*.json")
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    assert {(each["channel"], each["to"]) for each in kept} == {("email", "dorj@example.com"), ("sms", "+97699112233")}
    text, then = (
        "012345 is your code to sign in, until 09:07. Do not share it with anybody.",
        "Expired: ask for a new code.",
    )
    assert {each["text"] for each in kept} == {f"{text}\n\n{then}", f"Booking: {text}\n{then}"}


NOTIFICATION: Final = OutgoingMessage(
    id=UUID(int=7), channel="email", to="dorj@example.com", subject="Confirmed", text="See you.", created_at=NOW
)


async def test_notifications_in_development_are_files(tmp_path: Path) -> None:
    sender = a_container(BOOKING_DATA_DIR=str(tmp_path)).message_sender()
    await sender.send(NOTIFICATION)
    await sender.send(replace(NOTIFICATION, id=UUID(int=8), channel="sms", to="+97699112233"))
    written = [json.loads(path.read_text(encoding="utf-8")) for path in (tmp_path / "messages").glob("*.json")]
    assert {(each["channel"], each["to"]) for each in written} == {
        ("email", "dorj@example.com"),
        ("sms", "+97699112233"),
    }


async def test_notifications_with_a_mail_server_go_there_and_write_no_file(tmp_path: Path) -> None:
    received = Mailbox()

    async with server(received) as port:
        smtp = {**SMTP, "SMTP_HOST": "localhost", "SMTP_PORT": str(port), "SMTP_SECURITY": "none"}
        container = a_container(BOOKING_DATA_DIR=str(tmp_path), BOOKING_SMS_PROVIDER="none", **smtp)
        await container.message_sender().send(NOTIFICATION)
        with pytest.raises(ChannelOff):
            await container.message_sender().send(replace(NOTIFICATION, channel="sms", to="+97699112233"))
        await container.code_messenger().send_code(
            to="dorj@example.com",
            code="012345",
            purpose="login",
            locale="en",
            until=NOW + CODE_LIFE,
            zone="Asia/Ulaanbaatar",
        )
    assert [message["Subject"] for message in received.messages] == ["Confirmed", "012345 is your code"]
    assert list(tmp_path.iterdir()) == []


async def test_notifications_by_sms_are_recorded_under_their_account() -> None:
    database, sender, user = MemoryDatabase(), MemorySmsSender(), Builder().user()
    container = a_container(BOOKING_SMS_PROVIDER="kavenegar", KAVENEGAR_API_KEY="key")
    container.database.override(database)
    container.sms_sender.override(sender)
    async with database.begin() as tx:
        await tx.users.add(user)
    await container.message_sender().send(
        replace(NOTIFICATION, channel="sms", to="+97699112233", language="mn", user_id=user.id)
    )
    delivered, recorded = (list(sender.delivered), list(await database.reads.sms.of_user(user.id, None, 9)))
    assert delivered == [("+97699112233", "See you.")]
    assert [(each.template, each.language, each.to_masked) for each in recorded] == [
        ("notification", "mn", "+976****2233")
    ]


def test_twilio_gets_a_callback_url_for_each_message() -> None:
    settings = a_container(BOOKING_PUBLIC_URL="https://booking.example.com").settings()
    address = settings.sms_status_callback_url(SmsId(UUID(int=7)))
    assert address == f"https://booking.example.com/api/v1/webhooks/sms/twilio?message={UUID(int=7)}"
