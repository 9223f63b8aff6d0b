"""`/admin/users`: accounts, for admins. Every one of these requests is in the audit log."""

from typing import Final, cast
from uuid import UUID

from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody
from litestar.response import Stream

from booking_domain.identity.errors import (
    AccountHasBookings,
    AccountOwesMoney,
    AdminsOwnAccount,
    OwnAccount,
    UserNotFound,
)
from booking_domain.identity.use_cases.administration import change_user, change_users
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue, NotPermitted, StaleVersion
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.workflows.delete_account import DeleteAccount, delete_account
from booking_domain.workflows.ports import Reads, Repositories
from entrypoints.http.admin.examples import BULK, CHANGES, CSV, DONE, USER, USERS
from entrypoints.http.admin.export import PAGE, csv_of
from entrypoints.http.admin.user_schemas import (
    ChangedUsersJson,
    ChangeUserBody,
    ChangeUsersBody,
    ChosenUsersQuery,
    ManagedUserJson,
    ManagedUsersJson,
    UsersQuery,
    managed_user_json,
)
from entrypoints.http.kit.cursors import cursor_of, cut
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.etags import IfMatch, IfNoneMatch, etag, expected_version, unless_known
from entrypoints.http.kit.idempotency import IdempotentRunner
from entrypoints.http.kit.injection import Injected
from entrypoints.settings import Settings

_OF_DELETION: Final = documented(
    refusals=(UserNotFound, AccountHasBookings, AccountOwesMoney, AdminsOwnAccount, NotPermitted)
)
_FILE: Final = {"Content-Disposition": 'attachment; filename="users.csv"'}


@get("/users", opt=documented(answer=USERS, refusals=(NotPermitted, InvalidValue)))
async def list_users(
    asked: Injected[UsersQuery], actor: Injected[Actor], reads: Injected[Reads], settings: Injected[Settings]
) -> ManagedUsersJson:
    """Accounts, the latest first; for admins."""
    authorise(actor, Permission.SEE_USERS)
    page, more = cut(await reads.users.page(asked.page(settings.phone_country)), asked.limit)
    return ManagedUsersJson(
        items=tuple(map(managed_user_json, page)), next_cursor=cursor_of(page[-1].id) if more else None
    )


@get(
    "/users/export",
    media_type="text/csv",
    opt=documented(answer=CSV, headers=("Content-Disposition",), refusals=(NotPermitted, InvalidValue)),
)
async def export_users(
    asked: Injected[ChosenUsersQuery], actor: Injected[Actor], reads: Injected[Reads], settings: Injected[Settings]
) -> Response[str]:
    """Accounts as a CSV file (RFC 4180, UTF-8), the latest first; for admins.

    An apostrophe precedes whatever a spreadsheet could take for a formula: `=`, `+`, `-` or `@`, fullwidth too, at the
    start of a cell or after `;`, `|`, a tab or a line break, also behind spaces. One also precedes a control character
    at the start of a cell. So every phone number has one.
    """
    authorise(actor, Permission.SEE_USERS)
    chosen = asked.chosen(settings.phone_country, None, PAGE)
    first = await reads.users.page(chosen)  # before the answer begins: after that, nothing can be said of a failure
    # To Litestar a stream is a response like any other; to the documentation it is text.
    return cast("Response[str]", Stream(csv_of(chosen, first, reads.users), media_type="text/csv", headers=_FILE))


@get("/users/{user_id:str}", opt=documented(answer=USER, refusals=(UserNotFound, NotPermitted)))
async def get_user(
    user_id: FromPath[UUID], actor: Injected[Actor], reads: Injected[Reads], if_none_match: IfNoneMatch = None
) -> Response[ManagedUserJson]:
    """One account; for admins."""
    authorise(actor, Permission.SEE_USERS)
    user = await reads.users.get(UserId(user_id))
    if user is None:
        raise UserNotFound
    return unless_known(managed_user_json(user), etag(user.version), if_none_match)


@patch(
    "/users/{user_id:str}",
    opt=documented(
        body=CHANGES, answer=USER, refusals=(UserNotFound, OwnAccount, NotPermitted, InvalidValue, StaleVersion)
    ),
)
async def change_a_user(
    user_id: FromPath[UUID],
    data: JSONBody[ChangeUserBody],
    actor: Injected[Actor],
    executor: Injected[Executor[Repositories]],
    if_match: IfMatch = None,
) -> Response[ManagedUserJson]:
    """Change an account; for admins.

    Disabling it and giving it another role ends all its sessions at once; access tokens that were given out before live
    on for half an hour at most. Nobody does either to themselves, so that there always is an admin.
    """
    user = await executor.run(change_user, data.command(user_id, expected_version(if_match)), actor=actor)
    return Response(managed_user_json(user), headers=etag(user.version))


@post(
    "/users/bulk",
    status_code=200,
    opt=documented(body=BULK, answer=DONE, refusals=(UserNotFound, OwnAccount, NotPermitted, InvalidValue)),
)
async def change_many_users(
    data: JSONBody[ChangeUsersBody], runner: Injected[IdempotentRunner]
) -> Response[ChangedUsersJson]:
    """Disable, enable or sign out up to 100 accounts: all of them, or none; for admins."""
    return await runner.done(change_users, data.command(), answer=lambda changed: ChangedUsersJson(changed=changed))


@delete("/users/{user_id:str}", opt=_OF_DELETION)
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
