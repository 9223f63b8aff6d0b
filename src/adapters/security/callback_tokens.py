"""Callback tokens: an HMAC of the payment id, so that a payment's callback URL cannot be guessed."""

import base64
import hmac
from collections.abc import Sequence

from adapters.kit.signatures import matches
from booking_domain.payments.ports import CallbackTokens
from booking_domain.shared.ids import PaymentId


class HmacCallbackTokens(CallbackTokens):
    """HMAC-SHA256 in base64url without padding (43 characters); also accepts tokens of previous keys."""

    def __init__(self, key: bytes, *, previous: Sequence[bytes] = ()) -> None:
        self._key = key
        self._keys = (key, *previous)

    def issue(self, payment_id: PaymentId) -> str:
        return _signature(self._key, payment_id)

    def verify(self, payment_id: PaymentId, token: str) -> bool:
        return matches(token, (_signature(key, payment_id).encode() for key in self._keys))


def _signature(key: bytes, payment_id: PaymentId) -> str:
    signature = hmac.digest(key, b"callback:" + payment_id.bytes, "sha256")
    return base64.urlsafe_b64encode(signature).decode().rstrip("=")
