"""What admins do to accounts: change, disable and enable them, end sessions, remove a second factor that was lost.

Each use case locks the admin's own account with the others and checks its role, which may have changed since the
request was accepted. So if two admins demote each other at once, the second database transaction fails; and as admins
cannot demote or disable themselves, an admin always remains.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final

from booking_domain.identity.errors import OwnAccount, SecondFactorMissing, SessionNotFound, UserNotFound
from booking_domain.identity.events import AccountDisabled, AccountEnabled, SecondFactorChanged, account_event
from booking_domain.identity.model import USER_LIFECYCLE, User, UserAction, UserParty, UserStatus
from booking_domain.identity.ports import IdentityTx
from booking_domain.shared.actor import Role
from booking_domain.shared.audit import Detail, Subject
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue, NotPermitted
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.shared.permissions import Permission, may
from booking_domain.shared.unset import UNSET, Unset, given, given_as
from booking_domain.shared.user_texts import require_plain_name
from booking_domain.shared.versions import ExpectedVersion, require_expected_version
from booking_domain.use_cases.identity.accounts import normal_locale
from booking_domain.use_cases.identity.second_factor import lock_active_factor
from booking_domain.use_cases.identity.sessions import announce_ended_sessions, end_all_sessions, end_sessions

MOST_AT_ONCE: Final = 100
_PERSONAL: Final = frozenset({"name", "given_name", "family_name"})


class Reason(StrEnum):
    """Why an account is disabled. Free text could be personal, and would stay in the audit log for ever."""

    ABUSE = "abuse"
    FRAUD = "fraud"
    COMPROMISED = "compromised"
    """Another person has gained access."""
    REQUESTED = "requested"
    """Requested by the owner."""
    OTHER = "other"


class BulkAction(StrEnum):
    """An action on many accounts."""

    DISABLE = "disable"
    ENABLE = "enable"
    END_SESSIONS = "end_sessions"


_ACTIONS: Final[Mapping[object, UserAction]] = {
    UserStatus.DISABLED: UserAction.DISABLE,
    UserStatus.ACTIVE: UserAction.ENABLE,
}
"""The action that leads to each status an admin can set."""
_ANNOUNCED: Final = {UserAction.DISABLE: AccountDisabled, UserAction.ENABLE: AccountEnabled}


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class ChangeUser:
    """Changes to an account."""

    user_id: UserId
    name: str | Unset = UNSET
    role: Role | Unset = UNSET
    status: UserStatus | Unset = UNSET
    reason: Reason | None = None
    """Required to disable, and refused otherwise."""
    locale: str | Unset = UNSET
    time_zone: str | Unset = UNSET
    expected_version: ExpectedVersion = None

    def __post_init__(self) -> None:
        if self.role is Role.SYSTEM:
            raise InvalidValue(field="role", problem="this role cannot be assigned")
        require_plain_name(self.name, field="name")
        _require_reason(self.reason, disabling=self.status is UserStatus.DISABLED)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class ChangeUsers:
    """One action on many accounts: on all of them, or none."""

    user_ids: Sequence[UserId]
    action: BulkAction
    reason: Reason | None = None

    def __post_init__(self) -> None:
        if not 1 <= len(self.user_ids) <= MOST_AT_ONCE or len(set(self.user_ids)) < len(self.user_ids):
            raise InvalidValue(field="ids", problem=f"1 to {MOST_AT_ONCE} accounts, each once")
        _require_reason(self.reason, disabling=self.action is BulkAction.DISABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSessionOfUser:
    """End one session of a user."""

    user_id: UserId
    session_id: SessionId


def _require_reason(reason: Reason | None, *, disabling: bool) -> None:
    if disabling and reason is None:
        raise InvalidValue(field="reason", problem="a reason is required to disable an account")
    if reason is not None and not disabling:
        raise InvalidValue(field="reason", problem="a reason is accepted only when an account is disabled")


async def change_account(command: ChangeUser, tx: IdentityTx, context: UseCaseContext) -> User:
    """Change an account: a step of a use case that also decides what the account loses."""
    (user,) = await lock_users([command.user_id], tx, context)
    require_expected_version(user.version, command.expected_version)
    values = given(command, user, locale=given_as(command.locale, normal_locale))
    return await _changed(user, values, command.reason, tx, context)


async def change_all(command: ChangeUsers, tx: IdentityTx, context: UseCaseContext) -> tuple[list[User], int]:
    """Change accounts, as `change_account`; return them, and how many of them changed or had sessions to end."""
    users, changed = list[User](), 0
    for user in await lock_users(command.user_ids, tx, context):
        after = user
        if command.action is BulkAction.END_SESSIONS:
            done = await _end_all(user, tx, context) > 0
            context.note("user.end_sessions", Subject("user", user.id))
        else:
            disable = command.action is BulkAction.DISABLE
            status = UserStatus.DISABLED if disable else UserStatus.ACTIVE
            after = await _changed(user, {"status": status}, command.reason, tx, context)
            done = after is not user
        users.append(after)
        changed += done
    return users, changed


async def _end(user_id: UserId, tx: IdentityTx, context: UseCaseContext) -> None:
    (user,) = await lock_users([user_id], tx, context)
    await _end_all(user, tx, context)


async def _end_all(user: User, tx: IdentityTx, context: UseCaseContext) -> int:
    """End all sessions of a user, who is notified if there were any; return their number."""
    ended = await end_all_sessions(user.id, tx, context)
    if ended:
        await announce_ended_sessions(user.id, tx, context)
    return ended


async def _end_one(command: EndSessionOfUser, tx: IdentityTx, context: UseCaseContext) -> None:
    (user,) = await lock_users([command.user_id], tx, context)
    session = await tx.sessions.lock(command.session_id)
    if session is None or session.user_id != user.id or not session.live(context.now):
        raise SessionNotFound
    await end_sessions([session], tx, context)
    await announce_ended_sessions(user.id, tx, context)
    context.note("user.end_session", Subject("user", user.id), details={"session": str(session.id)})


async def _unlock(user_id: UserId, tx: IdentityTx, context: UseCaseContext) -> None:
    """Forget the wrong passwords of an account, so that the right one signs in again."""
    (user,) = await lock_users([user_id], tx, context)
    await tx.credentials.unlock(user.id)


async def _restore_email(user_id: UserId, tx: IdentityTx, context: UseCaseContext) -> None:
    """Send news to the e-mail address of an account again, although messages came back."""
    (user,) = await lock_users([user_id], tx, context)
    if user.email_undeliverable_at is not None:
        await tx.users.save(user.changed(email_undeliverable_at=None, email_undeliverable_reason=None))


async def _remove_factor(user_id: UserId, tx: IdentityTx, context: UseCaseContext) -> None:
    """Remove the factor and all passkeys, and end all sessions, also for roles that need a second factor."""
    (user,) = await lock_users([user_id], tx, context)
    if user.id == context.actor.id:
        raise OwnAccount
    await end_all_sessions(user.id, tx, context)
    if not await tx.passkeys.of_user(user.id):
        await lock_active_factor(user.id, tx)
    await tx.second_factors.remove(user.id)
    await tx.passkeys.remove_all(user.id)
    await tx.outbox.put([account_event(SecondFactorChanged, user.id, context)])


async def lock_users(
    user_ids: Sequence[UserId], tx: IdentityTx, context: UseCaseContext, *, with_own: bool = False
) -> list[User]:
    """Lock accounts for an admin, and the admin's own, which is returned too `with_own`."""
    found = {user.id: user for user in await tx.users.lock_all({*user_ids, context.actor.id})}
    admin = found.get(context.actor.id)
    if admin is None or admin.status is not UserStatus.ACTIVE or not may(admin.actor, Permission.MANAGE_USERS):
        raise NotPermitted(permission=Permission.MANAGE_USERS)
    if not found.keys() >= set(user_ids):
        raise UserNotFound
    return [found[user_id] for user_id in sorted({*user_ids, context.actor.id} if with_own else user_ids)]


async def _changed(
    user: User, values: dict[str, object], reason: Reason | None, tx: IdentityTx, context: UseCaseContext
) -> User:
    """Apply the changes; return the same account if nothing changes."""
    if "name" in values:
        values |= asdict(user.own_names.changed(name=str(values["name"]), locale=user.locale))
    changes = {name: value for name, value in values.items() if value != getattr(user, name)}
    if not changes:
        return user
    action = _ACTIONS[changes["status"]] if "status" in changes else None
    if action is not None and (user.status, action) not in USER_LIFECYCLE.moves:
        raise InvalidValue(field="status", problem=f"this account is {user.status}")
    if user.id == context.actor.id and changes.keys() & {"role", "status"}:
        raise OwnAccount
    others = {name: value for name, value in changes.items() if name != "status"}
    after = user.changed(**others) if action is None else user.moved(action, UserParty.ADMIN, **others)
    await tx.users.save(after)
    if "role" in changes or after.status is UserStatus.DISABLED:
        await end_all_sessions(user.id, tx, context)
    if action is not None:
        await tx.outbox.put([account_event(_ANNOUNCED[action], user.id, context)])
    audited = sorted(changes.keys() - _PERSONAL)
    details: dict[str, Detail] = {
        "changed": sorted(changes),
        "before": {name: str(getattr(user, name)) for name in audited},
        "after": {name: str(getattr(after, name)) for name in audited},
    }
    if reason is not None:
        details["reason"] = reason.value
    noted = {None: "user.changed", UserAction.DISABLE: "user.disabled", UserAction.ENABLE: "user.enabled"}
    context.note(noted[action], Subject("user", user.id), details=details)
    return after


end_sessions_of_user: Final = UseCase(
    Permission.MANAGE_USERS,
    _end,
    lambda user_id, _: Subject("user", user_id),
    audited_as="user.end_sessions",
    raises=(UserNotFound,),
)
end_session_of_user: Final = UseCase(
    Permission.MANAGE_USERS,
    _end_one,
    lambda command, _: Subject("user", command.user_id),
    raises=(UserNotFound, SessionNotFound),
)
unlock_user: Final = UseCase(
    Permission.MANAGE_USERS,
    _unlock,
    lambda user_id, _: Subject("user", user_id),
    audited_as="user.unlock",
    raises=(UserNotFound,),
)
restore_email_of_user: Final = UseCase(
    Permission.MANAGE_USERS,
    _restore_email,
    lambda user_id, _: Subject("user", user_id),
    audited_as="user.restore_email",
    raises=(UserNotFound,),
)
remove_factor_of_user: Final = UseCase(
    Permission.MANAGE_USERS,
    _remove_factor,
    lambda user_id, _: Subject("user", user_id),
    audited_as="user.remove_second_factor",
    raises=(UserNotFound, OwnAccount, SecondFactorMissing),
)
