"""Delivers callbacks, and retries failed ones."""

import time
from urllib.parse import quote, urlsplit, urlunsplit

import httpx

from simulators.qpay.state.callbacks import Callbacks, PendingCallback

ACCEPTED_STATUS = 200
ACCEPTED_BODY = "SUCCESS"
_BODY_KEPT = 1000


def callback_address(callback_url: str, payment_id: str) -> str:
    """Add `qpay_payment_id` to the merchant's URL; existing query parameters are kept.

    >>> callback_address("http://localhost/cb?token=a%20b", "123456789012345")
    'http://localhost/cb?token=a%20b&qpay_payment_id=123456789012345'
    """
    parts = urlsplit(callback_url)
    parameter = f"qpay_payment_id={quote(payment_id, safe='')}"
    query = f"{parts.query}&{parameter}" if parts.query else parameter
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


class Dispatcher:
    """Delivers at least once.

    A merchant accepts a callback with status 200 and the body SUCCESS (QPay merchant API v2). The retry policy of the
    real QPay is unknown.
    """

    def __init__(self, callbacks: Callbacks, client: httpx.AsyncClient, *, retry_delays: tuple[float, ...]) -> None:
        self._callbacks = callbacks
        self._client = client
        self._retry_delays = retry_delays

    async def deliver(self, callback: PendingCallback) -> None:
        """Make one attempt, and record its result."""
        status, body = await self._call(callback)
        now = time.time()
        may_retry = callback.attempts < len(self._retry_delays)
        self._callbacks.record(
            callback,
            status=status,
            body=body,
            at=now,
            accepted=status == ACCEPTED_STATUS and body.strip() == ACCEPTED_BODY,
            retry_at=now + self._retry_delays[callback.attempts] if may_retry else None,
        )

    async def _call(self, callback: PendingCallback) -> tuple[int | None, str]:
        content = {"qpay_payment_id": callback.payment_id} if callback.method == "POST" else None
        try:
            response = await self._client.request(callback.method, callback.url, json=content)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            return None, f"{type(error).__name__}: {error}"[:_BODY_KEPT]
        return response.status_code, response.text[:_BODY_KEPT]
