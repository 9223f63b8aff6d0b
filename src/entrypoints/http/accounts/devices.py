"""`/auth/sessions` and `/auth/login-history`: where one is signed in, and where one was.

All of it asks whether the session of the access token is live: a token whose session has ended opens none of it.
"""

from uuid import UUID

from litestar import delete, get
from litestar.params import FromPath

from booking_domain.identity.errors import SessionNotFound
from booking_domain.identity.use_cases.sessions import EndSession, end_other_sessions, end_session
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import LoginId, SessionId
from booking_domain.workflows.ports import Reads, Repositories
from entrypoints.http.accounts.examples import LOGINS, SESSIONS
from entrypoints.http.accounts.own import require_live
from entrypoints.http.accounts.schemas import LoginsJson, LoginsQuery, login_json
from entrypoints.http.accounts.session_schemas import MOST_SESSIONS, SessionsJson, session_json
from entrypoints.http.kit.cursors import cursor_of, cut, read_cursor
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.injection import Injected


@get("/sessions", opt=documented(answer=SESSIONS))
async def list_sessions(
    actor: Injected[Actor], session_id: Injected[SessionId], reads: Injected[Reads], clock: Injected[Clock]
) -> SessionsJson:
    """Where one is signed in, the session that was used last first; 100 at most.

    `lastUsedAt`, `address` and `userAgent` are those of the last refresh.
    """
    await require_live(session_id, reads.sessions, clock)
    found = await reads.sessions.live(actor.id, clock.now(), MOST_SESSIONS)
    return SessionsJson(items=tuple(session_json(session, current=session_id) for session in found))


@delete("/sessions/{ended_id:str}", opt=documented(refusals=(SessionNotFound,)))
async def end_session_of_mine(
    ended_id: FromPath[UUID],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    executor: Injected[Executor[Repositories]],
) -> None:
    """Sign out one of one's sessions, the current one included."""
    await executor.run(end_session, EndSession(session_id=SessionId(ended_id), current=session_id), actor=actor)


@delete("/sessions", opt=documented())
async def end_others(
    actor: Injected[Actor], session_id: Injected[SessionId], executor: Injected[Executor[Repositories]]
) -> None:
    """Sign out everywhere else."""
    await executor.run(end_other_sessions, session_id, actor=actor)


@get("/login-history", opt=documented(answer=LOGINS))
async def login_history(
    asked: Injected[LoginsQuery],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    reads: Injected[Reads],
    clock: Injected[Clock],
) -> LoginsJson:
    """Who has signed in to one's account or tried to, newest first."""
    await require_live(session_id, reads.sessions, clock)
    after = read_cursor(asked.cursor)
    found = await reads.login_history.of_user(actor.id, None if after is None else LoginId(after), asked.limit + 1)
    page, more = cut(found, asked.limit)
    return LoginsJson(
        items=tuple(login_json(login) for login in page), next_cursor=cursor_of(page[-1].id) if more else None
    )
