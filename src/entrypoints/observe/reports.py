"""Reports of errors, to Sentry or what speaks its protocol: the kind of each error and where it arose, and no values.

What is reported is what the log has as an error. Its id in the log leads to the rest.
"""

import asyncio
import logging
import sys
from collections.abc import Mapping
from typing import Any, Final

from sentry_sdk.client import Client
from sentry_sdk.utils import event_from_exception

from entrypoints.observe.current import TRACE

_SECONDS: Final = 2.0
"""How long the end of the process waits for reports."""
_KEPT: Final = frozenset(
    {"environment", "event_id", "exception", "level", "logger", "message", "platform", "sdk", "tags", "timestamp"}
)
_OF_FRAME: Final = frozenset(
    {"abs_path", "context_line", "filename", "function", "in_app", "lineno", "module", "post_context", "pre_context"}
)
_TAGS: Final = ("request_id", "job", "parked_id", "part", "sweep", "topic")
"""What of an entry of the log is reported."""


class Reports:
    """Reports what is logged as an error."""

    def __init__(self, dsn: str, *, environment: str, process: str) -> None:
        self._process = process
        self._handler = _Handler(self)
        self._client: Any = Client(
            dsn=dsn,
            environment=environment,
            default_integrations=False,
            auto_enabling_integrations=False,
            auto_session_tracking=False,
            send_client_reports=False,
            include_local_variables=False,
            max_breadcrumbs=0,
            before_send=scrubbed,
        )

    async def open(self) -> None:
        logging.getLogger().addHandler(self._handler)

    async def close(self) -> None:
        """Send what was not sent yet."""
        logging.getLogger().removeHandler(self._handler)
        await asyncio.to_thread(self._client.close, timeout=_SECONDS)

    def report(self, record: logging.LogRecord) -> None:
        """Report an entry of the log. Texts of other libraries are not reported: they may have anything in them."""
        entry: Mapping[str, Any] = record.msg if isinstance(record.msg, Mapping) else {}
        error = _error_of(entry.get("exc_info") or record.exc_info)
        of_error: Any = ({}, {})
        if error is not None:
            of_error = event_from_exception(error, client_options=self._client.options)
        event, hint = of_error
        trace = TRACE.get()
        event |= {
            "level": "error",
            "logger": record.name,
            "message": str(entry.get("event", record.name)),
            "tags": {
                "process": self._process,
                **{name: str(entry[name]) for name in _TAGS if name in entry},
                **({} if trace is None else {"trace_id": trace.id}),
            },
        }
        self._client.capture_event(event, hint)


class _Handler(logging.Handler):
    def __init__(self, reports: Reports) -> None:
        super().__init__(logging.ERROR)
        self._reports = reports

    def emit(self, record: logging.LogRecord) -> None:
        self._reports.report(record)


def scrubbed(event: Any, _hint: object) -> Any:
    """The event without values: messages of errors, variables, the machine and the people."""
    for error in event.get("exception", {}).get("values", ()):
        error.pop("value", None)
        stack = error.get("stacktrace") or {}
        stack["frames"] = [
            {name: value for name, value in frame.items() if name in _OF_FRAME} for frame in stack.get("frames", ())
        ]
        error["stacktrace"] = stack
    return {name: value for name, value in event.items() if name in _KEPT}


def _error_of(given: Any) -> BaseException | None:
    """The error of an entry, in any of the forms in which it is given."""
    if isinstance(given, BaseException):
        return given
    found = given if isinstance(given, tuple) else sys.exc_info() if given else (None, None, None)
    error: BaseException | None = found[1]
    return error
