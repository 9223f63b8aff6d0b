"""Callback tokens: a signature of the transaction's id, so that nobody else knows a payment's callback address."""

import base64
import hmac
from collections.abc import Sequence

from booking_domain.payments.ports import CallbackTokens
from booking_domain.shared.ids import TransactionId


class HmacCallbackTokens(CallbackTokens):
    """HMAC-SHA256 in base64url, without padding: 43 characters. Those of previous keys are good, too."""

    def __init__(self, key: bytes, *, previous: Sequence[bytes] = ()) -> None:
        self._key = key
        self._keys = (key, *previous)

    def issue(self, transaction_id: TransactionId) -> str:
        return _signature(self._key, transaction_id)

    def verify(self, transaction_id: TransactionId, token: str) -> bool:
        given = token.encode("utf-8", "surrogatepass")
        return any(hmac.compare_digest(_signature(key, transaction_id).encode(), given) for key in self._keys)


def _signature(key: bytes, transaction_id: TransactionId) -> str:
    signature = hmac.digest(key, b"callback:" + transaction_id.bytes, "sha256")
    return base64.urlsafe_b64encode(signature).decode().rstrip("=")
