"""Delete the actor's account, or as an admin any account: it cannot be used any more, and is erased 30 days later.

Until then its e-mail address and phone number stay taken, and an admin can restore it; its sessions stay ended, and a
provider's profile, which leaves the catalogue, needs approval again. Deletion is refused while the account has upcoming
or disputed bookings, or a pending refund: the other party must know whom they deal with.

Its access tokens end with its sessions. A request that was accepted before still books nothing.
"""

from dataclasses import dataclass
from typing import Final

from booking_domain.catalogue.model import ProfileAction
from booking_domain.identity.errors import (
    AccountHasBookings,
    AccountOwesMoney,
    AdminsOwnAccount,
    InvalidToken,
    UserNotFound,
)
from booking_domain.identity.events import AccountDeleted, account_event
from booking_domain.identity.model import User, UserParty, UserStatus
from booking_domain.shared.actor import Role
from booking_domain.shared.audit import Subject
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.catalogue.unpublish import release_offers
from booking_domain.use_cases.identity.reauthentication import PROOF_ERRORS, PasswordCheck, reauthenticate
from booking_domain.use_cases.identity.sessions import end_all_sessions, lock_live_sessions
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteAccount:
    """Delete any account, as an admin whose session must be live."""

    user_id: UserId
    current: SessionId


async def _delete_own(proof: PasswordCheck, tx: Repositories, context: UseCaseContext) -> None:
    if context.actor.role is Role.ADMIN:
        raise AdminsOwnAccount
    proved = await reauthenticate(proof, tx, context)
    await _delete(proved.user, UserParty.OWNER, tx, context)


async def _delete_any(command: DeleteAccount, tx: Repositories, context: UseCaseContext) -> None:
    """Both accounts are locked, in order: of admins who delete one another at once, one remains."""
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
        await _delete(user, UserParty.ADMIN, tx, context)


async def _delete(user: User, by: UserParty, tx: Repositories, context: UseCaseContext) -> None:
    """Lock the account's provider, so that no booking is placed meanwhile, and delete the account."""
    await tx.calendars.lock_provider_of(user.id)
    erasure_blockers = await tx.personal_data.erasure_blockers(user.id, context.now)
    if erasure_blockers.bookings:
        raise AccountHasBookings
    if erasure_blockers.money:
        raise AccountOwesMoney
    await close_account(user, by, tx, context)


async def close_account(user: User, by: UserParty, tx: Repositories, context: UseCaseContext) -> User:
    """Delete an account whatever it still has to do; its provider is locked."""
    profile = await tx.profiles.of_owner(user.id)
    if profile is not None and profile.can(ProfileAction.REVOKE):
        role = Role.ADMIN if by == UserParty.ADMIN else Role.PROVIDER  # the owner may have changed role
        await tx.profiles.save(profile.moved(ProfileAction.REVOKE, role), was=profile)
        await release_offers(profile.id, tx)
    await tx.personal_data.leave_queues(user.id)
    await end_all_sessions(user.id, tx, context)
    deleted = user.deleted(context.now, by)
    await tx.users.save(deleted)
    context.note("user.deleted", Subject("user", user.id))
    await tx.outbox.put([account_event(AccountDeleted, user.id, context)])
    return deleted


_BLOCKED: Final = (AccountHasBookings, AccountOwesMoney, AdminsOwnAccount)

delete_own_account: Final = UseCase(Permission.MANAGE_ACCOUNT, _delete_own, raises=(*PROOF_ERRORS, *_BLOCKED))
delete_account: Final = UseCase(
    Permission.DELETE_ACCOUNTS,
    _delete_any,
    lambda command, _: Subject("user", command.user_id),
    raises=(InvalidToken, UserNotFound, *_BLOCKED),
)
