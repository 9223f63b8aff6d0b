"""Builders for the adapter of the Worker, and calls signed as the API or the Worker signs them."""

import asyncio
import base64
import hmac
import secrets
from datetime import datetime
from typing import Final

from tests.gates import PATIENCE_SECONDS
from tests.unit.adapters.qpay_edge.worker_process import KEY

from adapters.qpay_edge.gateway import QPayEdgeGateway
from adapters.qpay_edge.signatures import Nonces, signed_text
from adapters.security.clock import SystemClock

API: Final = "http://127.0.0.1:9"
NOTIFY_URL: Final = f"{API}/api/v1/webhooks/qpay-edge"


def edge_gateway_at(
    url: str, *, key: str = KEY, notify_url: str = NOTIFY_URL, timeout_seconds: float = PATIENCE_SECONDS
) -> QPayEdgeGateway:
    return QPayEdgeGateway(
        base_url=url,
        key=key,
        clock=SystemClock(),
        return_url="https://booking.example.com",
        notify_url=notify_url,
        timeout_seconds=timeout_seconds,
    )


def signed(
    direction: str,
    method: str,
    target: str,
    body: bytes,
    *,
    at: datetime,
    key: str = KEY,
    nonce: str | None = None,
) -> dict[str, str]:
    """The headers of a call."""
    nonce = base64.urlsafe_b64encode(secrets.token_bytes(24)).decode() if nonce is None else nonce
    timestamp = str(int(at.timestamp()))
    text = signed_text(direction, method=method, target=target, timestamp=timestamp, nonce=nonce, body=body)
    signature = hmac.new(key.encode(), text, "sha256").hexdigest()
    return {"edge-timestamp": timestamp, "edge-nonce": nonce, "edge-signature": f"v1={signature}"}


class MemoryNonces(Nonces):
    def __init__(self) -> None:
        self.claimed: dict[str, datetime] = {}

    async def use(self, nonce: str, *, now: datetime, expires_at: datetime) -> bool:
        await asyncio.sleep(0)
        return self.claimed.setdefault(nonce, expires_at) is expires_at
