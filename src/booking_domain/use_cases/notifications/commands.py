"""Notifications: keep them, record the attempts to send their messages, read them, forget them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from booking_domain.notifications.events import NotificationKept
from booking_domain.notifications.model import (
    DEVICES,
    Message,
    MessageAddress,
    MessageChannel,
    MessageId,
    MessageStatus,
    Notification,
    NotificationId,
    NotificationNotFound,
    next_after,
)
from booking_domain.notifications.notices import TranslatedNotice
from booking_domain.notifications.ports import (
    MessageFilter,
    MessageView,
    NotificationFilter,
    NotificationReads,
    Notifications,
    PushSubscriptions,
)
from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import NotPermitted
from booking_domain.shared.events import Event
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import EventId, UserId
from booking_domain.shared.outbox import Outbox
from booking_domain.shared.permissions import Permission, authorise, may, owned
from booking_domain.shared.queries import Query

KEPT_FOR: Final = timedelta(days=180)
"""How long notifications are kept, and the log of their messages."""
REMOVED_AT_ONCE: Final = 1_000
_NOT_ON_STANDBY: Final = frozenset({MessageChannel.EMAIL, MessageChannel.PUSH})
"""An e-mail has what no other message has: the calendar file, links, and an address to unsubscribe."""


class NotificationTx(Protocol):
    """What notifications need of a database transaction."""

    @property
    def notifications(self) -> Notifications: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def push_subscriptions(self) -> PushSubscriptions: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreNotification:
    """Store the notification of a user about an event, with a message to each contact.

    All messages are sent if `everywhere`; else the first, the e-mail and the one to devices, and a text message only if
    no other arrives.
    """

    user_id: UserId
    event: Event
    notice: TranslatedNotice
    contacts: Sequence[MessageAddress] = field(repr=False)
    everywhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAttempt:
    """Record what came of sending a message."""

    message: Message
    """As it was when it was sent."""
    failure: str = ""
    """The code of the error; empty if it was sent."""
    permanent: bool = False
    """Whether the failure is for good."""


async def _keep(command: StoreNotification, tx: NotificationTx, context: UseCaseContext) -> None:
    event = command.event
    notification = Notification(
        id=NotificationId(context.entropy.new_id()),
        user_id=command.user_id,
        event_id=event.id,
        type=event.topic,
        about_id=event.subject,
        booking_id=getattr(event, "booking_id", None),
        subject=command.notice.subject,
        text=command.notice.text,
        language=command.notice.language,
        created_at=event.occurred_at,
    )
    contacts = list(command.contacts)
    if DEVICES in contacts and not await tx.push_subscriptions.live(command.user_id, context.now):
        contacts.remove(DEVICES)
    messages = []
    for rank, contact in enumerate(contacts):
        pending = command.everywhere or rank == 0 or contact.channel in _NOT_ON_STANDBY
        message = Message(
            id=MessageId(context.entropy.new_id()),
            notification_id=notification.id,
            user_id=notification.user_id,
            about_id=notification.about_id,
            channel=contact.channel,
            to=contact.to,
            rank=rank,
            status=MessageStatus.PENDING if pending else MessageStatus.STANDBY,
            next_attempt_at=context.now if pending else None,
            created_at=context.now,
        )
        messages.append(message)
    if not await tx.notifications.add(notification, messages):
        return  # it is there already
    kept = NotificationKept(
        id=EventId(context.entropy.new_id()),
        occurred_at=context.now,
        notification_id=notification.id,
        user_id=notification.user_id,
    )
    await tx.outbox.put([kept])


@dataclass(frozen=True, slots=True, kw_only=True)
class PostponeMessage:
    """Do not send a message before `until`."""

    message: Message
    until: datetime


async def _postpone(command: PostponeMessage, tx: NotificationTx, _: UseCaseContext) -> None:
    """Does nothing if the message has changed since."""
    for each in await tx.notifications.lock_messages(command.message.notification_id):
        if (each.id, each.version) == (command.message.id, command.message.version):
            await tx.notifications.save_message(each.postponed(command.until), was=each)


async def _record_attempt(command: RecordAttempt, tx: NotificationTx, context: UseCaseContext) -> None:
    """Does nothing if the message has changed since. Decides whether the next message is sent."""
    messages = await tx.notifications.lock_messages(command.message.notification_id)
    before = next((each for each in messages if each.id == command.message.id), None)
    if before is None or before.version != command.message.version:
        return
    if not command.failure:
        after = before.sent(context.now)
    elif command.permanent:
        after = before.refused(command.failure, context.now)
    else:
        after = before.failed(command.failure, context.now)
    await tx.notifications.save_message(after, was=before)
    if after.channel is MessageChannel.PUSH:
        return
    standby = [each for each in messages if each.status is MessageStatus.STANDBY]
    if after.status is MessageStatus.SENT:
        for message in standby:
            await tx.notifications.save_message(message.skipped(), was=message)
    elif after.status is MessageStatus.FAILED and (following := next_after(after, messages)) is not None:
        await tx.notifications.save_message(following.activated(context.now), was=following)


async def _skip(message: Message, tx: NotificationTx, _: UseCaseContext) -> None:
    """Skip what is left of the message's notification."""
    for each in await tx.notifications.lock_messages(message.notification_id):
        if each.status in {MessageStatus.PENDING, MessageStatus.STANDBY}:
            await tx.notifications.save_message(each.skipped(), was=each)


async def _remove_old(kept_for: timedelta, tx: NotificationTx, context: UseCaseContext) -> int:
    return await tx.notifications.remove_before(context.now - kept_for, REMOVED_AT_ONCE)


keep_notification: Final = UseCase(Permission.RUN_PLATFORM, _keep)
record_attempt: Final = UseCase(Permission.RUN_PLATFORM, _record_attempt)
postpone_message: Final = UseCase(Permission.RUN_PLATFORM, _postpone)
skip_messages: Final = UseCase(Permission.RUN_PLATFORM, _skip)
remove_notifications_before: Final = UseCase(Permission.RUN_PLATFORM, _remove_old)


# What the recipient does


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadNotification:
    """Mark a notification of the actor as read; the first time counts."""

    notification_id: NotificationId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAllNotifications:
    """Mark the actor's notifications as read, up to and with `until`: those that the actor has seen."""

    until: NotificationId | None = None
    """None: all."""


async def _read(command: ReadNotification, tx: NotificationTx, context: UseCaseContext) -> Notification:
    before = await tx.notifications.lock(command.notification_id)
    if before is None or not may(context.actor, Permission.READ_NOTIFICATIONS, owned(context.actor, before.user_id)):
        raise NotificationNotFound
    after = before.read(context.now)
    if after != before:
        await tx.notifications.save(after)
    return after


async def _read_all(command: ReadAllNotifications, tx: NotificationTx, context: UseCaseContext) -> None:
    await tx.notifications.read_all(context.actor.id, command.until, context.now)


read_notification: Final = UseCase(
    Permission.READ_NOTIFICATIONS,
    _read,
    lambda command, _: Subject("notification", command.notification_id),
    raises=(NotificationNotFound,),
)
read_all_notifications: Final = UseCase(Permission.READ_NOTIFICATIONS, _read_all)


async def _list_notifications(
    actor: Actor, criteria: NotificationFilter, reads: NotificationReads
) -> tuple[Sequence[Notification], int]:
    """The actor's notifications that match, newest first, and how many are unread."""
    authorise(actor, Permission.READ_NOTIFICATIONS)
    return await reads.page(criteria), await reads.unread(criteria.user_id)


async def _list_messages(actor: Actor, criteria: MessageFilter, reads: NotificationReads) -> Sequence[MessageView]:
    """The log of messages, newest first, for admins."""
    authorise(actor, Permission.SEE_MESSAGES)
    return await reads.messages(criteria)


list_notifications: Final = Query(_list_notifications, (NotPermitted,))
list_messages: Final = Query(_list_messages, (NotPermitted,))
