"""Cursors: the id of the last item of a page, opaque to clients."""

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
    """The cursor of the page after the item with this id."""
    return base64.urlsafe_b64encode(last.bytes).decode().rstrip("=")


def read_cursor(text: str | None) -> UUID | None:
    """The id of the last item of the previous page."""
    if text is None:
        return None
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != _ID_BYTES:
        raise invalid_input("/query/cursor", "The server did not issue this cursor.")
    return UUID(bytes=raw)


def cut(found: Sequence[Item], limit: int) -> tuple[Sequence[Item], bool]:
    """The page of `limit` items, and whether another follows, from `limit` + 1 items that were read."""
    return found[:limit], len(found) > limit
