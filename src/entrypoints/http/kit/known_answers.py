"""Answers that are sent before routing: what is kept for an anonymous request needs no handler.

Nothing of the usual way is left out that could refuse the request: host, blocked networks and encryption are
checked. It uses up no allowance, because it costs next to nothing, and many people may share an address.
"""

from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Final

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPResponseBodyEvent, HTTPResponseStartEvent, HTTPScope, Receive, Scope, Send

from entrypoints.http.kit.address_guard import AddressGuard
from entrypoints.http.kit.answers import JSON, Answers, Head
from entrypoints.http.kit.cross_origin import CrossOrigin
from entrypoints.http.kit.etags import NOT_MODIFIED, matches
from entrypoints.http.kit.request_heads import has_one_host
from entrypoints.http.kit.response_headers import Headers, common_headers, request_id
from entrypoints.http.kit.session_cookies import ACCESS_COOKIE
from entrypoints.http.kit.transport import Https

_COOKIE: Final = f"{ACCESS_COOKIE}=".encode()
_METHODS: Final = frozenset({"GET", "HEAD"})
_USUAL: Final = frozenset({b"authorization", b"content-length", b"transfer-encoding", b"upgrade"})
"""Requests with one of these headers are answered in the usual way."""


class KnownAnswers:
    """Answers requests whose answers are kept."""

    def __init__(self, answers: Answers, https: Https, addresses: AddressGuard, cross_origin: CrossOrigin) -> None:
        self._answers = answers
        self._https = https
        self._addresses = addresses
        self._cross_origin = cross_origin

    async def send(self, scope: HTTPScope, send: Send) -> bool:
        """Send the answer, if it is kept; return whether it was."""
        given = None
        for name, value in scope["headers"]:
            if name in _USUAL or (name == b"cookie" and _COOKIE in value):
                return False
            if name == b"if-none-match":
                given = value.decode("latin-1")
        if not has_one_host(scope) or not self._addresses.knows_unblocked(scope) or self._https.concerns(scope):
            return False
        ready = self._answers.known(scope)
        if ready is None:
            return False
        scope["path_template"] = ready.template
        etag, whole, same = _written(ready.head)
        known = matches(given, etag)
        start: HTTPResponseStartEvent = {
            "type": "http.response.start",
            "status": NOT_MODIFIED if known else 200,
            "headers": [
                *(same if known else whole),
                (b"x-request-id", request_id(scope).encode()),
                *self._cross_origin.headers(scope),
            ],
        }
        body: HTTPResponseBodyEvent = {
            "type": "http.response.body",
            "body": b"" if known or scope["method"] == "HEAD" else ready.body,
            "more_body": False,
        }
        await send(start)
        await send(body)
        return True


@lru_cache(maxsize=8_192)
def _written(head: Head) -> tuple[str, Headers, Headers]:
    """The tag, and the headers of an answer as they are sent: of the whole one, and of one that is not modified."""
    given = head.headers()
    same = [(name.lower().encode(), value.encode()) for name, value in given.items()]
    same += common_headers(same)
    whole = [*same, (b"content-type", JSON.encode()), (b"content-length", b"%d" % head.length)]
    if head.coding is not None:
        whole.append((b"content-encoding", head.coding.encode()))
    return given["ETag"], tuple(whole), tuple(same)


def answer_what_is_known(app: Litestar, known: Callable[[], KnownAnswers]) -> None:
    """Answer GET and HEAD requests before all else, if their answers are kept."""
    app.asgi_handler = _first_known(app.asgi_handler, known)


def _first_known(app: ASGIApp, known: Callable[[], KnownAnswers]) -> ASGIApp:
    async def read(scope: HTTPScope, receive: Receive, send: Send) -> None:
        if not await known().send(scope, send):
            await app(scope, receive, send)

    def handle(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == ScopeType.HTTP and scope["method"] in _METHODS:
            return read(scope, receive, send)
        return app(scope, receive, send)

    return handle
