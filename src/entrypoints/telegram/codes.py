"""The data of buttons: words separated by colons, at most 64 bytes; so ids have 22 characters instead of 36."""

import base64
from uuid import UUID


def short(value: UUID) -> str:
    """Write an id.

    >>> short(UUID(int=255))
    'AAAAAAAAAAAAAAAAAAAA_w'
    """
    return base64.urlsafe_b64encode(value.bytes).decode().rstrip("=")


def long(text: str) -> UUID:
    """Read an id.

    >>> long("AAAAAAAAAAAAAAAAAAAA_w")
    UUID('00000000-0000-0000-0000-0000000000ff')

    Raises:
        ValueError: the text is not an id.
    """
    return UUID(bytes=base64.urlsafe_b64decode(text + "=="))


def joined(*words: str | UUID) -> str:
    """The data of a button."""
    return ":".join(short(word) if isinstance(word, UUID) else word for word in words)
