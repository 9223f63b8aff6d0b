"""Delete an account, its own or somebody's: it can be used no more, and is erased 30 days later.

Until then its address and number stay taken, and an admin can let it be active again; its sessions stay ended, and a
provider's profile that was taken out of the catalogue goes through approval again. It does not go while there are
bookings to come or in dispute, or while a refund is owed: who has a part in it has to know with whom.

An access token lives on to its end, half an hour at most. What is booked with one in that time is seen by the erasure,
which waits until it is over.
"""

from dataclasses import dataclass
from typing import Final

from booking_domain.catalogue.model import PROFILE_LIFECYCLE, ProfileAction
from booking_domain.identity.errors import (
    AccountHasBookings,
    AccountOwesMoney,
    AdminsOwnAccount,
    InvalidToken,
    UserNotFound,
)
from booking_domain.identity.events import AccountDeleted
from booking_domain.identity.model import User, UserStatus
from booking_domain.identity.use_cases.reauthentication import PROOF_ERRORS, Proof, reauthenticate
from booking_domain.identity.use_cases.sessions import end_all_sessions, lock_live_sessions
from booking_domain.shared.actor import Role
from booking_domain.shared.audit import Subject
from booking_domain.shared.executor import Context, UseCase
from booking_domain.shared.ids import EventId, SessionId, UserId
from booking_domain.shared.permissions import Permission
from booking_domain.workflows.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteAccount:
    """An admin deletes somebody's account, in a session that must be live."""

    user_id: UserId
    current: SessionId


async def _delete_own(proof: Proof, tx: Repositories, context: Context) -> None:
    if context.actor.role is Role.ADMIN:
        raise AdminsOwnAccount
    proved = await reauthenticate(proof, tx, context)
    await _delete(proved.user, tx, context)


async def _delete_any(command: DeleteAccount, tx: Repositories, context: Context) -> None:
    """Of admins who delete one another at once, one is left: both accounts are locked, in order."""
    if command.user_id == context.actor.id:
        raise AdminsOwnAccount
    found = {user_id: await tx.users.lock(user_id) for user_id in sorted((command.user_id, context.actor.id))}
    admin, user = found[context.actor.id], found[command.user_id]
    if admin is None or admin.status is not UserStatus.ACTIVE:
        raise InvalidToken
    await lock_live_sessions(admin.id, command.current, tx, context)
    if user is None or user.erased_at is not None:
        raise UserNotFound
    if user.status is not UserStatus.DELETED:
        await _delete(user, tx, context)


async def _delete(user: User, tx: Repositories, context: Context) -> None:
    """Locked are the account, its profile, which keeps bookings there from being made, and its sessions."""
    await tx.calendars.lock_provider_of(user.id)
    erasure_blockers = await tx.personal_data.erasure_blockers(user.id, context.now)
    if erasure_blockers.bookings:
        raise AccountHasBookings
    if erasure_blockers.money:
        raise AccountOwesMoney
    profile = await tx.profiles.of_owner(user.id)
    if profile is not None and (profile.status, ProfileAction.WITHDRAW) in PROFILE_LIFECYCLE.moves:
        by = Role.ADMIN if context.actor.role is Role.ADMIN else Role.PROVIDER  # its owner may have another role by now
        await tx.profiles.save(profile.moved(ProfileAction.WITHDRAW, by), was=profile)
    await tx.personal_data.leave_queues(user.id)
    await end_all_sessions(user.id, tx, context)
    await tx.users.save(user.deleted(context.now))
    context.note("user.deleted", Subject("user", user.id))
    event = AccountDeleted(id=EventId(context.entropy.new_id()), occurred_at=context.now, user_id=user.id)
    await tx.outbox.put([event])


_BLOCKED: Final = (AccountHasBookings, AccountOwesMoney, AdminsOwnAccount)

delete_own_account: Final = UseCase(Permission.MANAGE_ACCOUNT, _delete_own, raises=(*PROOF_ERRORS, *_BLOCKED))
delete_account: Final = UseCase(
    Permission.DELETE_ACCOUNTS,
    _delete_any,
    lambda command, _: Subject("user", command.user_id),
    raises=(InvalidToken, UserNotFound, *_BLOCKED),
)
