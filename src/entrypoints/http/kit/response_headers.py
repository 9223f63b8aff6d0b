"""Headers of every response: the request id, the rate limit, and security headers for browsers."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from litestar import Litestar
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils import uuid7

from entrypoints.http.kit.cross_origin import CrossOrigin
from entrypoints.http.kit.rate_limits import rate_limit_headers

DOCS: Final = "/docs"
Headers = Sequence[tuple[bytes, bytes]]
_GOOD_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_ALWAYS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
)
_API: Final = (
    *_ALWAYS,
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)
_MAY_DIFFER: Final = frozenset({b"cache-control", b"content-security-policy", b"referrer-policy"})
"""Headers that a response may have of its own."""
_PAGES_MAY: Final = (
    b"default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_PAGES: Final = (*_ALWAYS, (b"content-security-policy", _PAGES_MAY))


def request_id(scope: Scope) -> str:
    """The client's `X-Request-Id` if it is well formed, else a new UUIDv7; the same throughout the request."""
    state: dict[str, Any] = scope["state"]
    known = state.get("request_id")
    if known is None:
        for name, value in scope["headers"]:
            if name == b"x-request-id" and _GOOD_ID.fullmatch(value):
                known = value.decode()
                break
        else:
            known = str(uuid7())
        state["request_id"] = known
    return str(known)


def common_headers(headers: Headers, path: str = "") -> Headers:
    """What a response with these headers has besides, whoever asks."""
    common = _PAGES if path == "/" or path.startswith(DOCS) else _API
    given = {name.lower() for name, _ in headers} & _MAY_DIFFER
    return [each for each in common if each[0] not in given]


def add_response_headers(app: Litestar, cross_origin: Callable[[], CrossOrigin]) -> None:
    """Add the headers to every response, errors and Litestar's own 404 included."""
    app.asgi_handler = _with_headers(app.asgi_handler, cross_origin)


def _with_headers(app: ASGIApp, cross_origin: Callable[[], CrossOrigin]) -> ASGIApp:
    def handle(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                message["headers"] = [
                    *headers,
                    (b"x-request-id", request_id(scope).encode()),
                    *rate_limit_headers(scope["state"]),
                    *common_headers(headers, scope["path"]),
                    *cross_origin().headers(scope),
                ]
            await send(message)

        return app(scope, receive, sent)

    return handle
