"""`/admin/users`: deletion of somebody's account."""

from typing import Final
from uuid import UUID

from litestar import Router, delete
from litestar.params import FromPath

from booking_domain.identity.errors import AccountHasBookings, AccountOwesMoney, AdminsOwnAccount, UserNotFound
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import NotPermitted
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.workflows.delete_account import DeleteAccount, delete_account
from booking_domain.workflows.ports import Repositories
from entrypoints.http.documentation import documented
from entrypoints.http.injection import Injected

_OF_DELETION: Final = documented(
    refusals=(UserNotFound, AccountHasBookings, AccountOwesMoney, AdminsOwnAccount, NotPermitted)
)


@delete("/{user_id:str}", opt=_OF_DELETION)
async def delete_user(
    user_id: FromPath[UUID],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    executor: Injected[Executor[Repositories]],
) -> None:
    """Delete somebody's account, as they would themselves; for admins.

    It is erased 30 days later. Deleting it again changes nothing.
    """
    command = DeleteAccount(user_id=UserId(user_id), current=session_id)
    await executor.run(delete_account, command, actor=actor)


routes: Final = Router("/admin/users", route_handlers=[delete_user])
