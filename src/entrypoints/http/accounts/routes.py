"""`/auth`: register, log in, refresh, log out, me; sessions and login history."""

from typing import Any, Final

from litestar import Request, Router, get, post
from litestar.params import JSONBody

from booking_domain.identity.errors import (
    AccountDeleted,
    AccountDisabled,
    AccountLocked,
    ContactMissing,
    EmailTaken,
    InvalidCredentials,
    InvalidSecondFactor,
    InvalidToken,
    PhoneTaken,
    SecondFactorNeeded,
    TooManyAttempts,
)
from booking_domain.identity.sessions import Client
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import SessionId
from booking_domain.workflows.ports import Reads
from entrypoints.http.accounts import codes, passwords, second_factors
from entrypoints.http.accounts.devices import (
    end_others,
    end_session_of_mine,
    list_sessions,
    login_history,
)
from entrypoints.http.accounts.examples import LOGIN, REFRESH, REGISTER, SIGNED_IN, USER
from entrypoints.http.accounts.guarded import GUARDED
from entrypoints.http.accounts.own import own_account
from entrypoints.http.accounts.schemas import (
    LoginBody,
    LogOutBody,
    RefreshBody,
    RegisterBody,
    SignedInJson,
    UserJson,
    user_json,
)
from entrypoints.http.accounts.sessions import SignInDesk
from entrypoints.http.kit.clients import Clients
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import ONE_FACTOR, OPTIONAL

_OF_REGISTER: Final = documented(
    body=REGISTER, answer=SIGNED_IN, refusals=(EmailTaken, PhoneTaken, ContactMissing, InvalidValue)
)
_OF_LOGIN: Final = documented(
    body=LOGIN,
    answer=SIGNED_IN,
    refusals=(
        InvalidCredentials,
        AccountDeleted,
        SecondFactorNeeded,
        InvalidSecondFactor,
        AccountDisabled,
        AccountLocked,
        ContactMissing,
        InvalidValue,
        TooManyAttempts,
    ),
)
_OF_REFRESH: Final = documented(
    body=REFRESH, answer=SIGNED_IN, refusals=(InvalidToken, AccountDeleted, AccountDisabled)
)

_NOTHING: Final = LogOutBody()


@post("/register", opt=GUARDED | _OF_REGISTER)
async def register(
    data: JSONBody[RegisterBody], client: Injected[Client], sign_in_desk: Injected[SignInDesk]
) -> SignedInJson:
    """Make an account and sign in."""
    return await sign_in_desk.register(data, client)


@post("/login", status_code=200, opt=GUARDED | _OF_LOGIN)
async def log_in(
    data: JSONBody[LoginBody],
    request: Request[Any, Any, Any],
    clients: Injected[Clients],
    client: Injected[Client],
    sign_in_desk: Injected[SignInDesk],
) -> SignedInJson:
    """Sign in with a password.

    After three wrong passwords in a row the login is locked, whether or not there is such an account: 403, also for the
    right password, until it is unlocked by a code or a reset, or a day has gone by. After ten failures in a minute for
    one login from one address, or a hundred for one login from wherever, no more attempts are let through for a while.

    An account with a second factor is not signed in without it: 401 `auth.second_factor_needed`, once the password was
    right; send the same again with `secondFactor`. After five wrong codes in a row the next one is looked at 15 minutes
    later, then 30, and so on up to a day; recovery codes are looked at in any case.
    """
    return await sign_in_desk.log_in(data, client, counted_as=clients.counted_as(request.scope))


@post("/refresh", status_code=200, opt=GUARDED | _OF_REFRESH)
async def refresh(
    data: JSONBody[RefreshBody], client: Injected[Client], sign_in_desk: Injected[SignInDesk]
) -> SignedInJson:
    """Trade a refresh token for new tokens.

    Each refresh token is good once, for 30 days, and a session lasts for 180 days at most. Using one again ends its
    session: somebody else may have it. Asking twice at once does no harm: within ten seconds of its use a token is
    answered with the same next one, unless that has been used already.
    """
    return await sign_in_desk.refresh(data.refresh_token, client)


@post("/logout", status_code=204, opt=OPTIONAL | ONE_FACTOR | documented(body=REFRESH))
async def sign_out(
    session_id: Injected[SessionId | None],
    sign_in_desk: Injected[SignInDesk],
    data: JSONBody[LogOutBody] = _NOTHING,
) -> None:
    """End the session of the access token, or of the refresh token in the body, or both.

    One of the two is needed. Ending a session again, or with a refresh token that is not good any more, is fine. The
    refresh tokens of the session are dead at once; its access tokens live on until they expire.
    """
    if session_id is None and data.refresh_token is None:
        raise InvalidToken
    await sign_in_desk.log_out(session_id, data.refresh_token)


@get("/me", opt=documented(answer=USER))
async def me(actor: Injected[Actor], reads: Injected[Reads]) -> UserJson:
    """Who am I?"""
    return user_json(await own_account(actor, reads.users))


routes: Final = Router(
    "/auth",
    route_handlers=[
        register,
        log_in,
        refresh,
        sign_out,
        me,
        list_sessions,
        end_session_of_mine,
        end_others,
        login_history,
        *codes.handlers,
        *passwords.handlers,
        *second_factors.handlers,
    ],
)
