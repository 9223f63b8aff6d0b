"""`/auth/sessions` and `/auth/login-history`: the devices that are signed in, and the attempts to sign in."""

from typing import Final

from litestar import delete, get
from litestar.params import FromPath

from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.ids import LoginId, SessionId
from booking_domain.use_cases.identity import queries
from booking_domain.use_cases.identity.sessions import EndSession, end_other_sessions, end_session
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.accounts.schemas import LoginsJson, SessionsJson, logins_page, session_json
from entrypoints.http.kit.cursors import PageQuery
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.running import Run


@get("/sessions", opt=documented(queries.list_own_sessions))
async def list_sessions(
    actor: Injected[Actor], session_id: Injected[SessionId], reads: Injected[Reads], clock: Injected[Clock]
) -> SessionsJson:
    """List your live sessions, the most recently used first; at most 100.

    `lastUsedAt`, `address` and `userAgent` are those of the last refresh.
    """
    found = await queries.list_own_sessions(actor, session_id, reads.sessions, now=clock.now())
    return SessionsJson(items=tuple(session_json(session, current=session_id) for session in found))


@delete("/sessions/{ended_id:str}", opt=documented(end_session), operation_id="endMySession")
async def end_session_of_mine(
    ended_id: FromPath[SessionId], session_id: Injected[SessionId], run: Injected[Run]
) -> None:
    """End one of your sessions. It can be the current one."""
    await run(end_session, EndSession(session_id=ended_id, current=session_id))


@delete("/sessions", opt=documented(end_other_sessions), operation_id="endOtherSessions")
async def end_others(session_id: Injected[SessionId], run: Injected[Run]) -> None:
    """End all your sessions except the current one."""
    await run(end_other_sessions, session_id)


@get("/login-history", opt=documented(queries.list_own_logins))
async def login_history(
    params: Injected[PageQuery],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    reads: Injected[Reads],
    clock: Injected[Clock],
) -> LoginsJson:
    """List the attempts to sign in to your account, newest first."""
    found = await queries.list_own_logins(
        actor,
        session_id,
        reads.sessions,
        reads.login_history,
        now=clock.now(),
        after=params.after(LoginId),
        limit=params.limit + 1,
    )
    return logins_page(found, params.limit)


handlers: Final = (list_sessions, end_session_of_mine, end_others, login_history)
