"""`/admin/users`: accounts, for admins. The audit log has an entry for every request."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from booking_domain.identity.model import EnteredContact, Undeliverable, UserStatus
from booking_domain.identity.names import MAX_NAME
from booking_domain.identity.one_time_codes import ContactChannel
from booking_domain.identity.ports import PhoneNumbers, UserFilter
from booking_domain.identity.security import Identity
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.use_cases.accounts.change_accounts import change_user, change_users
from booking_domain.use_cases.accounts.delete_account import DeleteAccount, delete_account
from booking_domain.use_cases.identity import queries
from booking_domain.use_cases.identity.administration import MOST_AT_ONCE, BulkAction, ChangeUser, ChangeUsers, Reason
from booking_domain.use_cases.identity.queries import ManagedUser
from booking_domain.use_cases.platform.connections import NOT_CONNECTED
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.accounts.schemas import UserJson
from entrypoints.http.kit.connections import LinkedProfileJson, LinkedSalonJson, linked_profile_json, linked_salon_json
from entrypoints.http.kit.csv_cells import PAGE, Columns, csv_response
from entrypoints.http.kit.cursors import DEFAULT_LIMIT, Page, read_cursor
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.etags import IfMatch, IfNoneMatch, etag, expected_version, unless_known, variant_of
from entrypoints.http.kit.fields import (
    Body,
    Cursor,
    Json,
    Limit,
    Locale,
    Moment,
    Query,
    Timestamp,
    ZoneName,
    one_of,
)
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import members, projection
from entrypoints.http.kit.queries import utc_moment
from entrypoints.http.kit.running import Run


class AccountStatus(StrEnum):
    """The status of an account as admins see it."""

    PENDING = "pending"
    ACTIVE = "active"
    LOCKED = "locked"
    """Active, but locked by three wrong passwords in a row."""
    DISABLED = "disabled"
    DELETED = "deleted"


PersonRole = Literal["customer", "provider", "manager", "admin"]
SearchText = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=254,
        description="A part of the name, family name or e-mail address, in any case, or of the phone number: the last "
        "four digits or more, or six in a row.",
    ),
]
WhyDisabled = Annotated[Reason, Meta(description="The reason; required to disable, and refused otherwise.")]


class ChosenUsersQuery(Query, frozen=True, kw_only=True):
    """A filter of accounts."""

    q: SearchText | None = None
    role: PersonRole | None = None
    status: AccountStatus | None = None
    created_from: Moment | None = None
    created_to: Moment | None = None

    def chosen(self, phone_numbers: PhoneNumbers, after: UserId | None, limit: int, now: datetime) -> UserFilter:
        """The filter."""
        locked = self.status is AccountStatus.LOCKED
        stored = UserStatus.ACTIVE if locked else None if self.status is None else UserStatus(self.status)
        return UserFilter(
            role=None if self.role is None else Role(self.role),
            status=stored,
            locked=locked if stored is UserStatus.ACTIVE else None,
            now=now,
            text=self.q,
            phone=None if self.q is None else phone_in(self.q, phone_numbers),
            created_from=utc_moment(self.created_from, name="createdFrom"),
            created_before=utc_moment(self.created_to, name="createdTo"),
            after=after,
            limit=limit,
        )


class UsersQuery(ChosenUsersQuery, frozen=True, kw_only=True):
    """A page of accounts."""

    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor | None = None

    def page(self, phone_numbers: PhoneNumbers, now: datetime) -> UserFilter:
        """The page plus one account, which tells whether another page follows."""
        return self.chosen(phone_numbers, read_cursor(self.cursor, UserId), self.limit + 1, now)


class ChangeUserBody(Body, frozen=True, kw_only=True):
    """Changes to an account; omitted members do not change."""

    name: Annotated[str, Meta(min_length=1, max_length=MAX_NAME)] | UnsetType = UNSET
    role: PersonRole | UnsetType = UNSET
    status: Literal["active", "disabled"] | UnsetType = UNSET
    reason: WhyDisabled | UnsetType = UNSET
    locale: Locale | UnsetType = UNSET
    time_zone: ZoneName | UnsetType = UNSET


class ChangeUsersBody(Body, frozen=True, kw_only=True):
    """One action on many accounts."""

    ids: Annotated[tuple[UserId, ...], Meta(min_length=1, max_length=MOST_AT_ONCE)]
    """The accounts, by id."""
    action: BulkAction
    """What to do with the accounts."""
    reason: WhyDisabled | UnsetType = UNSET


_change: Final = members(
    ChangeUserBody,
    ChangeUser,
    given=("user_id", "expected_version"),
    role=("role", Role),
    status=("status", UserStatus),
)
_change_many: Final = projection(ChangeUsersBody, ChangeUsers, user_ids="ids")


class EnteredContactJson(Json, frozen=True, kw_only=True):
    """A contact that an admin entered."""

    channel: Annotated[str, one_of(ContactChannel)]
    usable_from: Timestamp
    """From when codes that are sent to it give access."""


class ManagedUserJson(UserJson, frozen=True, kw_only=True):
    """An account, for admins."""

    status: Annotated[str, one_of(AccountStatus)]
    locked_until: Timestamp | None = None
    """Until when wrong passwords lock the account."""
    given_name: str | None = None
    family_name: str | None = None
    email_undeliverable_at: Timestamp | None = None
    """When the address was marked undeliverable. It gets no news until it is verified again or an admin restores it."""
    email_undeliverable_reason: Undeliverable | None = None
    """Why the e-mail address was marked undeliverable."""
    entered: EnteredContactJson | None = None
    """The contact that an admin entered, while it is not verified."""
    profile: LinkedProfileJson | None = None
    """The profile of a provider, in any status."""
    salon: LinkedSalonJson | None = None
    """The salon that the profile is a member of."""
    managed_salons: tuple[LinkedSalonJson, ...]
    """The salons that the account manages."""
    version: int


class ManagedUsersJson(Page[ManagedUserJson], frozen=True, kw_only=True):
    """A page of accounts."""


class ChangedUsersJson(Json, frozen=True, kw_only=True):
    """The result of an action on many accounts."""

    changed: int
    """How many accounts changed. The others were already disabled or enabled, or had no live session."""


def account_status(managed: ManagedUser) -> AccountStatus:
    """The status to show."""
    active = managed.user.status is UserStatus.ACTIVE
    return AccountStatus.LOCKED if active and managed.locked_until else AccountStatus(managed.user.status)


managed_user_json: Final = projection(
    ManagedUser,
    ManagedUserJson,
    within=("user", "connections"),
    status=account_status,
    entered=projection(EnteredContact, EnteredContactJson),
    profile=linked_profile_json,
    salon=linked_salon_json,
    managed_salons=linked_salon_json,
)
"""Show an account to an admin."""


def _tag(managed: ManagedUser) -> dict[str, str]:
    connected = managed.connections != NOT_CONNECTED
    return etag(managed.user.version, variant_of(managed.connections) if connected else "")


def phone_in(text: str, phone_numbers: PhoneNumbers) -> str | None:
    """Return the searched text as a phone number, if it is one."""
    try:
        return phone_numbers.parse(text)
    except InvalidValue:
        return None


COLUMNS: Final[Columns[ManagedUser]] = {
    "id": lambda managed: managed.user.id,
    "name": lambda managed: managed.user.name,
    "email": lambda managed: managed.user.email,
    "phone": lambda managed: managed.user.phone,
    "role": lambda managed: managed.user.role,
    "status": account_status,
    "locale": lambda managed: managed.user.locale,
    "timeZone": lambda managed: managed.user.time_zone,
    "createdAt": lambda managed: managed.user.created_at,
    "emailVerifiedAt": lambda managed: managed.user.email_verified_at,
    "phoneVerifiedAt": lambda managed: managed.user.phone_verified_at,
}


USER_ID: Final = "0199f3a0-5c1e-7d42-8f0b-3c5a9e2d1b77"
CHANGES: Final[dict[str, Any]] = {"name": "Dorj", "locale": "mn"}
BULK: Final[dict[str, Any]] = {"ids": [USER_ID], "action": "end_sessions"}
CSV: Final = (
    "id,name,email,phone,role,status,locale,timeZone,createdAt,emailVerifiedAt,phoneVerifiedAt\r\n"
    f"{USER_ID},Dorj,dorj@example.com,'+97699112233,customer,active,mn,Asia/Ulaanbaatar,"
    "2026-11-20T03:15:00+00:00,2026-11-20T03:17:00+00:00,\r\n"
)


@get("/users", opt=documented(queries.list_users, raises=(InvalidValue,)))
async def list_users(
    params: Injected[UsersQuery],
    actor: Injected[Actor],
    replica_reads: Injected[Reads],
    identity: Injected[Identity],
    clock: Injected[Clock],
) -> ManagedUsersJson:
    """List accounts, newest first; for admins. An account stays `locked` for a day after its third wrong password."""
    now = clock.now()
    chosen = params.page(identity.phone_numbers, now)
    found = await queries.list_users(actor, chosen, replica_reads, now=now)
    return ManagedUsersJson.of(found, params.limit, managed_user_json, lambda managed: managed.user.id)


@get(
    "/users/export",
    media_type="text/csv",
    opt=documented(queries.list_users, raises=(InvalidValue,), answer=CSV, headers=("Content-Disposition",)),
)
async def export_users(
    params: Injected[ChosenUsersQuery],
    actor: Injected[Actor],
    replica_reads: Injected[Reads],
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
        lambda chosen: queries.list_users(actor, chosen, replica_reads, now=now),
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
    managed = await queries.get_user(actor, user_id, reads, now=clock.now())
    if managed.locked_until is not None:
        return Response(managed_user_json(managed))
    return unless_known(managed_user_json(managed), _tag(managed), if_none_match)


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
    user = await run(
        change_user, ChangeUser(user_id=user_id, expected_version=expected_version(if_match), **_change(data))
    )
    [managed] = await queries.managed_users([user], reads, clock.now())
    return Response(managed_user_json(managed), headers=_tag(managed))


@post(
    "/users/bulk",
    status_code=200,
    opt=documented(change_users, body=BULK),
    operation_id="editUsers",
)
async def change_many_users(data: JSONBody[ChangeUsersBody], run: Injected[Run]) -> Response[ChangedUsersJson]:
    """Disable, enable or sign out up to 100 accounts: either all of them or none; for admins."""
    return await run(change_users, _change_many(data), answer=lambda changed: ChangedUsersJson(changed=changed))


@delete("/users/{user_id:str}", opt=documented(delete_account))
async def delete_user(user_id: FromPath[UserId], session_id: Injected[SessionId], run: Injected[Run]) -> None:
    """Delete an account, under the same rules as its owner; for admins.

    It is erased 30 days later. Deleting it again changes nothing.
    """
    command = DeleteAccount(user_id=user_id, current=session_id)
    await run(delete_account, command)
