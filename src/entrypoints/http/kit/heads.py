"""HEAD for every GET route: the same response without its body (RFC 9110 §9.3.2)."""

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, Message, Receive, Scope, Send


def answer_head(app: Litestar) -> None:
    """Route HEAD as GET and list it in `Allow`."""
    app.asgi_handler = _head_as_get(app.asgi_handler)
    for route in app.routes:
        if isinstance(route, HTTPRoute) and "GET" in route.methods:
            route.methods.add("HEAD")


def _head_as_get(app: ASGIApp) -> ASGIApp:
    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "HEAD":
            await app(scope, receive, send)
            return
        scope["method"] = "GET"

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        await app(scope, receive, without_body)

    return handle
