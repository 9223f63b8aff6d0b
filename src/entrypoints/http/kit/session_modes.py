"""How the client of a request keeps its session: as tokens, or in cookies (`kit.session_cookies`)."""

from collections.abc import Sequence
from typing import Any, Final, Literal

from litestar import Request
from litestar.datastructures import Cookie

from booking_domain.identity.known_clients import KNOWN_FOR
from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.identity.sign_in import Tokens
from entrypoints.http.kit.forms import takes_form
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.refusals import invalid_input
from entrypoints.http.kit.session_cookies import (
    ACCESS_COOKIE,
    BY_COOKIE,
    CLIENT_COOKIE,
    MODE,
    REFRESH_COOKIE,
    SessionCookies,
)


class SessionMode:
    """How the client of a request keeps its session: as tokens, or in cookies."""

    def __init__(self, request: Request[Any, Any, Any], cookies: SessionCookies) -> None:
        self._request = request
        self._cookies = cookies
        mode = request.headers.get(MODE)
        if mode not in {None, "cookie"}:
            raise invalid_input(f"/header/{MODE}", "The only value is cookie.")
        self._given: Final = mode is not None or takes_form(request.scope["route_handler"])
        if self._given:
            cookies.require_own_site(request)
        self.in_cookies: Final[bool] = self._given or request.scope["state"].get(BY_COOKIE, False)

    def csrf_token(self, session_id: SessionId) -> str | None:
        """The CSRF token of a session in cookies."""
        return self._cookies.csrf_token(session_id) if self.in_cookies else None

    def refresh_token(self, given: str | None) -> str | None:
        """The refresh token of the body, else that of the cookie."""
        if given is None and self._given:
            return self._request.cookies.get(REFRESH_COOKIE)
        return given

    def cookies(self, tokens: Tokens) -> Sequence[Cookie]:
        """The cookies that keep a new session; none if the client keeps the tokens."""
        if not self.in_cookies:
            return ()
        kept = _cookies((tokens.access.text, tokens.access.expires_in), (tokens.refresh_token, self._cookies.life))
        if tokens.client_token is None:
            return kept
        return (*kept, _cookie(CLIENT_COOKIE, tokens.client_token, int(KNOWN_FOR.total_seconds()), "strict"))

    def no_cookies(self) -> Sequence[Cookie]:
        """The cookies that remove the session from the browser, which stays a known client."""
        return _cookies(("", 0), ("", 0)) if self.in_cookies else ()


def provide_session_mode(request: Request[Any, Any, Any], session_cookies: Injected[SessionCookies]) -> SessionMode:
    """Provide `session_mode`."""
    return SessionMode(request, session_cookies)


def has_token(request: Request[Any, Any, Any]) -> bool:
    """Whether the client has a session, valid or not; its access cookie may have expired."""
    return "authorization" in request.headers or not {ACCESS_COOKIE, REFRESH_COOKIE}.isdisjoint(request.cookies)


def _cookies(access: tuple[str, int], refresh: tuple[str, int]) -> Sequence[Cookie]:
    """The cookies with their values and ages; a link from elsewhere may read, so the first one is `Lax`."""
    return (_cookie(ACCESS_COOKIE, *access, "lax"), _cookie(REFRESH_COOKIE, *refresh, "strict"))


def _cookie(name: str, value: str, max_age: int, samesite: Literal["lax", "strict"]) -> Cookie:
    return Cookie(key=name, value=value, max_age=max_age, secure=True, httponly=True, samesite=samesite)
