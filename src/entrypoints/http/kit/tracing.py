"""The trace of each request, where traces are kept."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from entrypoints.http.kit.clients import Clients
from entrypoints.http.kit.security_events import WEBSOCKET
from entrypoints.observe.current import TRACE, Trace

_TRACED: Final = frozenset({ScopeType.HTTP, ScopeType.WEBSOCKET})
_PARENT: Final = b"traceparent"


class Tracing(Protocol):
    """Makes traces."""

    def is_one_of_the_share(self) -> bool: ...
    def parent_of(self, trace_parent: str) -> Any: ...
    def request(self, parent: Any) -> AbstractContextManager[Any]: ...
    def answered(self, span: Any, method: str, route: str | None, status: int | None) -> None: ...


def trace_requests(app: Litestar, tracing: Callable[[], Tracing | None], clients: Callable[[], Clients]) -> None:
    """Trace every request. A trusted proxy may begin its trace; from others the header means nothing."""
    app.asgi_handler = _traced(app.asgi_handler, tracing, clients)


def _traced(app: ASGIApp, tracing: Callable[[], Tracing | None], clients: Callable[[], Clients]) -> ASGIApp:
    async def name(scope: Scope, receive: Receive, send: Send) -> None:
        """Give an id to the trace that is not sent, and nothing else: almost every request comes here."""
        token = TRACE.set(Trace(sampled=False))
        try:
            await app(scope, receive, send)
        finally:
            TRACE.reset(token)

    async def trace(traces: Tracing, parent: Any, scope: Scope, receive: Receive, send: Send) -> None:
        status: int | None = None

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        method = str(scope.get("method", WEBSOCKET))
        with traces.request(parent) as span:
            try:
                await app(scope, receive, sent)
            finally:
                traces.answered(span, method, scope.get("path_template"), status)

    def handle(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        traces = tracing()
        if traces is None or scope["type"] not in _TRACED:
            return app(scope, receive, send)
        parent = _parent(traces, scope) if clients().is_proxied(scope) else None
        if parent is None and not traces.is_one_of_the_share():
            return name(scope, receive, send)
        return trace(traces, parent, scope, receive, send)

    return handle


def _parent(traces: Tracing, scope: Scope) -> Any:
    """The trace that the request belongs to; None if it names none, or several."""
    given = [value for name, value in scope["headers"] if name == _PARENT]
    return traces.parent_of(given[0].decode("latin-1")) if len(given) == 1 else None
