"""Cursors: where the next page begins, opaque to clients."""

import base64
import binascii
from collections.abc import Sequence
from typing import Final, TypeVar
from uuid import UUID

from entrypoints.http.kit.refusals import invalid_input

DEFAULT_LIMIT: Final = 50
_ID_BYTES: Final = 16

Item = TypeVar("Item")


def cursor_of(last: UUID) -> str:
    """The cursor of the page after this item."""
    return base64.urlsafe_b64encode(last.bytes).decode().rstrip("=")


def read_cursor(text: str | None) -> UUID | None:
    """The last item of the page before."""
    if text is None:
        return None
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != _ID_BYTES:
        raise invalid_input("/query/cursor", "This is not a cursor that was given out.")
    return UUID(bytes=raw)


def cut(found: Sequence[Item], limit: int) -> tuple[Sequence[Item], bool]:
    """The page itself, of `limit` + 1 items that were asked for, and whether another one follows."""
    return found[:limit], len(found) > limit
