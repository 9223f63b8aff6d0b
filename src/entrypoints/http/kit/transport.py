"""HTTPS in front of us: what a client sent in the clear is not carried out."""

from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Request, Response

from entrypoints.http.kit.clients import Clients
from entrypoints.http.kit.refusals import Refusal

_MOVED: Final = 308
_IN_THE_CLEAR: Final = "in_the_clear"
UNENCRYPTED: Final[dict[str, Any]] = {_IN_THE_CLEAR: True}
"""The `opt` of routes that answer in the clear, too."""


class Https:
    """Sends readers to HTTPS and refuses everybody else, if a trusted proxy says that it was called without TLS."""

    def __init__(self, clients: Clients, public_url: str, *, required: bool) -> None:
        self._clients = clients
        self._origin = f"https://{urlsplit(public_url).netloc}"
        self._required = required

    def answer(self, request: Request[Any, Any, Any]) -> Response[Any] | None:
        """The redirection, or None if all is well, or raise a `Refusal`: what was sent is known to others by now."""
        scope = request.scope
        if not self._required or not self._clients.came_in_the_clear(scope) or _may_be(request):
            return None
        if scope["method"] != "GET":
            raise Refusal(status=403, code="http.https_required", detail="Use https.")
        query = scope["query_string"].decode("latin-1")
        target = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
        return Response(b"", status_code=_MOVED, headers={"Location": self._origin + target})


def _may_be(request: Request[Any, Any, Any]) -> bool:
    return bool(request.scope["route_handler"].opt.get(_IN_THE_CLEAR))
