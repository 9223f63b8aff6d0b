"""Erase a deleted account: remove its personal data, and keep what other parties and the accounting need.

Idempotent; one database transaction for each account. An account that was restored or is already erased is skipped. An
account with erasure blockers is skipped until they are gone.
"""

from enum import Enum, auto
from typing import Final

from booking_domain.identity.model import User, UserParty, UserStatus
from booking_domain.shared.audit import Subject
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import UserId
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.accounts.delete_account import close_account
from booking_domain.use_cases.platform.ports import Repositories

ACCOUNT_ERASED: Final = "user.erased"
"""The action in the audit log, which back-ups record: a restored account is erased again."""


class ErasureResult(Enum):
    """The result of an erasure."""

    ERASED = auto()
    NOT_DUE = auto()
    BLOCKED = auto()
    """The account has upcoming or disputed bookings, or a pending refund."""


async def _erase(user_id: UserId, tx: Repositories, context: UseCaseContext) -> ErasureResult:
    user = await tx.users.lock(user_id)
    if user is None or user.erased_from is None or context.now < user.erased_from:
        return ErasureResult.NOT_DUE
    await tx.calendars.lock_provider_of(user.id)
    erasure_blockers = await tx.personal_data.erasure_blockers(user.id, context.now)
    if erasure_blockers.bookings or erasure_blockers.money:
        return ErasureResult.BLOCKED
    await _clear(user, tx, context)
    return ErasureResult.ERASED


async def _erase_again(user_id: UserId, tx: Repositories, context: UseCaseContext) -> ErasureResult:
    """Erase an account that a restored database knows from before its erasure, whatever it had to do then."""
    user = await tx.users.lock(user_id)
    if user is None or user.erased_at is not None:
        return ErasureResult.NOT_DUE
    await tx.calendars.lock_provider_of(user.id)
    if user.status not in {UserStatus.DELETED, UserStatus.PENDING}:
        user = await close_account(user, UserParty.ADMIN, tx, context)
    await _clear(user, tx, context)
    return ErasureResult.ERASED


async def _clear(user: User, tx: Repositories, context: UseCaseContext) -> None:
    await tx.personal_data.clear(user.id)
    await tx.users.save(user.erased(context.now))
    context.note(ACCOUNT_ERASED, Subject("user", user.id))


erase_account: Final = UseCase(Permission.RUN_PLATFORM, _erase)
erase_account_again: Final = UseCase(Permission.RUN_PLATFORM, _erase_again)
