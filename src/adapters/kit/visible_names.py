"""Cleans names of people that other services report."""

from typing import Any, Final

from booking_domain.identity.names import MAX_NAME
from booking_domain.shared.user_texts import without_addresses

_JOINERS: Final = "\u200c\u200d"
"""Zero-width non-joiner and joiner: invisible, but required by Persian and Indic spelling."""


def visible_name(text: Any) -> str | None:
    """Strip unprintable characters and what makes addresses, and truncate; None if nothing visible remains."""
    if not isinstance(text, str):
        return None
    words = " ".join(text.split())
    kept = "".join(letter for letter in words if letter.isprintable() or letter in _JOINERS)
    kept = without_addresses(kept)[:MAX_NAME].strip()
    return kept if kept.strip(_JOINERS + " ") else None
