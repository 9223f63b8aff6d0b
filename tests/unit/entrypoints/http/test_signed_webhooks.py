"""What arrives at a signed webhook is refused unless it is signed, whatever its headers are; no webhook answers 500."""

import base64
import hmac
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import httpx
import pytest
from stripe import WebhookSignature
from tests.unit.adapters.qpay_edge.edge_fixtures import MemoryNonces, signed
from tests.unit.adapters.sms.fakes import ACCOUNT, FROM, TOKEN
from tests.unit.adapters.telegram.bot import TOKEN as BOT_TOKEN
from tests.unit.entrypoints.api import V1, Api, assert_problem

from adapters.qpay_edge.signatures import TO_API

PUBLIC: Final = "https://booking.example.com"
SECRET: Final = "a-secret-of-the-webhook-0123456789"
STRIPE: Final = "whsec_0123456789abcdef0123456789abcdef"
pytestmark = pytest.mark.settings(
    BOOKING_PUBLIC_URL=PUBLIC,
    QPAY_EDGE_KEY=SECRET,
    BOOKING_GATEWAYS="stripe",
    STRIPE_WEBHOOK_SECRET=STRIPE,
    BOOKING_EMAIL_BOUNCE_ADDRESS="bounces@mail.example.com",
    BOOKING_EMAIL_BOUNCE_SECRET=SECRET,
    BOOKING_TELEGRAM_BOT_TOKEN=BOT_TOKEN,
    BOOKING_TELEGRAM_BOT_NAME="example_bot",
    BOOKING_TELEGRAM_WEBHOOK_SECRET=SECRET,
    BOOKING_SMS_PROVIDER="twilio",
    TWILIO_ACCOUNT_SID=ACCOUNT,
    TWILIO_AUTH_TOKEN=TOKEN,
    TWILIO_FROM=FROM,
)


def _by_edge(api: Api, body: bytes) -> dict[str, str]:
    return signed(TO_API, "POST", f"{V1}/webhooks/qpay-edge", body, at=api.clock.now(), key=SECRET)


def _by_stripe(api: Api, body: bytes) -> dict[str, str]:
    at = int(api.clock.now().timestamp())
    text = body.decode("utf-8", "replace")
    return {"stripe-signature": WebhookSignature.generate_signature_header(text, STRIPE, timestamp=at)}


def _by_the_mail_server(api: Api, body: bytes) -> dict[str, str]:
    at = str(int(api.clock.now().timestamp()))
    signature = hmac.new(SECRET.encode(), at.encode() + b"." + body, "sha256").hexdigest()
    return {"x-bounce-timestamp": at, "x-bounce-signature": signature}


def _by_telegram(api: Api, body: bytes) -> dict[str, str]:
    return {"x-telegram-bot-api-secret-token": SECRET}


def _by_twilio(api: Api, body: bytes) -> dict[str, str]:
    """Of a body without fields."""
    url = f"{PUBLIC}{V1}/webhooks/sms/twilio".encode()
    return {"x-twilio-signature": base64.b64encode(hmac.digest(TOKEN.encode(), url, "sha1")).decode()}


@dataclass(frozen=True)
class Webhook:
    path: str
    code: str
    sign: Callable[[Api, bytes], Mapping[str, str]]
    taken: frozenset[int] = frozenset({204})
    """What it answers to a body that is signed, and of no use."""


WEBHOOKS: Final = {
    "qpay-edge": Webhook("/webhooks/qpay-edge", "payment.invalid_signature", _by_edge, frozenset({404})),
    "stripe": Webhook("/webhooks/stripe", "payment.invalid_signature", _by_stripe),
    "email-bounces": Webhook("/webhooks/email-bounces", "email.invalid_bounce_signature", _by_the_mail_server),
    "telegram": Webhook("/webhooks/telegram", "telegram.invalid_secret", _by_telegram, frozenset({204, 400})),
    "twilio": Webhook("/webhooks/sms/twilio", "sms.invalid_signature", _by_twilio, frozenset({204, 403})),
}
HOSTILE: Final = (
    *("", " ", "\t", "0", "-1", "+1", "00", "1e9", "1.5", "NaN", "Infinity", "-Infinity", "0x10", "1_000"),
    *("9" * digits for digits in (10, 11, 12, 13, 19, 20, 400, 5_000)),
    *("253402300799", "253402300800", "-62135596801", "é" * 64, "\xff", "١٢٣", "１２３", "²", "😀"),
    *("t=,v1=", "t=1,v1", "v1", "t", ",,,,", "=" * 500, "," * 500, f"t={'9' * 12},v1={'0' * 64}", "t=١,v1=0"),
    *("v1=", "v1=" + "0" * 64, "v1=" + "é" * 64, "sha256=", "%00", "%0d%0a", "{}", "null", "None"),
)
"""Values of a header; those that are not ASCII arrive as UTF-8, which the server reads as Latin-1."""
BODIES: Final = (
    *(b"", b"\0", b"\xff\xfe", b"{}", b"[]", b"null", b"[" * 20_000, b'{"a":' * 20_000, b"\xed\xa0\x80"),
    *(
        b'{"qpayInvoiceId":"a\\u0000b"}',
        b'{"qpayInvoiceId":"\\ud800"}',
        b'{"qpayInvoiceId":{}}',
        b'{"qpayInvoiceId":1}',
    ),
    b'{"object":"event","data":{"object":{"object":"payment_intent","id":"pi_\\u0000"}}}',
    b'{"object":"event","data":{"object":{"object":"charge","payment_intent":"pi_' + b"x" * 5_000 + b'"}}}',
    *(b"Content-Type: multipart/report; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 50, b"Content-Type: \xff\r\n\r\n"),
    b'{"update_id":' + b"9" * 400 + b"}",
    b"MessageStatus=sent&MessageStatus=\0&ErrorCode=%00",
)


def hostile_headers(right: Mapping[str, str]) -> Iterator[list[tuple[bytes, bytes]]]:
    """The right headers with one missing, twice, of another value, or beside another value."""
    sent = {name.encode(): value.encode() for name, value in right.items()}
    for name, value in sent.items():
        others = [(each, text) for each, text in sent.items() if each != name]
        yield others
        yield [*others, (name, value), (name, value)]
        for text in HOSTILE:
            yield [*others, (name, text.encode())]
            yield [*others, (name, value), (name, text.encode())]
            yield [*others, (name, text.encode()), (name, value)]


@pytest.fixture(autouse=True)
def _nonces(api: Api) -> None:
    api.container.edge_nonces.override(MemoryNonces())


@pytest.mark.parametrize("webhook", WEBHOOKS.values(), ids=list(WEBHOOKS))
async def test_a_signature_that_is_missing_wrong_or_doubled_is_refused(api: Api, webhook: Webhook) -> None:
    for headers in hostile_headers(webhook.sign(api, b"")):
        answer = await api.client.post(V1 + webhook.path, content=b"", headers=httpx.Headers(headers))
        assert_problem(answer, 403, webhook.code)


@pytest.mark.parametrize("webhook", WEBHOOKS.values(), ids=list(WEBHOOKS))
async def test_a_body_is_not_read_before_its_signature_is_right(api: Api, webhook: Webhook) -> None:
    for body in BODIES:
        assert_problem(await api.post(webhook.path, content=body), 403, webhook.code)
        answer = await api.post(webhook.path, content=body, headers=webhook.sign(api, body))
        refused = answer.status_code == 403 and not body.isascii()  # Stripe and Twilio sign texts
        assert answer.status_code in webhook.taken or refused, (body[:80], answer.text)
