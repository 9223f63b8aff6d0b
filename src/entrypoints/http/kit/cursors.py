"""Pages of lists. The cursor of a page is the id of the last item of the page before, opaque to clients."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, Self, TypeVar
from uuid import UUID

from entrypoints.http.kit.fields import Cursor, Json, Limit, Query
from entrypoints.http.kit.refusals import invalid_input

DEFAULT_LIMIT: Final = 50
_ID_BYTES: Final = 16

Item = TypeVar("Item")
Shown = TypeVar("Shown")
Id = TypeVar("Id")


class PageQuery(Query, frozen=True, kw_only=True):
    """A page of a list."""

    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor | None = None

    def after(self, kind: Callable[[UUID], Id]) -> Id | None:
        """The id of the last item of the previous page."""
        return read_cursor(self.cursor, kind)


PAGE_AND_ONE: Final[dict[str, Any]] = {
    "after": lambda query: read_cursor(query.cursor, lambda last: last),
    "limit": lambda query: query.limit + 1,
}
"""Sources of a filter: the page of a query, and one item more, which tells whether another page follows."""


class Page(Json, Generic[Shown], frozen=True, kw_only=True):
    """A page of a list, and the cursor of the next page if there is one."""

    items: tuple[Shown, ...]
    next_cursor: str | None = None

    @classmethod
    def of(
        cls, found: Sequence[Item], limit: int, show: Callable[[Item], Shown], id_of: Callable[[Item], UUID]
    ) -> Self:
        """Show the page of `limit` items from `limit` + 1 that were read."""
        page, next_cursor = cut(found, limit, id_of)
        return cls(items=tuple(map(show, page)), next_cursor=next_cursor)


def read_cursor(text: str | None, kind: Callable[[UUID], Id]) -> Id | None:
    """The id of the last item of the previous page."""
    if text is None:
        return None
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != _ID_BYTES:
        raise invalid_input("/query/cursor", "The server did not issue this cursor.")
    return kind(UUID(bytes=raw))


def cut(found: Sequence[Item], limit: int, id_of: Callable[[Item], UUID]) -> tuple[Sequence[Item], str | None]:
    """The page of `limit` items from `limit` + 1 that were read, and the cursor of the next page if there is one."""
    page = found[:limit]
    return page, _cursor(id_of(page[-1])) if len(found) > limit else None


def _cursor(last: UUID) -> str:
    return base64.urlsafe_b64encode(last.bytes).decode().rstrip("=")
