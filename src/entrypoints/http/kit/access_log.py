"""The access log, and the times of requests, without addresses, queries or values of path parameters."""

import logging
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from http import HTTPStatus
from time import perf_counter
from typing import Final, Protocol

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from booking_domain.identity.sessions import Platform
from booking_domain.shared.actor import Actor
from booking_domain.usage.model import Measure, Tally
from entrypoints.http.kit.identities import PLATFORM
from entrypoints.http.kit.problems import PROBLEM
from entrypoints.http.kit.response_headers import request_id
from entrypoints.http.kit.security_events import WEBSOCKET
from entrypoints.logs import ACCESS_LOG

_PROBES: Final = ("/health", "/api/v1/health")
"""Their requests come every few seconds: level debug."""
_LOGGED: Final = frozenset({ScopeType.HTTP, ScopeType.WEBSOCKET})
_PLATFORM: Final = PLATFORM.lower().encode()
_log: Final = logging.getLogger(ACCESS_LOG)
_BLANK: Final = vars(logging.makeLogRecord({"name": ACCESS_LOG, "msg": "request"}))


class Counting(Protocol):
    """What counts requests, if it is on."""

    @property
    def on(self) -> bool: ...
    def request(
        self, method: str, route: str | None, status: int | None, seconds: float, *, request_id: str
    ) -> None: ...


def log_requests(app: Litestar, counting: Callable[[], Counting], tally: Callable[[], Tally]) -> None:
    """Log, count and tally every request when its response is complete; one that the client left has the status null.

    A WebSocket is logged when it is closed: with the code of the close frame, 101 if the client left, 403 if refused.
    """
    app.asgi_handler = _logged(app.asgi_handler, counting, tally)


def _logged(app: ASGIApp, counting: Callable[[], Counting], tally: Callable[[], Tally]) -> ASGIApp:
    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        probes = scope["path"].startswith(_PROBES)
        logs, counts = _log.isEnabledFor(logging.DEBUG if probes else logging.INFO), counting()
        if scope["type"] not in _LOGGED or (probes and not (logs or counts.on)):
            await app(scope, receive, send)
            return
        method, started = str(scope.get("method", WEBSOCKET)), perf_counter()
        status: int | None = None

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "websocket.accept":
                status = HTTPStatus.SWITCHING_PROTOCOLS
            elif message["type"] == "websocket.close":
                status = HTTPStatus.FORBIDDEN if status is None else message["code"]
            await send(message)

        try:
            await app(scope, receive, sent)
        finally:
            seconds, route = perf_counter() - started, scope.get("path_template")
            if not probes:
                _add(tally(), scope, "left" if status is None else str(status), seconds)
            if counts.on:
                counts.request(method, route, status, seconds, request_id=request_id(scope))
            if logs:
                actor: Actor | None = scope.get("user")
                entry = {
                    "method": method,
                    "route": route,
                    "status": status,
                    "duration_ms": round(1_000 * seconds, 1),
                    "account": None if actor is None else str(actor.id),
                    "request_id": request_id(scope),
                }
                _log.handle(_record(logging.DEBUG if probes else logging.INFO, entry))

    return handle


def _add(tally: Tally, scope: Scope, status: str, seconds: float) -> None:
    """Tally a request. Neither methods nor addresses that clients invent become labels."""
    named = agent = b""
    for name, value in scope["headers"]:
        if name == _PLATFORM:
            named = value
        elif name == b"user-agent":
            agent = value
    client = _client(named, agent)
    route = scope.get("path_template")
    operation = f"{scope.get('method', WEBSOCKET)} {route}" if route else "none"
    tally.request(operation, client, status, seconds)
    code = scope["state"].get(PROBLEM)
    if code is not None:
        tally.add(Measure.ERRORS, code)


@lru_cache(maxsize=1_024)
def _client(named: bytes, agent: bytes) -> str:
    return Platform.of(named.decode("latin-1"), agent.decode("latin-1")).value


def _record(level: int, entry: Mapping[str, object]) -> logging.LogRecord:
    """What `Logger.makeRecord` returns, without looking up the thread, the process and the names of files."""
    record = object.__new__(logging.LogRecord)
    created = time.time()
    vars(record).update(
        _BLANK,
        levelno=level,
        levelname=logging.getLevelName(level),
        created=created,
        msecs=created % 1 * 1_000,
        **entry,
    )
    return record
