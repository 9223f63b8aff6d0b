"""`/auth`: register, log in, refresh, me."""

from typing import Any, Final

from litestar import Request, Router, get, post
from litestar.params import JSONBody

from booking_domain.identity.errors import (
    AccountDisabled,
    ContactMissing,
    EmailTaken,
    InvalidCredentials,
    InvalidToken,
    PhoneTaken,
    TooManyAttempts,
)
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue
from booking_domain.workflows.ports import Reads
from entrypoints.http.accounts.examples import LOGIN, REFRESH, REGISTER, SIGNED_IN, USER
from entrypoints.http.accounts.schemas import LoginBody, RefreshBody, RegisterBody, SignedInJson, UserJson, user_json
from entrypoints.http.accounts.sessions import SignInDesk
from entrypoints.http.clients import Clients
from entrypoints.http.documentation import documented
from entrypoints.http.doorkeeper import PUBLIC
from entrypoints.http.injection import Injected
from entrypoints.http.rate_limits import AUTH, limited_as

_OF_REGISTER: Final = documented(
    body=REGISTER, answer=SIGNED_IN, refusals=(EmailTaken, PhoneTaken, ContactMissing, InvalidValue)
)
_OF_LOGIN: Final = documented(
    body=LOGIN, answer=SIGNED_IN, refusals=(InvalidCredentials, AccountDisabled, ContactMissing, TooManyAttempts)
)
_GUARDED: Final = PUBLIC | limited_as(AUTH)
_OF_REFRESH: Final = documented(body=REFRESH, answer=SIGNED_IN, refusals=(InvalidToken, AccountDisabled))


@post("/register", opt=_GUARDED | _OF_REGISTER)
async def register(data: JSONBody[RegisterBody], sign_in_desk: Injected[SignInDesk]) -> SignedInJson:
    """Make an account and sign in."""
    return await sign_in_desk.register(data)


@post("/login", status_code=200, opt=_GUARDED | _OF_LOGIN)
async def log_in(
    data: JSONBody[LoginBody],
    request: Request[Any, Any, Any],
    clients: Injected[Clients],
    sign_in_desk: Injected[SignInDesk],
) -> SignedInJson:
    """Sign in with a password.

    After ten failures in a minute for one login from one address, or a hundred for one login from wherever, no more
    attempts are let through for a while.
    """
    return await sign_in_desk.log_in(data, clients.counted_as(request.scope))


@post("/refresh", status_code=200, opt=_GUARDED | _OF_REFRESH)
async def refresh(data: JSONBody[RefreshBody], sign_in_desk: Injected[SignInDesk]) -> SignedInJson:
    """Trade a refresh token for new tokens.

    Each refresh token is good once. Using one again ends its session: somebody else may have it.
    """
    return await sign_in_desk.refresh(data.refresh_token)


@get("/me", opt=documented(answer=USER))
async def me(actor: Injected[Actor], reads: Injected[Reads]) -> UserJson:
    """Who am I?"""
    user = await reads.user(actor.id)
    if user is None:
        raise InvalidToken
    return user_json(user)


routes: Final = Router("/auth", route_handlers=[register, log_in, refresh, me])
