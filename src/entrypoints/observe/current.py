"""The trace to which the work at hand belongs."""

from contextvars import ContextVar
from random import getrandbits
from typing import Final


class Trace:
    """A trace; only one that is `sampled` is sent."""

    __slots__ = ("_id", "sampled")

    def __init__(self, id_: str | None = None, *, sampled: bool) -> None:
        """Without an id the trace gets one when it is asked for: most traces are not, and requests are many."""
        self._id = id_
        self.sampled = sampled

    @property
    def id(self) -> str:
        """32 hexadecimal digits."""
        if self._id is None:
            self._id = f"{getrandbits(128):032x}"
        return self._id


TRACE: Final[ContextVar[Trace | None]] = ContextVar("trace", default=None)
