"""Logs on standard error: JSON lines, or text for a person."""

import asyncio
import logging
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final, TextIO

import msgspec
import structlog
from structlog.tracebacks import ExceptionDictTransformer

from entrypoints.observe.current import TRACE

_TRACEBACKS: Final = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
"""Tracebacks omit local variables, which may hold passwords and tokens."""
ACCESS_LOG: Final = "entrypoints.http.kit.access_log"
"""The logger of the access log."""
ACCESS_FIELDS: Final = ("method", "route", "status", "duration_ms", "account", "request_id")
"""The fields of an entry of the access log."""
GATHERING_SECONDS: Final = 0.1
"""How long an entry of the access log waits for others. A process that is killed loses those that wait."""


def _with_trace(_logger: object, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Add the trace of what is being done, if there is one."""
    trace = TRACE.get()
    if trace is not None:
        event["trace_id"] = trace.id
    return event


_SHARED: Final[tuple[structlog.types.Processor, ...]] = (
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _with_trace,
)


def configure_logs(level: str, *, readable: bool = False) -> None:
    """Configure structlog, and format records of the standard library's logging the same way."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    # No entry shows these, and each record would look them up (logging HOWTO, "Optimization").
    logging._srcfile = None  # noqa: SLF001 - documented there by this name
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = _Gathering(sys.stderr)
    handler.setFormatter(formatter(readable=readable))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for chatty in ("httpx", "httpcore", "procrastinate", "stripe"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def formatter(*, readable: bool) -> logging.Formatter:
    """A formatter that writes one JSON object per line or, if `readable`, text with colours on a terminal."""
    written: tuple[structlog.types.Processor, ...] = (structlog.processors.JSONRenderer(),)
    if readable:
        written = (
            _as_text,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0, repr_native_str=True),
        )
    made = structlog.stdlib.ProcessorFormatter if readable else _JsonLines
    return made(
        foreign_pre_chain=[
            *_SHARED,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(allow=ACCESS_FIELDS),  # other libraries' extras may hold anything
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _TRACEBACKS,
            _first_lines,
            *written,
        ],
    )


def write_gathered() -> None:
    """Write the entries of the access log that wait for others."""
    for handler in logging.getLogger().handlers:
        handler.flush()


class _Gathering(logging.StreamHandler[TextIO]):
    """Writes entries of the access log together, and others at once, in order: a write takes a tenth of a booking."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._lines: list[str] = []
        self._timer: asyncio.TimerHandle | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Add an entry; called with the lock."""
        try:
            self._lines.append(self.format(record) + self.terminator)
            if record.name != ACCESS_LOG or not self._is_scheduled():
                self.flush()
        except Exception:  # noqa: BLE001 - as in StreamHandler
            self.handleError(record)

    def flush(self) -> None:
        """Write the entries that wait."""
        self.acquire()
        try:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._lines:
                lines, self._lines = self._lines, []
                self.stream.write("".join(lines))
            super().flush()
        finally:
            self.release()

    def _is_scheduled(self) -> bool:
        """Whether an event loop runs, and will write."""
        if self._timer is None:
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                return False
            self._timer = loop.call_later(GATHERING_SECONDS, self.flush)
        return True


class _JsonLines(structlog.stdlib.ProcessorFormatter):
    """Formats entries of the access log directly: structlog's processors cost twice as much as the rest of an entry."""

    def format(self, record: logging.LogRecord) -> str:
        if record.name != ACCESS_LOG or record.exc_info is not None:
            return super().format(record)
        entry: dict[str, Any] = {
            "event": record.msg,
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC),
            "logger": record.name,
            **{field: getattr(record, field) for field in ACCESS_FIELDS},
        }
        return msgspec.json.encode(_with_trace(None, "", entry)).decode()


def _first_lines(_logger: object, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Keep only the first line of exception messages: PostgreSQL's details contain column values."""
    _cut(event.get("exception", ()))
    return event


def _as_text(_logger: object, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Write stacks as Python does."""
    stacks = event.get("exception")
    if stacks is not None:
        event["exception"] = "\n".join(_lines(stacks))
    return event


def _lines(stacks: Iterable[dict[str, Any]]) -> Iterator[str]:
    for stack in stacks:
        for frame in stack["frames"]:
            yield f'  File "{frame["filename"]}", line {frame["lineno"]}, in {frame["name"]}'
        yield f"{stack['exc_type']}: {stack['exc_value']}"
        for group in stack.get("exceptions") or ():
            yield from _lines(group)


def _cut(stacks: Iterable[dict[str, Any]]) -> None:
    for stack in stacks:
        stack["exc_value"] = str(stack["exc_value"]).partition("\n")[0]
        for group in stack.get("exceptions") or ():
            _cut(group)
