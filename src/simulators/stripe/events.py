"""Events: written with the change that they report, signed, and delivered in the background at least once."""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Final

import httpx
import msgspec

from simulators.kit.deliveries import Deliverer
from simulators.kit.switches import SwitchStore
from simulators.stripe.store import Document, Store
from simulators.stripe.switches import Switches

_API_VERSION: Final = "2026-10-28.simulator"


def signature(body: bytes, secret: str, at: int) -> str:
    """The `Stripe-Signature` of a body: HMAC-SHA256 over time and body."""
    digest = hmac.digest(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hex()
    return f"t={at},v1={digest}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pending:
    id: int
    body: bytes
    due_at: float
    attempts: int


class Events:
    """Writes events, and delivers them to one URL until it answers 2xx or the retries are used up."""

    def __init__(
        self,
        store: Store,
        switches: SwitchStore[Switches],
        client: httpx.AsyncClient,
        *,
        url: str | None,
        secret: str,
        retry_delays: tuple[float, ...],
    ) -> None:
        self._store = store
        self._switches = switches
        self._client = client
        self._url = url
        self._secret = secret
        self._retry_delays = retry_delays
        self.deliverer = Deliverer(self._pending, self._deliver)

    def happened(self, kind: str, subject: Document) -> None:
        """Write an event about an object, in the transaction that changes it."""
        switches = self._switches.get()
        if self._url is None or switches.lose_webhooks:
            return
        event: Document = {
            "id": f"evt_{secrets.token_hex(12)}",
            "object": "event",
            "api_version": _API_VERSION,
            "created": int(time.time()),
            "data": {"object": subject},
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }
        body = msgspec.json.encode(event)
        due_at = time.time() + switches.webhook_delay_seconds
        for copy in range(switches.webhook_copies):
            self._store.insert(
                "deliveries",
                event_id=event["id"],
                type=kind,
                intent=subject.get("payment_intent", subject["id"]),
                body=body,
                due_at=due_at + copy / 100,
            )
        self.deliverer.wake()

    def log(self) -> list[Document]:
        """Return every delivery, oldest first."""
        rows = self._store.all(
            "SELECT event_id, type, intent, attempts, last_status, state FROM deliveries ORDER BY id"
        )
        return [dict(row) for row in rows]

    def _pending(self) -> list[_Pending]:
        rows = self._store.all(
            "SELECT id, body, due_at, attempts FROM deliveries WHERE state = 'PENDING'"
            " ORDER BY due_at, CASE WHEN :reverse THEN -id ELSE id END",
            reverse=self._switches.get().reverse_webhooks,
        )
        return [_Pending(**row) for row in rows]

    async def _deliver(self, delivery: _Pending) -> None:
        status = await self._send(delivery.body)
        accepted = status is not None and 200 <= status < 300  # noqa: PLR2004 - 2xx
        retried = delivery.attempts < len(self._retry_delays)
        self._store.execute(
            "UPDATE deliveries SET attempts = attempts + 1, last_status = :status, state = :state, due_at = :due_at"
            " WHERE id = :id",
            id=delivery.id,
            status=status,
            state="DELIVERED" if accepted else "PENDING" if retried else "ABANDONED",
            due_at=time.time() + (self._retry_delays[delivery.attempts] if retried else 0),
        )

    async def _send(self, body: bytes) -> int | None:
        headers = {
            "content-type": "application/json; charset=utf-8",
            "stripe-signature": signature(body, self._secret, int(time.time())),
        }
        try:
            response = await self._client.post(self._url or "", content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
            return None
        return response.status_code
