"""Cross-origin resource sharing: the web origins whose pages may use the API."""

from collections.abc import Sequence
from typing import Final

from litestar.enums import ScopeType
from litestar.types import Message, Scope

_EXPOSED: Final = (
    b"ETag, Idempotency-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-CSRF-Token, X-Request-Id"
)
_PREFLIGHT: Final = (
    (b"access-control-allow-methods", b"DELETE, GET, HEAD, PATCH, POST, PUT"),
    (
        b"access-control-allow-headers",
        (
            b"Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, "
            b"X-Client-Platform, X-Client-Token, X-CSRF-Token, X-Request-Id, X-Session-Mode"
        ),
    ),
    (b"access-control-max-age", b"7200"),
)
_VARY: Final = (b"vary", b"Origin")


class CrossOrigin:
    """Adds the headers for allowed origins to every response, errors included; their requests may have cookies."""

    def __init__(self, origins: Sequence[str]) -> None:
        self._origins = frozenset(origin.encode() for origin in origins)

    async def __call__(self, message: Message, scope: Scope) -> None:
        """Litestar calls this before it sends a message; `RequestGuard` answers the preflight itself."""
        if message["type"] != "http.response.start" or not self._origins:
            return
        params = dict(scope["headers"])
        origin = params.get(b"origin")
        headers = [*message["headers"], _VARY]
        if origin in self._origins:
            headers += [(b"access-control-allow-origin", origin), (b"access-control-allow-credentials", b"true")]
            if (
                scope["type"] == ScopeType.HTTP
                and scope["method"] == "OPTIONS"
                and b"access-control-request-method" in params
            ):
                headers += _PREFLIGHT
            else:
                headers.append((b"access-control-expose-headers", _EXPOSED))
        message["headers"] = headers
