"""Keep notifications, and send their messages: in order for each subject and contact, with retries and fallback.

Each step is safe to repeat after a crash: a notification is kept once for each event and recipient, and an attempt
whose outcome was not recorded is made again under the same id.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from booking_domain.identity.external_identities import ExternalIdentityReads, IdentityProvider
from booking_domain.identity.model import User
from booking_domain.notifications.errors import ChatBlocked, EmailRefused
from booking_domain.notifications.model import CHAT, MessageAddress, MessageChannel, Notification
from booking_domain.notifications.notices import TranslatedNotice
from booking_domain.notifications.ports import MessageSender, MessageView, Notifier, OutgoingMessage
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import DomainError, Unavailable
from booking_domain.shared.events import Event
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import UserId
from booking_domain.use_cases.bookings.reminder_messages import sendable_from
from booking_domain.use_cases.identity.mark_undeliverable import (
    MarkChat,
    MarkUndeliverable,
    mark_chat,
    mark_undeliverable,
)
from booking_domain.use_cases.messages.attachments import Attach, no_attachments
from booking_domain.use_cases.notices.news import may_wait
from booking_domain.use_cases.notifications.commands import (
    REMOVED_AT_ONCE,
    PostponeMessage,
    RecordAttempt,
    StoreNotification,
    keep_notification,
    postpone_message,
    record_attempt,
    remove_notifications_before,
    skip_messages,
)
from booking_domain.use_cases.platform.ports import Reads, Repositories

UNDELIVERABLE: Final = "email.undeliverable"
"""The failure of a message that is not sent, because its address was given up."""
UNVERIFIED_LIMITED: Final = "email.unverified_limited"
"""The failure of a message that is not sent, because its address is not verified and has had enough for a day."""
EMAILS_TO_UNVERIFIED: Final = 10
"""Messages in 24 hours to an e-mail address that is not verified: it may be that of a stranger."""
_DAY: Final = timedelta(days=1)
ATTEMPTS_PER_TURN: Final = 10
"""Messages to one user in a row, before others have their turn."""


class StoringNotifier(Notifier):
    """Keeps notifications, whose messages are sent afterwards."""

    def __init__(self, executor: Executor[Repositories], identities: ExternalIdentityReads) -> None:
        self._executor = executor
        self._identities = identities
        self.notified: set[UserId] = set()
        """Whom to send messages to."""

    async def notify(
        self,
        user_id: UserId,
        event: Event,
        notice: TranslatedNotice,
        contacts: Sequence[MessageAddress],
        *,
        everywhere: bool = False,
    ) -> None:
        if CHAT in contacts:
            chat = await chat_of(user_id, self._identities)
            others = [each for each in contacts if each != CHAT]
            contacts = others if chat is None else [MessageAddress(MessageChannel.TELEGRAM, chat), *others]
        command = StoreNotification(
            user_id=user_id, event=event, notice=notice, contacts=contacts, everywhere=everywhere
        )
        await self._executor.run(keep_notification, command, actor=SYSTEM)
        if contacts:  # also if an earlier run has kept it: that may have ended before it asked for the messages
            self.notified.add(user_id)


async def chat_of(user_id: UserId, identities: ExternalIdentityReads) -> str | None:
    """The chat of a user that takes messages; None if there is none."""
    for each in await identities.of_user(user_id):
        if each.provider is IdentityProvider.TELEGRAM and each.unreachable_since is None:
            return each.subject
    return None


async def send_due_messages(
    user_id: UserId,
    *,
    clock: Clock,
    reads: Reads,
    executor: Executor[Repositories],
    sender: MessageSender,
    attach: Attach = no_attachments,
    emails_to_unverified: int = EMAILS_TO_UNVERIFIED,
) -> datetime | None:
    """Send what is due to a user, one message after the other, until one fails or others have their turn.

    An e-mail address that is not verified gets `emails_to_unverified` in 24 hours; the next contact gets the others.
    Returns when to go on; None if nothing waits.
    """
    user = await reads.users.get(user_id)
    for _ in range(ATTEMPTS_PER_TURN):
        due = await reads.notifications.next_due(user_id, clock.now())
        if due is None:
            break
        wanted_at = await sendable_from(due.notification, reads, now := clock.now())
        if wanted_at is None:
            await executor.run(skip_messages, due.message, actor=SYSTEM)
            continue
        later = wanted_at if wanted_at > now else _quiet_until(user, due.notification, now)
        if later is not None:
            await executor.run(postpone_message, PostponeMessage(message=due.message, until=later), actor=SYSTEM)
            continue
        unsent = UNDELIVERABLE if _given_up(user, due) else ""
        if not unsent and _is_unverified(user, due):
            sent = await reads.notifications.count_sent(due.message, clock.now() - _DAY)
            unsent = UNVERIFIED_LIMITED if sent >= emails_to_unverified else ""
        if unsent:
            refusal = RecordAttempt(message=due.message, failure=unsent, permanent=True)
            await executor.run(record_attempt, refusal, actor=SYSTEM)
            continue
        attempt = await _attempt(due, await attach(_outgoing(due), due.notification, reads, clock.now()), sender)
        if attempt.failure == EmailRefused.code:
            # Before the attempt is recorded: after a crash between the two, it is made again.
            refused = MarkUndeliverable(user_id=user_id, email=due.message.to)
            await executor.run(mark_undeliverable, refused, actor=SYSTEM)
            user = await reads.users.get(user_id)
        if attempt.failure == ChatBlocked.code:
            blocked = MarkChat(user_id=user_id, chat=due.message.to, reachable=False)
            await executor.run(mark_chat, blocked, actor=SYSTEM)
        await executor.run(record_attempt, attempt, actor=SYSTEM)
        if attempt.failure and not attempt.permanent:
            break
    return await reads.notifications.next_attempt(user_id)


def _given_up(user: User | None, due: MessageView) -> bool:
    """Whether the message is for an e-mail address that was given up; news of the account itself are tried."""
    if user is None or user.email_undeliverable_at is None or due.message.channel is not MessageChannel.EMAIL:
        return False
    return due.message.to == user.email and due.notification.type.partition(".")[0] != "account"


def _is_unverified(user: User | None, due: MessageView) -> bool:
    """Whether the message is for an e-mail address that its user has not verified."""
    if due.message.channel is not MessageChannel.EMAIL:
        return False
    return user is None or user.email != due.message.to or user.email_verified_at is None


def _quiet_until(user: User | None, notification: Notification, now: datetime) -> datetime | None:
    """When the recipient's quiet hours are over, if the notification waits for that."""
    if user is None or user.preferences.quiet_hours is None or not may_wait(notification.type):
        return None
    return user.preferences.quiet_hours.over_at(now, user.time_zone)


def _outgoing(due: MessageView) -> OutgoingMessage:
    message, notification = due.message, due.notification
    return OutgoingMessage(
        id=message.id,
        channel=message.channel,
        to=message.to,
        subject=notification.subject,
        text=notification.text,
        created_at=notification.created_at,
        language=notification.language,
        user_id=message.user_id,
        type=notification.type,
        booking_id=notification.booking_id,
        about_id=notification.about_id,
    )


async def _attempt(due: MessageView, outgoing: OutgoingMessage, sender: MessageSender) -> RecordAttempt:
    message = due.message
    try:
        await sender.send(outgoing)
    except Unavailable as error:
        return RecordAttempt(message=message, failure=error.code)
    except DomainError as error:
        return RecordAttempt(message=message, failure=error.code, permanent=True)
    return RecordAttempt(message=message)


async def remove_old_notifications(kept_for: timedelta, *, executor: Executor[Repositories]) -> None:
    """Delete the notifications of earlier events, with the log of their messages."""
    while await executor.run(remove_notifications_before, kept_for, actor=SYSTEM) == REMOVED_AT_ONCE:
        pass
