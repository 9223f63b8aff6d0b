"""The JSON of accounts for admins."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from booking_domain.identity.model import MAX_NAME, Undeliverable, UserStatus
from booking_domain.identity.ports import PhoneNumbers, UserFilter
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import UserId
from booking_domain.shared.unset import given_as
from booking_domain.shared.versions import ExpectedVersion
from booking_domain.use_cases.identity.administration import (
    MOST_AT_ONCE,
    BulkAction,
    ChangeUser,
    ChangeUsers,
    Reason,
)
from booking_domain.use_cases.identity.queries import ManagedUser
from entrypoints.http.accounts.schemas import UserJson, user_json
from entrypoints.http.kit.csv_cells import Columns
from entrypoints.http.kit.cursors import DEFAULT_LIMIT, Page, read_cursor
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
    given,
    given_or_none,
    one_of,
)
from entrypoints.http.kit.queries import utc_moment


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
        description="The beginning of a name or an e-mail address, in any case, or a complete phone number.",
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

    def command(self, user_id: UserId, expected_version: ExpectedVersion) -> ChangeUser:
        """The command."""
        return ChangeUser(
            user_id=user_id,
            name=given(self.name),
            role=given_as(given(self.role), Role),
            status=given_as(given(self.status), UserStatus),
            reason=given_or_none(self.reason),
            locale=given(self.locale),
            time_zone=given(self.time_zone),
            expected_version=expected_version,
        )


class ChangeUsersBody(Body, frozen=True, kw_only=True):
    """One action on many accounts."""

    ids: Annotated[tuple[UserId, ...], Meta(min_length=1, max_length=MOST_AT_ONCE)]
    """The accounts, by id."""
    action: BulkAction
    """What to do with the accounts."""
    reason: WhyDisabled | UnsetType = UNSET

    def command(self) -> ChangeUsers:
        """The command."""
        return ChangeUsers(user_ids=self.ids, action=self.action, reason=given_or_none(self.reason))


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


def managed_user_json(managed: ManagedUser) -> ManagedUserJson:
    """Show an account to an admin."""
    user = managed.user
    return ManagedUserJson(
        **msgspec.structs.asdict(user_json(user)) | {"status": account_status(managed)},
        locked_until=managed.locked_until,
        given_name=user.given_name,
        family_name=user.family_name,
        email_undeliverable_at=user.email_undeliverable_at,
        email_undeliverable_reason=user.email_undeliverable_reason,
        version=user.version,
    )


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
