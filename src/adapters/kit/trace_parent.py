"""What continues a trace in another process: the W3C's `traceparent` of the span at hand."""

from contextvars import ContextVar
from typing import Final

TRACE_PARENT: Final[ContextVar[str | None]] = ContextVar("trace_parent", default=None)
"""Set only within a trace that is sent."""
TRACE_KEY: Final = "_traceparent"
"""The name under which messages of the outbox and arguments of jobs carry it."""
