"""The trace of each request, where traces are kept."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from entrypoints.http.kit.clients import Clients
from entrypoints.http.kit.security_events import WEBSOCKET

_TRACED: Final = frozenset({ScopeType.HTTP, ScopeType.WEBSOCKET})
_PARENT: Final = b"traceparent"


class Tracing(Protocol):
    """Makes traces."""

    def request(self, headers: Mapping[str, str]) -> AbstractContextManager[Any]: ...
    def answered(self, span: Any, method: str, route: str | None, status: int | None) -> None: ...


def trace_requests(app: Litestar, tracing: Callable[[], Tracing | None], clients: Callable[[], Clients]) -> None:
    """Trace every request. A trusted proxy may begin its trace; from others the header means nothing."""
    app.asgi_handler = _traced(app.asgi_handler, tracing, clients)


def _traced(app: ASGIApp, tracing: Callable[[], Tracing | None], clients: Callable[[], Clients]) -> ASGIApp:
    async def trace(traces: Tracing, scope: Scope, receive: Receive, send: Send) -> None:
        status: int | None = None

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        method = str(scope.get("method", WEBSOCKET))
        headers = {}
        if clients().is_proxied(scope):
            headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"] if name == _PARENT}
        with traces.request(headers) as span:
            try:
                await app(scope, receive, sent)
            finally:
                traces.answered(span, method, scope.get("path_template"), status)

    def handle(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        traces = tracing()
        if traces is None or scope["type"] not in _TRACED:
            return app(scope, receive, send)
        return trace(traces, scope, receive, send)

    return handle
