"""Callback tokens in memory."""

import hmac

from booking_domain.payments.ports import CallbackTokens
from booking_domain.shared.ids import PaymentId


class MemoryCallbackTokens(CallbackTokens):
    """Signs the id of the payment."""

    def __init__(self, key: bytes = b"memory") -> None:
        self._key = key

    def issue(self, payment_id: PaymentId) -> str:
        return _signature(self._key, str(payment_id))

    def verify(self, payment_id: PaymentId, token: str) -> bool:
        return hmac.compare_digest(self.issue(payment_id).encode(), token.encode("utf-8", "surrogatepass"))


def _signature(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256").hex()
