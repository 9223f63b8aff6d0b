"""How fresh the reads of a request must be, as places in the write-ahead log of the database, in bytes."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final


@dataclass(slots=True)
class Position:
    """The place that a client must see, and that of its last write."""

    needed: int | None
    """What the client has written before; None: unknown, so it reads what everybody has written."""
    written: int | None = None
    """Where the last transaction of this request ended."""


POSITION: Final[ContextVar[Position | None]] = ContextVar("position", default=None)
"""Of the request at hand, where a replica is read."""
