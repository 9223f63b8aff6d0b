"""Answers that are sent before routing: what is kept for an anonymous request needs no handler.

Nothing of the usual way is left out that could refuse the request: blocked networks, encryption and the address are
checked. It uses up no allowance, because it costs next to nothing, and many people may share an address.
"""

from collections.abc import Callable
from typing import Final, cast

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPResponseBodyEvent, HTTPResponseStartEvent, Receive, Scope, Send

from entrypoints.http.kit.address_guard import AddressGuard
from entrypoints.http.kit.answers import JSON, Answers
from entrypoints.http.kit.etags import NOT_MODIFIED, matches
from entrypoints.http.kit.session_cookies import ACCESS_COOKIE
from entrypoints.http.kit.transport import Https

_COOKIE: Final = f"{ACCESS_COOKIE}=".encode()
_USUAL: Final = frozenset({b"authorization", b"content-length", b"transfer-encoding", b"upgrade"})
"""Requests with one of these headers are answered in the usual way."""


class KnownAnswers:
    """Answers requests whose answers are kept."""

    def __init__(self, answers: Answers, https: Https, addresses: AddressGuard) -> None:
        self._answers = answers
        self._https = https
        self._addresses = addresses

    async def send(self, scope: Scope, send: Send) -> bool:
        """Send the answer, if it is kept; return whether it was."""
        given = None
        for name, value in scope["headers"]:
            if name in _USUAL or (name == b"cookie" and _COOKIE in value):
                return False
            if name == b"if-none-match":
                given = value.decode("latin-1")
        if not self._addresses.knows_unblocked(scope) or self._https.concerns(scope):
            return False
        ready = self._answers.known(scope)
        if ready is None:
            return False
        scope["path_template"] = ready.template
        known = matches(given, ready.headers["ETag"])
        headers = [(name.lower().encode(), value.encode()) for name, value in ready.headers.items()]
        if not known:
            headers += ((b"content-type", JSON.encode()), (b"content-length", b"%d" % len(ready.body)))
            if ready.coding is not None:
                headers.append((b"content-encoding", ready.coding.encode()))
        start: HTTPResponseStartEvent = {
            "type": "http.response.start",
            "status": NOT_MODIFIED if known else 200,
            "headers": headers,
        }
        body: HTTPResponseBodyEvent = {
            "type": "http.response.body",
            "body": b"" if known else ready.body,
            "more_body": False,
        }
        await send(start)
        await send(body)
        return True


def answer_what_is_known(app: Litestar, known: Callable[[], KnownAnswers]) -> None:
    """Answer GET requests before routing, if their answers are kept. Headers of all answers are added as usual."""
    app.asgi_handler = _first_known(app.asgi_handler, known)


def _first_known(app: ASGIApp, known: Callable[[], KnownAnswers]) -> ASGIApp:
    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["method"] == "GET":
            scope.setdefault("state", {})
            if await known().send(cast("Scope", scope), send):
                return
        await app(scope, receive, send)

    return handle
