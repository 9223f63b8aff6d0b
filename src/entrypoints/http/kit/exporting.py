"""Sections of the export of an account. Each resource declares its own; `users.export` lists and streams them.

Memory is bounded, however much data there is: pages are read one after the other, each on its own connection.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

import msgspec

from booking_domain.identity.model import User
from booking_domain.workflows.ports import Reads

encode: Final = msgspec.json.Encoder().encode


class _WithId(Protocol):
    @property
    def id(self) -> UUID: ...


Item = TypeVar("Item", bound=_WithId)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSource:
    """The account that is exported, and what its data is read from."""

    user: User
    reads: Reads
    now: datetime
    page: int
    """How many items are read at once."""


Pages = Callable[[ExportSource], AsyncIterator[Sequence[msgspec.Struct]]]


@dataclass(frozen=True, slots=True)
class ExportSection:
    """A member of the exported JSON object."""

    name: str
    write: Callable[[ExportSource], AsyncIterator[bytes]]
    """Write the value, as JSON."""


def value(name: str, read: Callable[[ExportSource], Awaitable[object]]) -> ExportSection:
    """Return a section that is read at once."""

    async def write(source: ExportSource) -> AsyncIterator[bytes]:
        yield encode(await read(source))

    return ExportSection(name, write)


def pages(name: str, read: Pages) -> ExportSection:
    """Return a section that is an array, read in pages."""

    async def write(source: ExportSource) -> AsyncIterator[bytes]:
        yield b"["
        first = True
        async for page in read(source):
            yield b"".join((b"" if first else b",", encode(page)[1:-1]))
            first = False
        yield b"]"

    return ExportSection(name, write)


def items(
    name: str,
    read: Callable[[ExportSource, Any], Awaitable[Sequence[Item]]],
    show: Callable[[Item], msgspec.Struct],
) -> ExportSection:
    """Return a section that is an array of items. `read` returns the page after an id; None is before the first."""

    async def read_pages(source: ExportSource) -> AsyncIterator[Sequence[msgspec.Struct]]:
        after = None
        while found := await read(source, after):
            yield [show(item) for item in found]
            after = found[-1].id

    return pages(name, read_pages)
