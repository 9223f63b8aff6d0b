"""Logs as JSON lines on standard error."""

import logging
import sys
from collections.abc import Iterable
from typing import Any, Final

import structlog
from structlog.tracebacks import ExceptionDictTransformer

_TRACEBACKS: Final = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
"""Tracebacks omit local variables, which may hold passwords and tokens."""
_SHARED: Final[tuple[structlog.types.Processor, ...]] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def configure_logs(level: str) -> None:
    """Configure structlog, and format records of the standard library's logging the same way."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(json_lines())
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for chatty in ("httpx", "httpcore", "procrastinate", "stripe"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def json_lines() -> logging.Formatter:
    """A formatter that writes one JSON object per line."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_SHARED, structlog.stdlib.add_logger_name],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _TRACEBACKS,
            _first_lines,
            structlog.processors.JSONRenderer(),
        ],
    )


def _first_lines(_logger: object, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Keep only the first line of exception messages: PostgreSQL's details contain column values."""
    _cut(event.get("exception", ()))
    return event


def _cut(stacks: Iterable[dict[str, Any]]) -> None:
    for stack in stacks:
        stack["exc_value"] = str(stack["exc_value"]).partition("\n")[0]
        for group in stack.get("exceptions") or ():
            _cut(group)
