"""What addresses and forms say, as values; what cannot be understood counts as not said."""

from datetime import date, datetime
from uuid import UUID


def id_of(text: str) -> UUID | None:
    """An id."""
    try:
        return UUID(text)
    except ValueError:
        return None


def day_of(text: str) -> date | None:
    """A day, ISO 8601."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def moment_of(text: str) -> datetime | None:
    """A moment with an offset, ISO 8601; in addresses its plus may have become a space."""
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def number_of(text: str) -> int | None:
    """A whole number."""
    return int(text) if text.isascii() and text.isdecimal() else None
