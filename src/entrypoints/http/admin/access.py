"""`/admin/users/{id}/sessions` and `/second-factor`: where somebody is signed in, and a factor that they have lost."""

from uuid import UUID

from litestar import delete, get
from litestar.params import FromPath

from booking_domain.identity.errors import OwnAccount, SecondFactorMissing, SessionNotFound, UserNotFound
from booking_domain.identity.use_cases.administration import (
    EndSessionOfUser,
    end_session_of_user,
    end_sessions_of_user,
    remove_factor_of_user,
)
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import NotPermitted
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.workflows.ports import Reads, Repositories
from entrypoints.http.accounts.session_schemas import MOST_SESSIONS, DevicesJson, device_json
from entrypoints.http.admin.examples import DEVICES
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.injection import Injected


@get("/users/{user_id:str}/sessions", opt=documented(answer=DEVICES, refusals=(UserNotFound, NotPermitted)))
async def list_sessions_of_user(
    user_id: FromPath[UUID], actor: Injected[Actor], reads: Injected[Reads], clock: Injected[Clock]
) -> DevicesJson:
    """Where somebody is signed in, the session that was used last first; 100 at most; for admins.

    `lastUsedAt`, `address` and `userAgent` are those of the last refresh.
    """
    authorise(actor, Permission.SEE_USERS)
    user = await reads.users.get(UserId(user_id))
    if user is None:
        raise UserNotFound
    found = await reads.sessions.live(user.id, clock.now(), MOST_SESSIONS)
    return DevicesJson(items=tuple(map(device_json, found)))


@delete(
    "/users/{user_id:str}/sessions/{ended_id:str}",
    opt=documented(refusals=(UserNotFound, SessionNotFound, NotPermitted)),
)
async def end_one_session(
    user_id: FromPath[UUID],
    ended_id: FromPath[UUID],
    actor: Injected[Actor],
    executor: Injected[Executor[Repositories]],
) -> None:
    """Sign somebody out of one session; for admins. Its access tokens live on for half an hour at most."""
    command = EndSessionOfUser(user_id=UserId(user_id), session_id=SessionId(ended_id))
    await executor.run(end_session_of_user, command, actor=actor)


@delete("/users/{user_id:str}/sessions", opt=documented(refusals=(UserNotFound, NotPermitted)))
async def end_all_sessions(
    user_id: FromPath[UUID], actor: Injected[Actor], executor: Injected[Executor[Repositories]]
) -> None:
    """Sign somebody out everywhere; for admins. Their access tokens live on for half an hour at most."""
    await executor.run(end_sessions_of_user, UserId(user_id), actor=actor)


@delete(
    "/users/{user_id:str}/second-factor",
    opt=documented(refusals=(UserNotFound, SecondFactorMissing, OwnAccount, NotPermitted)),
)
async def remove_second_factor(
    user_id: FromPath[UUID], actor: Injected[Actor], executor: Injected[Executor[Repositories]]
) -> None:
    """Remove somebody's second factor with its recovery codes, which they have lost; for admins.

    All their sessions end at once; access tokens live on for half an hour at most. They sign in with one factor again,
    and set another second one up if their role needs it. First make sure who asks for it: it is not seen from here.
    Admins do not do it to themselves.
    """
    await executor.run(remove_factor_of_user, UserId(user_id), actor=actor)
