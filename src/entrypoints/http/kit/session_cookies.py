"""Sessions of web pages in cookies, which scripts cannot read.

A page signs in with `X-Session-Mode: cookie`. The tokens are then in cookies and not in the answer: `HttpOnly`,
`Secure`, `SameSite`, and with the prefix `__Host-`, so that no other host can set them (RFC 6265bis §4.1.3). A request
with `Authorization` ignores them. Everything else is as with tokens.

A browser also sends cookies with requests that another site has caused. So a write that a cookie authenticates needs
`X-CSRF-Token`, an HMAC of the session's id, and must not come from another site. Signing in, refreshing and signing out
need `X-Session-Mode`, which a page of another site cannot send.
"""

import hmac
from collections.abc import Collection, Sequence
from typing import Any, Final, Literal

from litestar import Request
from litestar.datastructures import Cookie

from booking_domain.identity.errors import InvalidCsrfToken
from booking_domain.identity.sessions import REFRESH_TOKEN_LIFE
from booking_domain.identity.sign_in import Tokens
from booking_domain.shared.ids import SessionId
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.refusals import invalid_input

MODE: Final = "X-Session-Mode"
CSRF: Final = "X-CSRF-Token"
ACCESS_COOKIE: Final = "__Host-access"
REFRESH_COOKIE: Final = "__Host-refresh"
BY_COOKIE: Final = "authenticated_by_cookie"
"""In the state of a request whose access token was in a cookie."""
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITE: Final = frozenset({"same-origin", "none"})


class SessionCookies:
    """Issues and checks CSRF tokens: HMAC-SHA256 of the session's id; also accepts tokens of previous keys."""

    def __init__(self, key: bytes, *, previous: Sequence[bytes] = (), origins: Collection[str] = ()) -> None:
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
        given = request.headers.get(CSRF, "").encode("latin-1")
        if not any(hmac.compare_digest(_signed(key, session_id), given) for key in self._keys):
            raise InvalidCsrfToken

    def require_own_site(self, request: Request[Any, Any, Any]) -> None:
        """Raise `InvalidCsrfToken` if a browser says that a page of an unknown origin made the request."""
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
        if site in _OWN_SITE or origin in self._origins:
            return
        if site is not None or origin is not None:
            raise InvalidCsrfToken


class SessionMode:
    """How the client of a request keeps its session: as tokens, or in cookies."""

    def __init__(self, request: Request[Any, Any, Any], cookies: SessionCookies) -> None:
        self._request = request
        self._cookies = cookies
        mode = request.headers.get(MODE)
        if mode not in {None, "cookie"}:
            raise invalid_input(f"/header/{MODE}", "`cookie`, or no such header.")
        self._asked: Final = mode is not None
        if self._asked:
            cookies.require_own_site(request)
        self.in_cookies: Final[bool] = self._asked or request.scope["state"].get(BY_COOKIE, False)

    def csrf_token(self, session_id: SessionId) -> str | None:
        """The CSRF token of a session in cookies."""
        return self._cookies.csrf_token(session_id) if self.in_cookies else None

    def refresh_token(self, given: str | None) -> str | None:
        """The refresh token of the body, else that of the cookie."""
        if given is None and self._asked:
            return self._request.cookies.get(REFRESH_COOKIE)
        return given

    def cookies(self, tokens: Tokens) -> Sequence[Cookie]:
        """The cookies that keep a new session; none if the client keeps the tokens."""
        if not self.in_cookies:
            return ()
        until = int(REFRESH_TOKEN_LIFE.total_seconds())
        return _cookies((tokens.access.text, tokens.access.expires_in), (tokens.refresh_token, until))

    def no_cookies(self) -> Sequence[Cookie]:
        """The cookies that remove the session from the browser."""
        return _cookies(("", 0), ("", 0)) if self.in_cookies else ()


def provide_session_mode(request: Request[Any, Any, Any], session_cookies: Injected[SessionCookies]) -> SessionMode:
    """Provide `session_mode`."""
    return SessionMode(request, session_cookies)


def has_token(request: Request[Any, Any, Any]) -> bool:
    """Whether the client has a session, valid or not; its access cookie may have expired."""
    return "authorization" in request.headers or not {ACCESS_COOKIE, REFRESH_COOKIE}.isdisjoint(request.cookies)


def _signed(key: bytes, session_id: SessionId) -> bytes:
    return hmac.digest(key, session_id.bytes, "sha256").hex().encode()


def _cookies(access: tuple[str, int], refresh: tuple[str, int]) -> Sequence[Cookie]:
    """The cookies with their values and ages; a link from elsewhere may read, so the first one is `Lax`."""
    return (_cookie(ACCESS_COOKIE, *access, "lax"), _cookie(REFRESH_COOKIE, *refresh, "strict"))


def _cookie(name: str, value: str, max_age: int, samesite: Literal["lax", "strict"]) -> Cookie:
    return Cookie(key=name, value=value, max_age=max_age, secure=True, httponly=True, samesite=samesite)
