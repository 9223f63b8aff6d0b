"""Web Push over HTTP: devices decrypt the sent message, and push services verify the sender."""

import json
import logging
from asyncio import StreamWriter
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

import http_ece
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.unit.adapters.webhooks.receiver import Request, answer, receiving

from adapters.web_push import WebPush, new_private_key, public_key
from booking_domain.notifications.push import (
    PushMessage,
    PushOutcome,
    PushSubscription,
    PushSubscriptionId,
    Urgency,
    decoded,
)
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.testing.builders import NOW
from booking_domain.testing.memory import ManualClock
from booking_domain.testing.notifications.contracts.push import DEVICE_KEY, DEVICE_SECRET

KEY: Final = new_private_key()
MESSAGE: Final = PushMessage(
    id=UUID(int=7),
    title="BK-7QF2MX: баталгаажлаа",
    body="Маргааш 10:00 цагт\nуулзъя ✓ «نوبت»",
    link="/bookings/0199f3d0-1f10-7c55-9e66-3a4b5c6d7e8f",
    type="booking.confirmed",
    urgency=Urgency.HIGH,
    lives=timedelta(hours=2),
)


class Device:
    """A browser: it has a key, and decrypts the messages of the push service."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._secret = bytes(range(16))

    def subscription(self, endpoint: str) -> PushSubscription:
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return PushSubscription(
            id=PushSubscriptionId(UUID(int=1)),
            user_id=UserId(UUID(int=2)),
            session_id=SessionId(UUID(int=3)),
            endpoint=endpoint,
            public_key=_base64url(point),
            auth_secret=_base64url(self._secret),
            user_agent="",
            created_at=NOW,
        )

    def read(self, request: Request) -> bytes:
        read: bytes = http_ece.decrypt(
            request.body, private_key=self._key, auth_secret=self._secret, version="aes128gcm"
        )
        return read


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


async def _resolve_inside(host: str, _: int) -> Sequence[str]:
    """Resolve an IP address to itself, and every name to an address of the internal network."""
    return [host if set(host) <= set("0123456789.:") else "10.0.0.7"]


@asynccontextmanager
async def pushing(*, allow_private: bool = True, timeout_seconds: float = 10.0) -> AsyncIterator[WebPush]:
    push = WebPush(
        KEY,
        contact="mailto:ops@example.com",
        clock=ManualClock(NOW),
        allow_private=allow_private,
        timeout_seconds=timeout_seconds,
        resolve=None if allow_private else _resolve_inside,
    )
    await push.open()
    try:
        yield push
    finally:
        await push.close()


async def test_a_device_decrypts_what_was_sent() -> None:
    device = Device()
    longest = replace(MESSAGE, title='"' * 200, body="\n" * 1_500)
    async with receiving(answer(201)) as service, pushing() as push:
        for message in (MESSAGE, longest):
            outcome = await push(device.subscription(service.url("/wpush/abc")), message)
            assert outcome is PushOutcome.ACCEPTED
            request = service.requests[-1]
            assert json.loads(device.read(request)) == {
                "id": str(message.id),
                "type": message.type,
                "title": message.title,
                "body": message.body,
                "link": message.link,
            }
            assert len(request.body) <= 4_096
        first, second = service.requests
    assert {name: first.headers[name] for name in ("content-encoding", "ttl", "urgency", "topic")} == {
        "content-encoding": "aes128gcm",
        "ttl": "7200",
        "urgency": "high",
        "topic": _base64url(MESSAGE.id.bytes),
    }
    assert first.body[:86] != second.body[:86]  # a new salt and a new key for each
    with pytest.raises(http_ece.ECEException):
        Device().read(first)


async def test_a_push_service_verifies_the_platform() -> None:
    async with receiving(answer(201)) as service, pushing() as push:
        await push(Device().subscription(service.url()), MESSAGE)
        scheme, _, rest = service.requests[0].headers["authorization"].partition(" ")
        said = dict(each.strip().split("=", 1) for each in rest.split(","))
        assert (scheme, said["k"]) == ("vapid", public_key(KEY))
        point = urlsafe_b64decode(said["k"] + "=")
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        origin = service.url("")
        claims = jwt.decode(said["t"], key, ["ES256"], audience=origin, options={"verify_exp": False})
    assert claims == {
        "aud": origin,
        "exp": int((NOW + timedelta(hours=12)).timestamp()),
        "sub": "mailto:ops@example.com",
    }


async def test_the_push_services_answer_decides_about_the_message(caplog: pytest.LogCaptureFixture) -> None:
    expected = {
        200: PushOutcome.ACCEPTED,
        201: PushOutcome.ACCEPTED,
        302: PushOutcome.UNAVAILABLE,
        400: PushOutcome.REFUSED,
        401: PushOutcome.UNAVAILABLE,
        403: PushOutcome.UNAVAILABLE,
        404: PushOutcome.GONE,
        410: PushOutcome.GONE,
        413: PushOutcome.REFUSED,
        429: PushOutcome.UNAVAILABLE,
        500: PushOutcome.UNAVAILABLE,
        503: PushOutcome.UNAVAILABLE,
    }
    async with receiving(*map(answer, expected)) as service, pushing() as push:
        subscription = Device().subscription(service.url("/secret-of-the-device"))
        assert {status: await push(subscription, MESSAGE) for status in expected} == expected
    async with pushing() as push:
        assert await push(subscription, MESSAGE) is PushOutcome.UNAVAILABLE  # nobody listens any more
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 2
    assert "secret-of-the-device" not in caplog.text


async def test_nothing_is_sent_into_the_internal_network(caplog: pytest.LogCaptureFixture) -> None:
    device = Device()
    async with receiving(answer(201)) as service, pushing(allow_private=False) as push:
        for endpoint in (
            f"https://127.0.0.1:{service.port}/",
            "https://push.example/secret-of-the-device",
            "http://push.example/",
            "https://[::1]/",
            "https://xn--.push.example/",
            "https://a..push.example/",
            "https://[::1",
            "https://push.example:0/",
        ):
            assert await push(device.subscription(endpoint), MESSAGE) is PushOutcome.REFUSED
        assert service.requests == []
    assert "secret-of-the-device" not in caplog.text


async def test_a_long_answer_of_a_push_service_is_not_read() -> None:
    async def endless(_: Request, writer: StreamWriter) -> None:
        writer.write(b"HTTP/1.1 201 Created\r\ncontent-length: 1000000000000\r\n\r\n")
        while not writer.is_closing():
            writer.write(bytes(65_536))
            await writer.drain()

    async with receiving() as service, pushing() as push:
        service.respond = endless
        assert await push(Device().subscription(service.url()), MESSAGE) is PushOutcome.ACCEPTED


async def test_a_push_service_that_redirects_to_no_address_is_unavailable() -> None:
    for location in ("https://xn--/", "https://[::1/"):
        async with receiving(answer(307, headers=f"location: {location}\r\n")) as service, pushing() as push:
            assert await push(Device().subscription(service.url()), MESSAGE) is PushOutcome.UNAVAILABLE


async def test_a_push_service_that_does_not_answer_in_time_is_unavailable() -> None:
    async def silent(_: Request, writer: StreamWriter) -> None:
        await writer.wait_closed()

    async with receiving() as service, pushing(timeout_seconds=0.2) as push:
        service.respond = silent
        assert await push(Device().subscription(service.url()), MESSAGE) is PushOutcome.UNAVAILABLE


def test_a_key_has_one_public_key() -> None:
    assert public_key(KEY) == public_key(KEY) != public_key(new_private_key())
    assert len(decoded("key", KEY)) == 32
    # The receiver's key pair of RFC 8291, appendix A.
    assert public_key("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94") == DEVICE_KEY
    assert len(decoded("auth", DEVICE_SECRET)) == 16
