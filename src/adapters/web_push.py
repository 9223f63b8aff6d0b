"""Web Push: encrypts a notification for one device (RFC 8291), signs as the platform (VAPID, RFC 8292) and posts it."""

import asyncio
import logging
import os
import ssl
from base64 import urlsafe_b64encode
from datetime import timedelta
from http import HTTPStatus
from typing import Final

import httpx
import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from adapters.kit.destinations import DestinationRefused, Resolver, parsed_url
from adapters.kit.pinned_client import PinnedClient
from booking_domain.notifications.push import PushMessage, PushOutcome, PushSubscription, decoded
from booking_domain.shared.clock import Clock

_LOG = logging.getLogger(__name__)
_RECORD_BYTES: Final = 4_096
_TOKEN_LIVES: Final = timedelta(hours=12)
_GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_KEY_REFUSED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_REFUSED: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE})


def new_private_key() -> str:
    """Return a new key of the platform, base64url."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return _base64url(number.to_bytes(32, "big"))


def public_key(private_key: str) -> str:
    """Return the public key, as browsers take it for `applicationServerKey`.

    Raises:
        ValueError: this is no private key.
    """
    return _base64url(_point(_private(private_key)))


def encrypted(text: bytes, receiver: bytes, auth_secret: bytes) -> bytes:
    """Encrypt a text for the device with this public key (`aes128gcm`, RFC 8188, in one record)."""
    sender = ec.generate_private_key(ec.SECP256R1())
    own, salt = _point(sender), os.urandom(16)
    shared = sender.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), receiver))
    secret = _derived(shared, auth_secret, b"WebPush: info\0" + receiver + own, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + _RECORD_BYTES.to_bytes(4, "big") + bytes([len(own)]) + own
    return head + AESGCM(key).encrypt(nonce, text + b"\2", None)


class WebPush:
    """Pushes concurrently; share one instance per process, and open and close it.

    Addresses are checked as those of webhooks are: `allow_private`, for tests and development only, allows http, every
    address and every port. `contact` is a `mailto:` or `https:` URL by which push services reach the operator.
    """

    def __init__(
        self,
        private_key: str,
        *,
        contact: str,
        clock: Clock,
        allow_private: bool = False,
        timeout_seconds: float = 10.0,
        resolve: Resolver | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._key = _private(private_key) if private_key else None
        self._contact = contact
        self._clock = clock
        self._http = PinnedClient.public(
            timeout_seconds=timeout_seconds,
            schemes=frozenset({"https"}),
            allow_private=allow_private,
            resolve=resolve,
            trust=trust,
        )
        self._timeout_seconds = timeout_seconds

    async def open(self) -> None:
        await self._http.open()

    async def close(self) -> None:
        """Cancel queued lookups of names; it cannot be reopened."""
        await self._http.close()

    async def __call__(self, subscription: PushSubscription, message: PushMessage) -> PushOutcome:
        """Push to one device."""
        if self._key is None:
            raise RuntimeError("without a key")
        try:
            async with asyncio.timeout(self._timeout_seconds):
                status = await self._post(self._key, subscription, message)
        except DestinationRefused as refused:
            _LOG.info("push message %s was not sent: %s", message.id, refused)
            return PushOutcome.REFUSED
        except (TimeoutError, httpx.HTTPError, httpx.StreamError):
            return PushOutcome.UNAVAILABLE
        if status in _KEY_REFUSED:  # the platform's fault, which an operator can mend
            _LOG.error("%s refuses the key of Web Push with %d", subscription.service, status)
        if status in _GONE:
            return PushOutcome.GONE
        if status in _REFUSED:
            return PushOutcome.REFUSED
        succeeded = HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
        return PushOutcome.ACCEPTED if succeeded else PushOutcome.UNAVAILABLE

    async def _post(self, key: ec.EllipticCurvePrivateKey, subscription: PushSubscription, message: PushMessage) -> int:
        url = parsed_url(subscription.endpoint)
        text = msgspec.json.encode(
            {
                "id": str(message.id),
                "type": message.type,
                "title": message.title,
                "body": message.body,
                "link": message.link,
            }
        )
        receiver = decoded("p256dh", subscription.public_key)
        headers = {
            "authorization": self._authorization(key, f"{url.scheme}://{url.netloc.decode('ascii')}"),
            "content-type": "application/octet-stream",
            "content-encoding": "aes128gcm",
            "ttl": str(int(message.lives.total_seconds())),
            "urgency": message.urgency.value,
            "topic": _base64url(message.id.bytes),
        }
        content = encrypted(text, receiver, decoded("auth", subscription.auth_secret))
        response = await self._http.send("POST", url, headers=headers, content=content)
        await response.aclose()
        return response.status_code

    def _authorization(self, key: ec.EllipticCurvePrivateKey, origin: str) -> str:
        claims = {"aud": origin, "exp": self._clock.now() + _TOKEN_LIVES, "sub": self._contact}
        return f"vapid t={jwt.encode(claims, key, 'ES256')}, k={_base64url(_point(key))}"


def _private(key: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(decoded("key", key), "big"), ec.SECP256R1())


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
