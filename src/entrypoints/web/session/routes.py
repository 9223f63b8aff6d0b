"""`/renew`: a session whose access token has expired goes on, and leads back to the page."""

from typing import Any, Final

from litestar import Response, get

from booking_domain.identity.errors import InvalidToken
from booking_domain.identity.security import Identity
from booking_domain.identity.sessions import Client
from booking_domain.use_cases.identity import sign_in
from entrypoints.http.kit.forms import FORM
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.session_modes import SessionMode
from entrypoints.web.kit.pages import Page


@get("/renew", opt=PUBLIC | FORM | limited_as(AUTH))
async def renew(
    page: Injected[Page],
    *,
    identity: Injected[Identity],
    client: Injected[Client],
    session_mode: Injected[SessionMode],
) -> Response[Any]:
    """Trade the refresh token of the cookie for new tokens. It may be repeated."""
    token = session_mode.refresh_token(None)
    if token is None:
        raise InvalidToken
    tokens = await sign_in.refresh(identity, token, client=client)
    asked = page.asked("to")
    response = page.see(page.link(asked if asked.startswith("/") else "/"))
    for cookie in session_mode.cookies(tokens):
        response.set_cookie(cookie)
    return response


handlers: Final = (renew,)
