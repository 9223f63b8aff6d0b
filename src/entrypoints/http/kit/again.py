"""Pages that are asked for by a form: it has what the page shows again, which is too long for an address or a cookie.

Such a form only reads. It is sent to the address of the page with the parameter `again`, and answered as GET is.
"""

from collections.abc import Awaitable
from typing import Final

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from booking_domain.shared.languages import LANGUAGES

AGAIN: Final = "again"
"""The field of the form, and the last parameter of its address."""
_PAGES: Final = tuple(f"/{language}/" for language in LANGUAGES)
_ASKED: Final = f"{AGAIN}=1".encode()


def answer_again(app: Litestar) -> None:
    """Route such a form as GET."""
    app.asgi_handler = _again_as_get(app.asgi_handler)


def shows_again(scope: Scope) -> bool:
    """Whether the request is such a form."""
    return bool(scope["state"].get(AGAIN))


def _again_as_get(app: ASGIApp) -> ASGIApp:
    def handle(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == ScopeType.HTTP and scope["method"] == "POST" and _is_again(scope):
            scope["method"] = "GET"
            scope.setdefault("state", {})[AGAIN] = True
        return app(scope, receive, send)

    return handle


def _is_again(scope: Scope) -> bool:
    return scope["path"].startswith(_PAGES) and scope["query_string"].rpartition(b"&")[2] == _ASKED
