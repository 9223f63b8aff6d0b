"""Erase a deleted account: what is personal goes for good, and what others and the books need stays without it.

Run for one account a transaction, any number of times. An account that has come back, is erased already, or has ties
after all is left as it is; the latter until they are gone.
"""

from enum import Enum, auto
from typing import Final

from booking_domain.shared.audit import Subject
from booking_domain.shared.executor import Context, UseCase
from booking_domain.shared.ids import UserId
from booking_domain.shared.permissions import Permission
from booking_domain.workflows.ports import Repositories


class Erasing(Enum):
    """What has become of it."""

    ERASED = auto()
    NOT_DUE = auto()
    TIED = auto()
    """There are bookings to come, or money is owed."""


async def _erase(user_id: UserId, tx: Repositories, context: Context) -> Erasing:
    user = await tx.users.lock(user_id)
    if user is None or user.erased_from is None or context.now < user.erased_from:
        return Erasing.NOT_DUE
    await tx.calendars.lock_provider_of(user.id)
    erasure_blockers = await tx.personal_data.erasure_blockers(user.id, context.now)
    if erasure_blockers.bookings or erasure_blockers.money:
        return Erasing.TIED
    await tx.personal_data.clear(user.id)
    await tx.users.save(user.erased(context.now))
    context.note("user.erased", Subject("user", user.id))
    return Erasing.ERASED


erase_account: Final = UseCase(Permission.RUN_PLATFORM, _erase)
