"""An e-mail address or a chat that takes no news.

Nothing is sent there until the address is verified again, or the person writes to the bot again.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from booking_domain.identity.events import EmailUndeliverable, account_event
from booking_domain.identity.external_identities import IdentityProvider
from booking_domain.identity.model import Undeliverable, User, UserStatus
from booking_domain.identity.ports import IdentityTx
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import UserId
from booking_domain.shared.permissions import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkUndeliverable:
    """Note that the server of an account's e-mail address refuses it."""

    user_id: UserId
    email: str = field(repr=False)


async def give_up_address(
    user: User, email: str, reason: Undeliverable, *, sent_at: datetime, tx: IdentityTx, context: UseCaseContext
) -> None:
    """Give up the e-mail address of a locked account, after a message of `sent_at`; the owner is notified.

    Does nothing if the account is deleted, has another address by now, has verified it since, or if this is known.
    """
    if user.status is UserStatus.DELETED or user.email != email or user.email_undeliverable_at is not None:
        return
    if user.email_verified_at is not None and sent_at < user.email_verified_at:
        return
    after = user.changed(email_undeliverable_at=context.now, email_undeliverable_reason=reason)
    await tx.users.save(after)
    await tx.outbox.put([account_event(EmailUndeliverable, user.id, context)])


async def _mark(command: MarkUndeliverable, tx: IdentityTx, context: UseCaseContext) -> None:
    user = await tx.users.lock(command.user_id)
    if user is not None:
        reason = Undeliverable.REFUSED
        await give_up_address(user, command.email, reason, sent_at=context.now, tx=tx, context=context)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkChat:
    """Note whether an account's chat takes messages."""

    user_id: UserId
    chat: str = field(repr=False)
    """The subject of the identity."""
    reachable: bool


async def _mark_chat(command: MarkChat, tx: IdentityTx, context: UseCaseContext) -> None:
    """Does nothing if another chat is linked by now, or none."""
    identity = await tx.external_identities.get(command.user_id, IdentityProvider.TELEGRAM)
    if identity is None or identity.subject != command.chat:
        return
    since = None if command.reachable else identity.unreachable_since or context.now
    await tx.external_identities.save(replace(identity, unreachable_since=since))


mark_undeliverable: Final = UseCase(Permission.RUN_PLATFORM, _mark)
mark_chat: Final = UseCase(Permission.RUN_PLATFORM, _mark_chat)
