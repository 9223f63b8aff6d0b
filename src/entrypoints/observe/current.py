"""The trace to which the work at hand belongs."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace; only one that is `sampled` is sent."""

    id: str
    sampled: bool


TRACE: Final[ContextVar[Trace | None]] = ContextVar("trace", default=None)
