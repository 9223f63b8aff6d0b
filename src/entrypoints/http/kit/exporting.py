"""Sections of the export of an account. Each resource declares its own at its router; `users.export` streams them.

Memory is bounded, however much data there is: pages are read one after the other, each on its own connection.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

import msgspec
from litestar import Router

from booking_domain.files.ports import ObjectLinks
from booking_domain.identity.model import User
from booking_domain.use_cases.platform.ports import Reads

encode: Final = msgspec.json.Encoder().encode
_KEY: Final = "export"


class _WithId(Protocol):
    @property
    def id(self) -> UUID: ...


Item = TypeVar("Item", bound=_WithId)
Shown = TypeVar("Shown", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSource:
    """The account that is exported, and what its data is read from."""

    user: User
    reads: Reads
    links: ObjectLinks
    now: datetime
    page: int
    """How many items are read at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSection:
    """A member of the exported JSON object. A router declares its own with `exporting`."""

    name: str
    """In snake_case, as a field of the document."""
    kind: Any
    """The type of the value."""
    about: str
    """What the document says of it."""
    write: Callable[[ExportSource], AsyncIterator[bytes]]
    """Write the value, as JSON; nothing, if there is none."""


def exporting(*sections: ExportSection) -> dict[str, Any]:
    """Return the `opt` of a router whose resource has these sections."""
    return {_KEY: sections}


def sections_of(routers: Iterable[Router]) -> tuple[ExportSection, ...]:
    """The sections that the routers declare, in their order."""
    return tuple(section for router in routers for section in router.opt.get(_KEY, ()))


def value(name: str, kind: Any, read: Callable[[ExportSource], Awaitable[object]], *, about: str) -> ExportSection:
    """Return a section that is read at once; without a value, it is absent."""

    async def write(source: ExportSource) -> AsyncIterator[bytes]:
        if (found := await read(source)) is not None:
            yield encode(found)

    return ExportSection(name=name, kind=kind, about=about, write=write)


def pages(
    name: str,
    kind: type[Shown],
    read: Callable[[ExportSource], AsyncIterator[Sequence[Shown]]],
    *,
    about: str,
) -> ExportSection:
    """Return a section that is an array, read in pages."""

    async def write(source: ExportSource) -> AsyncIterator[bytes]:
        yield b"["
        first = True
        async for page in read(source):
            yield b"".join((b"" if first else b",", encode(page)[1:-1]))
            first = False
        yield b"]"

    listed: Any = tuple[kind, ...]  # type: ignore[valid-type]
    return ExportSection(name=name, kind=listed, about=about, write=write)


def items(
    name: str,
    kind: type[Shown],
    read: Callable[[ExportSource, Any], Awaitable[Sequence[Item]]],
    show: Callable[[Item], Shown],
    *,
    about: str,
) -> ExportSection:
    """Return a section that is an array of items. `read` returns the page after an id; None is before the first."""

    async def read_pages(source: ExportSource) -> AsyncIterator[Sequence[Shown]]:
        after = None
        while found := await read(source, after):
            yield [show(item) for item in found]
            after = found[-1].id

    return pages(name, kind, read_pages, about=about)
