"""HEAD for every GET route: the same response without its body (RFC 9110 §9.3.2)."""

from collections.abc import Awaitable
from typing import Final

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

_HEAD: Final = "head"


def answer_head(app: Litestar) -> None:
    """Route HEAD as GET; `Allow` lists both."""
    app.asgi_handler = _head_as_get(app.asgi_handler)


def wants_head(scope: Scope) -> bool:
    """Whether the client asked for the head only. A stream would not end by itself."""
    return bool(scope["state"].get(_HEAD))


def _head_as_get(app: ASGIApp) -> ASGIApp:
    def handle(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "HEAD":
            return app(scope, receive, send)
        scope["method"] = "GET"
        scope.setdefault("state", {})[_HEAD] = True

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        return app(scope, receive, without_body)

    return handle
