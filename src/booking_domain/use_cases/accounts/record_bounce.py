"""Record that an e-mail came back or was reported as spam: its address is given up, and the next contact is tried.

A repetition has no effect: a message comes back once. What is about an address that the account no longer has, or has
verified since, changes the message only.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from booking_domain.identity.model import Undeliverable
from booking_domain.notifications.bounces import Bounce, BounceKind
from booking_domain.notifications.model import (
    COMPLAINED,
    RETRIED_FOR,
    Message,
    MessageChannel,
    MessageStatus,
    next_after,
)
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.identity.mark_undeliverable import give_up_address
from booking_domain.use_cases.platform.ports import Repositories

BOUNCED: Final = "email.bounced"
"""The failure of a message whose address does not exist or takes no mail."""
NOT_DELIVERED: Final = "email.not_delivered"
"""The failure of a message that came back for another reason."""
_REASONS: Final = {BounceKind.ADDRESS: Undeliverable.BOUNCED, BounceKind.COMPLAINT: Undeliverable.COMPLAINED}


async def _take(bounce: Bounce, tx: Repositories, context: UseCaseContext) -> None:
    found = await tx.notifications.message(bounce.message_id)
    user = None if found is None else await tx.users.lock(found.user_id)
    if found is None or user is None:
        return
    messages = await tx.notifications.lock_messages(found.notification_id)
    before = next((each for each in messages if each.id == found.id), None)
    if before is None or before.channel is not MessageChannel.EMAIL:
        return
    sent_at = before.sent_at or context.now
    after = _after(before, bounce.kind, context.now)
    if after is None:
        return
    await tx.notifications.save_message(after, was=before)
    if after.status is MessageStatus.FAILED and context.now - sent_at < RETRIED_FOR:
        await _try_next(after, messages, tx, context)
    reason = _REASONS.get(bounce.kind)
    if reason is not None:
        await give_up_address(user, before.to, reason, sent_at=sent_at, tx=tx, context=context)


def _after(message: Message, kind: BounceKind, now: datetime) -> Message | None:
    """The message, if that is news: a message that was sent comes back once, and is reported as spam once."""
    if kind == BounceKind.COMPLAINT:
        new = message.status is MessageStatus.SENT and message.failure != COMPLAINED
        return message.complained() if new else None
    if message.status not in {MessageStatus.SENT, MessageStatus.PENDING}:
        return None
    return message.bounced(BOUNCED if kind == BounceKind.ADDRESS else NOT_DELIVERED, now)


async def _try_next(failed: Message, messages: Sequence[Message], tx: Repositories, context: UseCaseContext) -> None:
    """Send the next message of the notification, unless another one has arrived, or may."""
    if (following := next_after(failed, messages)) is not None:
        await tx.notifications.save_message(following.activated(context.now), was=following)


record_bounce: Final = UseCase(Permission.RUN_PLATFORM, _take)
