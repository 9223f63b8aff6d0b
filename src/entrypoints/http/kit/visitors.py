"""Visitors that are counted once a day, without keeping who they were."""

import hmac
import re
from datetime import date
from typing import Final

_BOT: Final = re.compile(
    r"bot|crawl|spider|slurp|preview|externalhit|whatsapp|telegram|curl|wget|python|java|headless|monitor|lighthouse",
    re.IGNORECASE,
)
"""User agents of bots, including those that fetch the preview of a shared link."""
_DIGEST_BYTES: Final = 16


def counts(method: str, user_agent: str | None) -> bool:
    """Whether a request is made by a person who looks."""
    return method == "GET" and bool(user_agent) and _BOT.search(user_agent or "") is None


def visitor_of(method: str, user_agent: str | None, key: bytes, day: date, address: str) -> bytes | None:
    """A keyed digest of the address that changes every day; None of who does not count."""
    if not counts(method, user_agent):
        return None
    return hmac.digest(key, f"{day.isoformat()}\n{address}".encode(), "sha256")[:_DIGEST_BYTES]
