"""Erase a deleted account: remove its personal data, and keep what other parties and the accounting need.

Idempotent; one database transaction for each account. An account that was restored or is already erased is skipped. An
account with erasure blockers is skipped until they are gone.
"""

from enum import Enum, auto
from typing import Final

from booking_domain.shared.audit import Subject
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import UserId
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.platform.ports import Repositories


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
    await tx.personal_data.clear(user.id)
    await tx.users.save(user.erased(context.now))
    context.note("user.erased", Subject("user", user.id))
    return ErasureResult.ERASED


erase_account: Final = UseCase(Permission.RUN_PLATFORM, _erase)
