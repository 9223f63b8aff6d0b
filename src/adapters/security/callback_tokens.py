"""Callback tokens: a signature of the transaction's id, so that nobody else knows a payment's callback address."""

import base64
import hmac

from booking_domain.payments.ports import CallbackTokens
from booking_domain.shared.ids import TransactionId


class HmacCallbackTokens(CallbackTokens):
    """HMAC-SHA256 in base64url, without padding: 43 characters."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def issue(self, transaction_id: TransactionId) -> str:
        signature = hmac.digest(self._key, b"callback:" + transaction_id.bytes, "sha256")
        return base64.urlsafe_b64encode(signature).decode().rstrip("=")

    def verify(self, transaction_id: TransactionId, token: str) -> bool:
        return hmac.compare_digest(self.issue(transaction_id).encode(), token.encode("utf-8", "surrogatepass"))
