"""Cross-origin resource sharing: the web origins whose pages may use the API."""

from collections.abc import Sequence
from typing import Final

from litestar.enums import ScopeType
from litestar.types import Scope

_EXPOSED: Final = (
    (
        b"access-control-expose-headers",
        (
            b"ETag, Idempotency-Replayed, Link, Location, RateLimit, RateLimit-Policy, Read-After, Retry-After, "
            b"X-CSRF-Token, X-Request-Id"
        ),
    ),
)
_PREFLIGHT: Final = (
    (b"access-control-allow-methods", b"DELETE, GET, HEAD, PATCH, POST, PUT"),
    (
        b"access-control-allow-headers",
        (
            b"Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Read-After, "
            b"X-Client-Platform, X-Client-Token, X-CSRF-Token, X-Request-Id, X-Session-Mode"
        ),
    ),
    (b"access-control-max-age", b"7200"),
)
_VARY: Final = (b"vary", b"Origin")


class CrossOrigin:
    """The headers for allowed origins, which every response has, errors included; their requests may have cookies."""

    def __init__(self, origins: Sequence[str]) -> None:
        self._origins = frozenset(origin.encode() for origin in origins)

    def headers(self, scope: Scope) -> Sequence[tuple[bytes, bytes]]:
        """The headers of the response; `RequestGuard` answers the preflight itself."""
        if not self._origins:
            return ()
        params = dict(scope["headers"])
        origin = params.get(b"origin")
        if origin not in self._origins:
            return (_VARY,)
        is_preflight = (
            scope["type"] == ScopeType.HTTP
            and scope["method"] == "OPTIONS"
            and b"access-control-request-method" in params
        )
        return (
            _VARY,
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-credentials", b"true"),
            *(_PREFLIGHT if is_preflight else _EXPOSED),
        )
