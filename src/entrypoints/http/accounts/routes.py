"""`/auth`: register, log in, refresh, log out, me; codes, passwords, second factors, sessions and login history."""

from math import ceil
from typing import Any, Final, cast

from litestar import Request, Response, Router, get, post
from litestar.params import JSONBody

from booking_domain.identity.errors import InvalidToken
from booking_domain.identity.known_clients import ClientTrace
from booking_domain.identity.one_time_codes import OneTimeCode
from booking_domain.identity.security import Identity
from booking_domain.identity.sessions import Client
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.identity import sign_in
from booking_domain.use_cases.identity.queries import get_own_account
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.accounts import codes, devices, passkeys, passwords, remembered_devices, second_factors
from entrypoints.http.accounts.schemas import (
    CODES,
    GUARDED,
    IDENTITIES,
    LOGIN,
    LOGIN_HISTORY,
    REFRESH,
    REGISTER,
    SESSIONS,
    CodeSentJson,
    LoginBody,
    LogOutBody,
    RefreshBody,
    RegisterBody,
    SignedInJson,
    UserJson,
    accepted_versions,
    signed_in,
    user_json,
)
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.exporting import exporting
from entrypoints.http.kit.idempotency import CONFIDENTIAL
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.negotiation import language_for
from entrypoints.http.kit.request_guard import ONE_FACTOR, OPTIONAL, PENDING_TOO, ended_session_too
from entrypoints.http.kit.session_cookies import CSRF
from entrypoints.http.kit.session_modes import SessionMode

_NOTHING: Final = LogOutBody()
_NO_TOKEN: Final = RefreshBody()


@post(
    "/register",
    opt=GUARDED
    | documented(
        sign_in.register,
        body=REGISTER,
        instead=(202, "A code is on its way; repeat the request with it.", CodeSentJson),
        no_idempotency_key=CONFIDENTIAL,
    ),
)
async def register(
    data: JSONBody[RegisterBody],
    request: Request[Any, Any, Any],
    client: Injected[Client],
    *,
    client_trace: Injected[ClientTrace],
    identity: Injected[Identity],
    session_mode: Injected[SessionMode],
) -> Response[SignedInJson]:
    """Create an account and sign in.

    A phone number is verified first, unless an e-mail address comes with it: the answer is 202, a code is sent to the
    number, and nothing is stored. Repeat the request with `code` to create the account. The answer is 202 whether or
    not an account has the number; with the right code, 409 says so. The platform may ask for a code to e-mail addresses
    in the same way (`BOOKING_EMAIL_CODE_FIRST`).

    If another account has the e-mail address, the answer is 409. If that account has not verified it, request a code
    (`send-otp`, purpose `signup`) and repeat the request with `code`: the other account loses the contact. Or sign in
    with a code, which takes over the other account and removes everything that was set up in it. The account has the
    language of `Accept-Language`, or the platform's.
    """
    new = sign_in.Registration(
        contact=data.contact(),
        name=data.name,
        role=Role(data.role),
        password=data.password,
        code=data.code,
        accepted=accepted_versions(data.accepted),
        locale=language_for(request),
        time_zone=data.time_zone,
    )
    made = await sign_in.register(identity, new, client, client_trace=client_trace)
    if isinstance(made, OneTimeCode):
        now = identity.clock.now()
        sent = CodeSentJson(
            expires_in=int((made.expires_at - now).total_seconds()),
            retry_after=ceil((made.again_at - now).total_seconds()),
        )
        return Response(cast("SignedInJson", sent), status_code=202)
    return signed_in(made, session_mode)


@post(
    "/login",
    status_code=200,
    opt=GUARDED | documented(sign_in.sign_in_with_password, body=LOGIN, no_idempotency_key=CONFIDENTIAL),
)
async def log_in(
    data: JSONBody[LoginBody],
    client: Injected[Client],
    *,
    client_trace: Injected[ClientTrace],
    identity: Injected[Identity],
    session_mode: Injected[SessionMode],
) -> Response[SignedInJson]:
    """Sign in with a password.

    Three wrong passwords in a row from one client lock the login for it, and ten from all strangers lock it for all
    strangers, whether or not it has an account. A locked login answers 403, even to the right password, until a
    one-time code or a reset unlocks it, or 24 hours have passed. The right second factor, sent with the right password,
    passes. Further attempts are also refused for a while after ten failures in a minute for one login from one client,
    a hundred for one login from all strangers, or 60 wrong passwords and codes in 15 minutes from one client for any
    logins. The wait after the last of these grows with each further failure, up to a day.

    Clients are counted by their address. A client that signs in, here or in another way, gets a `clientToken`. It opens
    nothing. Requests that send it as `X-Client-Token` are counted by it, so what strangers do does not lock this client
    out: keep it when signing out. Addresses from which such a client has signed in last do not count as strangers.

    An account with a second factor also needs its code. If the password is right and the code is missing, the answer is
    401 `auth.second_factor_needed`; repeat the request with `secondFactor`. After five wrong codes in a row, codes are
    refused for 15 minutes, then 30, and so on up to a day; recovery codes are always accepted.

    With `X-Session-Mode: cookie`, here and on every route that signs in, the tokens are set as `HttpOnly` cookies
    instead of being in the answer, also that of the client. Requests that change something then need the answer's
    `csrfToken` as `X-CSRF-Token`.
    """
    tokens = await sign_in.sign_in_with_password(
        identity,
        data.contact(),
        data.password,
        client=client,
        client_trace=client_trace,
        second_factor=data.second_factor,
    )
    return signed_in(tokens, session_mode)


@post(
    "/refresh",
    status_code=200,
    opt=GUARDED | documented(sign_in.refresh, body=REFRESH, no_idempotency_key=CONFIDENTIAL),
    operation_id="refreshTokens",
)
async def refresh(
    client: Injected[Client],
    identity: Injected[Identity],
    session_mode: Injected[SessionMode],
    data: JSONBody[RefreshBody] = _NO_TOKEN,
) -> Response[SignedInJson]:
    """Trade a refresh token for new tokens.

    A refresh token can be used once, until the session has not been used for a time (by default 30 days); a session
    lasts at most 180 days by default. Reuse of a token ends its session, because the token may have been stolen.
    Parallel requests are safe: within ten seconds of its first use, a token returns the same next token again, unless
    that one has already been used. With `X-Session-Mode: cookie`, the token is read from the cookie if the body has
    none.
    """
    refresh_token = session_mode.refresh_token(data.refresh_token)
    if refresh_token is None:
        raise InvalidToken
    return signed_in(await sign_in.refresh(identity, refresh_token, client=client), session_mode)


@post(
    "/logout",
    status_code=204,
    opt=OPTIONAL
    | ONE_FACTOR
    | PENDING_TOO
    | ended_session_too("It only signs out, and may be repeated.")
    | documented(sign_in.log_out, body=REFRESH, no_idempotency_key=CONFIDENTIAL),
    operation_id="logOut",
)
async def sign_out(
    session_id: Injected[SessionId | None],
    identity: Injected[Identity],
    session_mode: Injected[SessionMode],
    data: JSONBody[LogOutBody] = _NOTHING,
) -> Response[None]:
    """End the session of the access token, of the refresh token in the body, or both.

    One of the two is required. Ending a session again, or with a refresh token that is no longer valid, succeeds. The
    session's refresh and access tokens are refused at once. With `X-Session-Mode: cookie` the session is that of the
    cookies, which are removed.
    """
    await sign_in.log_out(identity, session_id, session_mode.refresh_token(data.refresh_token))
    return Response(None, cookies=session_mode.no_cookies())


@get(
    "/me",
    opt=PENDING_TOO | documented(get_own_account, headers=(CSRF,)),
    operation_id="getSignedInAccount",
)
async def me(
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    reads: Injected[Reads],
    session_mode: Injected[SessionMode],
) -> Response[UserJson]:
    """Return the account of the access token.

    If the access token is in a cookie, the answer has the session's `X-CSRF-Token` as a header, for a page that was
    reloaded.
    """
    user = await get_own_account(actor, reads.users)
    csrf_token = session_mode.csrf_token(session_id)
    return Response(user_json(user), headers={} if csrf_token is None else {CSRF: csrf_token})


routes: Final = Router(
    "/auth",
    route_handlers=[
        register,
        log_in,
        refresh,
        sign_out,
        me,
        *devices.handlers,
        *codes.handlers,
        *passwords.handlers,
        *second_factors.handlers,
        *remembered_devices.handlers,
        *passkeys.handlers,
    ],
    opt=exporting(SESSIONS, LOGIN_HISTORY, CODES, IDENTITIES, remembered_devices.DEVICES, passkeys.EXPORT),
)
