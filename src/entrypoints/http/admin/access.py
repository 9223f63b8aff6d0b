"""How admins help users back into an account: sessions, attempts to sign in, locks, second factors and codes."""

from litestar import delete, get
from litestar.params import FromPath

from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.ids import LoginId, SessionId, UserId
from booking_domain.use_cases.identity.administration import (
    EndSessionOfUser,
    end_session_of_user,
    end_sessions_of_user,
    remove_factor_of_user,
    restore_email_of_user,
    unlock_user,
)
from booking_domain.use_cases.identity.queries import list_codes
from booking_domain.use_cases.identity.queries import list_logins_of_user as logins_of_user
from booking_domain.use_cases.identity.queries import list_sessions_of_user as sessions_of_user
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.accounts.schemas import (
    CodesJson,
    CodesQuery,
    DevicesJson,
    LoginsJson,
    code_json,
    codes_filter,
    device_json,
    logins_page,
)
from entrypoints.http.kit.cursors import PageQuery
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.running import Run


@get("/users/{user_id:str}/sessions", opt=documented(sessions_of_user))
async def list_sessions_of_user(
    user_id: FromPath[UserId], actor: Injected[Actor], reads: Injected[Reads], clock: Injected[Clock]
) -> DevicesJson:
    """List the live sessions of an account, the most recently used first; at most 100; for admins.

    `lastUsedAt`, `address` and `userAgent` are those of the last refresh.
    """
    found = await sessions_of_user(actor, user_id, reads.users, reads.sessions, now=clock.now())
    return DevicesJson(items=tuple(map(device_json, found)))


@get("/users/{user_id:str}/login-history", opt=documented(logins_of_user))
async def list_logins_of_user(
    user_id: FromPath[UserId], params: Injected[PageQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> LoginsJson:
    """List the attempts to sign in to an account, newest first; for admins."""
    after = params.after(LoginId)
    found = await logins_of_user(actor, user_id, reads.users, reads.login_history, after=after, limit=params.limit + 1)
    return logins_page(found, params.limit)


@delete(
    "/users/{user_id:str}/sessions/{ended_id:str}",
    opt=documented(end_session_of_user),
    operation_id="endSessionOfUser",
)
async def end_one_session(user_id: FromPath[UserId], ended_id: FromPath[SessionId], run: Injected[Run]) -> None:
    """End one session of an account, with its tokens; for admins."""
    command = EndSessionOfUser(user_id=user_id, session_id=ended_id)
    await run(end_session_of_user, command)


@delete("/users/{user_id:str}/sessions", opt=documented(end_sessions_of_user), operation_id="endSessionsOfUser")
async def end_all_sessions(user_id: FromPath[UserId], run: Injected[Run]) -> None:
    """End all sessions of an account and remove its secret calendar address; for admins.

    Their access tokens are refused from then on.
    """
    await run(end_sessions_of_user, user_id)


@delete("/users/{user_id:str}/lock", opt=documented(unlock_user), operation_id="unlockUser")
async def unlock(user_id: FromPath[UserId], run: Injected[Run]) -> None:
    """Unlock an account that three wrong passwords in a row have locked; for admins.

    Unlocking an account that is not locked changes nothing. Verify the user's identity first: the server cannot.
    """
    await run(unlock_user, user_id)


@delete(
    "/users/{user_id:str}/email-block",
    opt=documented(restore_email_of_user),
    operation_id="restoreEmailOfUser",
)
async def restore_email(user_id: FromPath[UserId], run: Injected[Run]) -> None:
    """Resume messages to the e-mail address of an account that was marked undeliverable; for admins.

    Restoring an address that is not marked changes nothing. The next message that bounces marks it again.
    """
    await run(restore_email_of_user, user_id)


@get("/codes", opt=documented(list_codes))
async def list_issued_codes(
    params: Injected[CodesQuery], actor: Injected[Actor], reads: Injected[Reads], clock: Injected[Clock]
) -> CodesJson:
    """List the one-time codes of the last 30 days, newest first, with masked contacts; for admins.

    Codes of contacts without an account are listed too, without `userId`. The codes themselves are not stored.
    """
    found = await list_codes(actor, codes_filter(params), reads.code_history)
    now = clock.now()
    return CodesJson.of(found, params.limit, lambda code: code_json(code, now), lambda code: code.id)


@delete(
    "/users/{user_id:str}/second-factor",
    opt=documented(remove_factor_of_user),
)
async def remove_second_factor(user_id: FromPath[UserId], run: Injected[Run]) -> None:
    """Remove a user's second factor and its recovery codes; for admins.

    All sessions of the user end at once, with their tokens. The user signs in with one factor again, and sets up
    another second factor if their role needs it. Verify the user's identity first: the server cannot. Admins cannot
    remove their own second factor here.
    """
    await run(remove_factor_of_user, user_id)
