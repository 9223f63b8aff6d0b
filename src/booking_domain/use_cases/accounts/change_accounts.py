"""Change accounts as an admin. An account that is disabled, or no longer a provider's, loses its published profile.

The profile is suspended in the same database transaction. A disabled account also gives up its holds and its places on
waiting lists. Enabling the account, or giving the role back, does not publish the profile again: an admin reinstates
it.
"""

from typing import Final

from booking_domain.identity.errors import OwnAccount, UserNotFound
from booking_domain.identity.model import User, UserStatus
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, StaleVersion
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.catalogue.unpublish import suspend_unless_publishable
from booking_domain.use_cases.identity.administration import ChangeUser, ChangeUsers, change_account, change_all
from booking_domain.use_cases.platform.ports import Repositories


async def _change(command: ChangeUser, tx: Repositories, context: UseCaseContext) -> User:
    user = await change_account(command, tx, context)
    await _release_access(user, tx, context)
    return user


async def _change_many(command: ChangeUsers, tx: Repositories, context: UseCaseContext) -> int:
    """Return how many accounts changed, or had sessions to end."""
    users, changed = await change_all(command, tx, context)
    for user in users:
        await _release_access(user, tx, context)
    return changed


async def _release_access(user: User, tx: Repositories, context: UseCaseContext) -> None:
    await suspend_unless_publishable(user, tx, context)
    if user.status is UserStatus.DISABLED:
        await tx.personal_data.leave_queues(user.id)


change_user: Final = UseCase(
    Permission.MANAGE_USERS,
    _change,
    lambda command, _: Subject("user", command.user_id),
    raises=(UserNotFound, OwnAccount, InvalidValue, StaleVersion),
)
change_users: Final = UseCase(
    Permission.MANAGE_USERS,
    _change_many,
    lambda _, __: None,
    audited_as="user.bulk",
    raises=(UserNotFound, OwnAccount, InvalidValue),
)
