"""Signatures of Standard Webhooks, version 1: HMAC-SHA256 over id, timestamp and body."""

import base64
import hashlib
import hmac
from typing import Final

from booking_domain.webhooks.ports import WebhookMessage

_PREFIX: Final = "whsec_"


def signed_headers(message: WebhookMessage) -> dict[str, str]:
    """Return the headers that identify and sign a message, with one signature for each secret."""
    timestamp = str(int(message.at.timestamp()))
    content = b".".join((message.id.encode(), timestamp.encode(), message.body))
    return {
        "webhook-id": message.id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{_signature(secret, content)}" for secret in message.secrets),
    }


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    return base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
