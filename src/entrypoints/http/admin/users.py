"""`/admin/users`: accounts, for admins. The audit log has an entry for every request."""

from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody

from booking_domain.identity.security import Identity
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.use_cases.accounts.change_accounts import change_user, change_users
from booking_domain.use_cases.accounts.delete_account import DeleteAccount, delete_account
from booking_domain.use_cases.identity import queries
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.admin.examples import BULK, CHANGES, CSV
from entrypoints.http.admin.user_schemas import (
    COLUMNS,
    ChangedUsersJson,
    ChangeUserBody,
    ChangeUsersBody,
    ChosenUsersQuery,
    ManagedUserJson,
    ManagedUsersJson,
    UsersQuery,
    managed_user_json,
)
from entrypoints.http.kit.csv_cells import PAGE, csv_response
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.etags import IfMatch, IfNoneMatch, etag, expected_version, unless_known
from entrypoints.http.kit.idempotency import IdempotentRunner
from entrypoints.http.kit.identities import Run
from entrypoints.http.kit.injection import Injected


@get("/users", opt=documented(queries.list_users, raises=(InvalidValue,)))
async def list_users(
    params: Injected[UsersQuery],
    actor: Injected[Actor],
    reads: Injected[Reads],
    identity: Injected[Identity],
    clock: Injected[Clock],
) -> ManagedUsersJson:
    """List accounts, newest first; for admins. An account stays `locked` for a day after its third wrong password."""
    now = clock.now()
    chosen = params.page(identity.phone_numbers, now)
    found = await queries.list_users(actor, chosen, reads.users, reads.credentials, now=now)
    return ManagedUsersJson.of(found, params.limit, managed_user_json, lambda managed: managed.user.id)


@get(
    "/users/export",
    media_type="text/csv",
    opt=documented(queries.list_users, raises=(InvalidValue,), answer=CSV, headers=("Content-Disposition",)),
)
async def export_users(
    params: Injected[ChosenUsersQuery],
    actor: Injected[Actor],
    reads: Injected[Reads],
    identity: Injected[Identity],
    clock: Injected[Clock],
) -> Response[str]:
    """Export accounts as a CSV file (RFC 4180, UTF-8), newest first; for admins.

    Cells that a spreadsheet could read as a formula are prefixed with an apostrophe. These have `=`, `+`, `-` or `@`
    (also fullwidth) at the start of the cell or after `;`, `|`, a tab or a line break, with or without spaces before
    it; so every phone number is prefixed. Cells that begin with a control character are prefixed too.
    """
    now = clock.now()
    return await csv_response(
        "users",
        COLUMNS,
        params.chosen(identity.phone_numbers, None, PAGE, now),
        lambda chosen: queries.list_users(actor, chosen, reads.users, reads.credentials, now=now),
        lambda managed: managed.user.id,
    )


@get("/users/{user_id:str}", opt=documented(queries.get_user))
async def get_user(
    user_id: FromPath[UserId],
    actor: Injected[Actor],
    reads: Injected[Reads],
    clock: Injected[Clock],
    if_none_match: IfNoneMatch = None,
) -> Response[ManagedUserJson]:
    """Return one account; for admins. While it is `locked` there is no `ETag`, because the lock expires by itself."""
    managed = await queries.get_user(actor, user_id, reads.users, reads.credentials, now=clock.now())
    if managed.locked_until is not None:
        return Response(managed_user_json(managed))
    return unless_known(managed_user_json(managed), etag(managed.user.version), if_none_match)


@patch(
    "/users/{user_id:str}",
    opt=documented(change_user, body=CHANGES),
    operation_id="editUser",
)
async def change_a_user(
    user_id: FromPath[UserId],
    data: JSONBody[ChangeUserBody],
    *,
    run: Injected[Run],
    reads: Injected[Reads],
    clock: Injected[Clock],
    if_match: IfMatch = None,
) -> Response[ManagedUserJson]:
    """Change an account; for admins.

    Disabling an account or changing its role ends all its sessions at once, and removes its secret calendar address.
    Access tokens issued before are refused from then on. Admins cannot disable or demote themselves, so an admin always
    remains.
    """
    user = await run(change_user, data.command(user_id, expected_version(if_match)))
    [managed] = await queries.with_locks([user], reads.credentials, clock.now())
    return Response(managed_user_json(managed), headers=etag(user.version))


@post(
    "/users/bulk",
    status_code=200,
    opt=documented(change_users, body=BULK),
    operation_id="editUsers",
)
async def change_many_users(
    data: JSONBody[ChangeUsersBody], runner: Injected[IdempotentRunner]
) -> Response[ChangedUsersJson]:
    """Disable, enable or sign out up to 100 accounts: either all of them or none; for admins."""
    return await runner.ok(change_users, data.command(), answer=lambda changed: ChangedUsersJson(changed=changed))


@delete("/users/{user_id:str}", opt=documented(delete_account))
async def delete_user(user_id: FromPath[UserId], session_id: Injected[SessionId], run: Injected[Run]) -> None:
    """Delete an account, under the same rules as its owner; for admins.

    It is erased 30 days later. Deleting it again changes nothing.
    """
    command = DeleteAccount(user_id=user_id, current=session_id)
    await run(delete_account, command)
