"""Addresses without a language lead to the pages in the visitor's language."""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler, get
from litestar.types import ControllerRouterHandler

from entrypoints.http.kit.negotiation import language_for
from entrypoints.http.kit.request_guard import ANY_QUERY, PUBLIC

_OPT: Final = {**PUBLIC, **ANY_QUERY, "hidden": True}
_ROUND: Final = {"Vary": "Accept-Language", "Cache-Control": "public, no-cache"}


def without_language(handlers: Sequence[ControllerRouterHandler]) -> list[HTTPRouteHandler]:
    """A redirection for each page that is read: a short link can be told by word of mouth."""
    paths = {
        path
        for handler in handlers
        if isinstance(handler, HTTPRouteHandler) and "GET" in handler.http_methods
        for path in handler.paths
    }

    @get(sorted(paths), sync_to_thread=False, opt=_OPT)
    def to_language(request: Request[Any, Any, Any]) -> Response[bytes]:
        query = request.scope["query_string"].decode("latin-1")
        address = f"/{language_for(request)}{quote(request.scope['path'])}" + (f"?{query}" if query else "")
        return Response(b"", status_code=302, headers={"Location": address, **_ROUND})

    return [to_language]
