"""`/auth`: register, log in, refresh, me."""

from typing import Any, Final

from litestar import Request, Router, get, post
from litestar.params import JSONBody

from booking_domain.identity.errors import (
    AccountDisabled,
    AccountLocked,
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
from entrypoints.http.accounts import codes, passwords
from entrypoints.http.accounts.examples import LOGIN, REFRESH, REGISTER, SIGNED_IN, USER
from entrypoints.http.accounts.schemas import LoginBody, RefreshBody, RegisterBody, SignedInJson, UserJson, user_json
from entrypoints.http.accounts.sessions import SignInDesk
from entrypoints.http.documentation import documented
from entrypoints.http.doorkeeper import PUBLIC
from entrypoints.http.injection import Injected

_OF_REGISTER: Final = documented(
    body=REGISTER, answer=SIGNED_IN, refusals=(EmailTaken, PhoneTaken, ContactMissing, InvalidValue)
)
_OF_LOGIN: Final = documented(
    body=LOGIN,
    answer=SIGNED_IN,
    refusals=(InvalidCredentials, AccountDisabled, AccountLocked, ContactMissing, InvalidValue, TooManyAttempts),
)
_OF_REFRESH: Final = documented(body=REFRESH, answer=SIGNED_IN, refusals=(InvalidToken, AccountDisabled))


@post("/register", opt=PUBLIC | _OF_REGISTER)
async def register(data: JSONBody[RegisterBody], sign_in_desk: Injected[SignInDesk]) -> SignedInJson:
    """Make an account and sign in."""
    return await sign_in_desk.register(data)


@post("/login", status_code=200, opt=PUBLIC | _OF_LOGIN)
async def log_in(
    data: JSONBody[LoginBody], request: Request[Any, Any, Any], sign_in_desk: Injected[SignInDesk]
) -> SignedInJson:
    """Sign in with a password.

    After three wrong passwords in a row the login is locked, whether or not there is such an account: 403, also for the
    right password, until it is unlocked by a code or a reset, or a day has gone by. After ten failures in a minute for
    one login from one address, no more attempts are let through for a while.
    """
    client = request.scope["client"]
    return await sign_in_desk.log_in(data, client[0] if client else "")


@post("/refresh", status_code=200, opt=PUBLIC | _OF_REFRESH)
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


routes: Final = Router("/auth", route_handlers=[register, log_in, refresh, me, *codes.handlers, *passwords.handlers])
