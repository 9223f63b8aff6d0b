"""An e-mail address that its server refuses for good: nothing is sent there until it is verified again."""

from dataclasses import dataclass, field
from typing import Final

from booking_domain.identity.model import UserStatus
from booking_domain.identity.ports import IdentityTx
from booking_domain.shared.executor import Context, UseCase
from booking_domain.shared.ids import UserId
from booking_domain.shared.permissions import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkUndeliverable:
    """Note that the server of an account's e-mail address refuses it."""

    user_id: UserId
    email: str = field(repr=False)


async def _mark(command: MarkUndeliverable, tx: IdentityTx, context: Context) -> None:
    """Does nothing if the account has another address by now, or if this is known."""
    user = await tx.users.lock(command.user_id)
    if user is None or user.status is UserStatus.DELETED or user.email != command.email:
        return
    if user.email_undeliverable_at is None:
        await tx.users.save(user.changed(email_undeliverable_at=context.now))


mark_undeliverable: Final = UseCase(Permission.RUN_PLATFORM, _mark)
