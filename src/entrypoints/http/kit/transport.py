"""HTTPS: requests that a client sent unencrypted to the proxy are redirected or rejected."""

from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Request, Response
from litestar.types import Scope

from entrypoints.http.kit.clients import Clients
from entrypoints.http.kit.refusals import Refusal

_MOVED: Final = 308
_IN_THE_CLEAR: Final = "in_the_clear"
UNENCRYPTED: Final[dict[str, Any]] = {_IN_THE_CLEAR: True}
"""The `opt` of routes that also answer unencrypted requests."""


class Https:
    """Redirects unencrypted GET requests to HTTPS and rejects others, if a trusted proxy reports them."""

    def __init__(self, clients: Clients, public_url: str, *, required: bool) -> None:
        self._clients = clients
        self._origin = f"https://{urlsplit(public_url).netloc}"
        self._required = required

    def concerns(self, scope: Scope) -> bool:
        """Whether the client connected unencrypted, and must not."""
        return self._required and self._clients.is_unencrypted(scope)

    def answer(self, request: Request[Any, Any, Any]) -> Response[Any] | None:
        """Return a redirection, or None to continue; raise `Refusal` for a request that may have leaked its body."""
        scope = request.scope
        if not self.concerns(scope) or _allowed(request):
            return None
        if scope["method"] != "GET":
            raise Refusal(status=403, code="http.https_required", detail="Use HTTPS.")
        query = scope["query_string"].decode("latin-1")
        target = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
        return Response(b"", status_code=_MOVED, headers={"Location": self._origin + target})


def _allowed(request: Request[Any, Any, Any]) -> bool:
    return bool(request.scope["route_handler"].opt.get(_IN_THE_CLEAR))
