"""Sessions of web pages in cookies, which scripts cannot read.

A page signs in with `X-Session-Mode: cookie`. The tokens are then in cookies and not in the answer: `HttpOnly`,
`Secure`, `SameSite`, and with the prefix `__Host-`, so that no other host can set them (RFC 6265bis §4.1.3). A request
with `Authorization` ignores them. Everything else is as with tokens.

A browser also sends cookies with requests that another site has caused. So a write that a cookie authenticates needs
`X-CSRF-Token`, an HMAC of the session's id, and must not come from another site. Signing in, refreshing and signing out
need `X-Session-Mode`, which a page of another site cannot send.

Plain forms of our pages send neither header. Their token is a field, and a sign-in by form is one of a page: the
browser says in `Sec-Fetch-Site` or `Origin` that it is ours.
"""

import hmac
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, Final

from litestar import Request

from booking_domain.identity.errors import InvalidCsrfToken
from booking_domain.identity.sessions import REFRESH_TOKEN_LIFE
from booking_domain.shared.ids import SessionId
from entrypoints.http.kit.forms import TOKEN, form_of

MODE: Final = "X-Session-Mode"
CSRF: Final = "X-CSRF-Token"
ACCESS_COOKIE: Final = "__Host-access"
REFRESH_COOKIE: Final = "__Host-refresh"
CLIENT_COOKIE: Final = "__Host-client"
"""The token of a known client (`identity.known_clients`). It outlives the session, and authenticates nothing."""
BY_COOKIE: Final = "authenticated_by_cookie"
"""In the state of a request whose access token was in a cookie."""
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITE: Final = frozenset({"same-origin", "none"})


class SessionCookies:
    """Issues and checks CSRF tokens: HMAC-SHA256 of the session's id; also accepts tokens of previous keys."""

    def __init__(
        self,
        key: bytes,
        *,
        previous: Sequence[bytes] = (),
        origins: Collection[str] = (),
        life: timedelta = REFRESH_TOKEN_LIFE,
    ) -> None:
        self.life: Final = int(life.total_seconds())
        """How long the cookie of a refresh token is kept, in seconds."""
        self._key = key
        self._keys = (key, *previous)
        self._origins = frozenset(origins)
        """Origins whose pages may use the API."""

    def csrf_token(self, session_id: SessionId) -> str:
        """The token of a session."""
        return _signed(self._key, session_id).decode()

    def require_own_page(self, request: Request[Any, Any, Any], session_id: SessionId) -> None:
        """Raise `InvalidCsrfToken` unless the request only reads, or comes from a page that has the session's token."""
        if request.scope["method"] in _SAFE:
            return
        self.require_own_site(request)
        field = next(iter(form_of(request).get(TOKEN, ())), "")
        given = request.headers.get(CSRF, field).encode("latin-1", "replace")
        if not any(hmac.compare_digest(_signed(key, session_id), given) for key in self._keys):
            raise InvalidCsrfToken

    def require_own_site(self, request: Request[Any, Any, Any]) -> None:
        """Raise `InvalidCsrfToken` if a browser says that a page of an unknown origin made the request."""
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
        if site in _OWN_SITE or origin in self._origins:
            return
        if site is not None or origin is not None:
            raise InvalidCsrfToken


def _signed(key: bytes, session_id: SessionId) -> bytes:
    return hmac.digest(key, session_id.bytes, "sha256").hex().encode()
