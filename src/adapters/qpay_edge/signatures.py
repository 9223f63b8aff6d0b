"""Signed calls between the API and the Worker, in both directions.

A call carries three headers: `edge-timestamp` (Unix seconds), `edge-nonce` (random, used once) and `edge-signature`
(`v1=` and the hexadecimal HMAC-SHA256 of `signed_text`). `deploy/qpay-worker/src/signatures.js` does the same.
"""

import base64
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from adapters.kit.signatures import TOLERANCE, matches, recent
from booking_domain.payments.errors import InvalidGatewaySignature
from booking_domain.shared.clock import Clock

SCHEME: Final = "booking-edge-v1"
TO_WORKER: Final = "to-worker"
TO_API: Final = "to-api"
KEPT: Final = 2 * TOLERANCE
"""How long a nonce is kept after its timestamp. It outlives the tolerance, since the clocks of processes differ."""
_NONCE: Final = re.compile(r"[A-Za-z0-9_-]{22,64}", re.ASCII)
_NONCE_BYTES: Final = 24


class Nonces(Protocol):
    """The nonces of accepted calls, shared by all processes.

    Methods raise only errors of the family `booking_domain.shared.errors.Unavailable`.
    """

    async def use(self, nonce: str, *, now: datetime, expires_at: datetime) -> bool:
        """Store the nonce until `expires_at`. Return whether this is the first claim of it."""
        ...


class CallSigner:
    """Signs calls to the Worker."""

    def __init__(self, key: str, clock: Clock) -> None:
        self._key = key.encode()
        self._clock = clock

    def headers(self, method: str, target: str, body: bytes) -> dict[str, str]:
        """Return the headers of one call. `target` is path and query."""
        timestamp = str(int(self._clock.now().timestamp()))
        nonce = base64.urlsafe_b64encode(secrets.token_bytes(_NONCE_BYTES)).decode()
        text = signed_text(TO_WORKER, method=method, target=target, timestamp=timestamp, nonce=nonce, body=body)
        return {"edge-timestamp": timestamp, "edge-nonce": nonce, "edge-signature": _signature(self._key, text)}


class CallVerifier:
    """Verifies calls from the Worker. Without keys it rejects every call."""

    def __init__(self, keys: Sequence[str], nonces: Nonces, clock: Clock) -> None:
        self._keys = tuple(key.encode() for key in keys if key)
        self._nonces = nonces
        self._clock = clock

    async def verify(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> None:
        """Accept a call once. The nonce is claimed last: only holders of a key can fill its storage.

        Raises:
            InvalidGatewaySignature: the call is not signed with one of the keys, is not recent, or was accepted before.
        """
        timestamp, nonce = headers.get("edge-timestamp", ""), headers.get("edge-nonce", "")
        now = self._clock.now()
        signed_at = recent(timestamp, now)
        if signed_at is None or not _NONCE.fullmatch(nonce):
            raise InvalidGatewaySignature
        text = signed_text(TO_API, method=method, target=target, timestamp=timestamp, nonce=nonce, body=body)
        if not matches(headers.get("edge-signature", ""), (_signature(key, text).encode() for key in self._keys)):
            raise InvalidGatewaySignature
        if not await self._nonces.use(nonce, now=now, expires_at=signed_at + KEPT):
            raise InvalidGatewaySignature


def signed_text(direction: str, *, method: str, target: str, timestamp: str, nonce: str, body: bytes) -> bytes:
    """The signed text: every meaningful part of the call, in an unambiguous form.

    >>> text = signed_text("to-worker", method="POST", target="/a?b=c", timestamp="1790000000", nonce="n", body=b"{}")
    >>> print(text.decode())
    booking-edge-v1
    to-worker
    POST
    /a?b=c
    1790000000
    n
    {}
    """
    head = f"{SCHEME}\n{direction}\n{method}\n{target}\n{timestamp}\n{nonce}\n"
    return head.encode("utf-8", "surrogatepass") + body


def _signature(key: bytes, text: bytes) -> str:
    return f"v1={hmac.digest(key, text, 'sha256').hex()}"
