"""Notifications and their messages in memory."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from booking_domain.notifications.model import Message, MessageId, MessageStatus, Notification, NotificationId
from booking_domain.notifications.ports import (
    MessageFilter,
    MessageView,
    NotificationFilter,
    NotificationReads,
    Notifications,
)
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import UserId
from booking_domain.testing.bookings.memory.tables import BOOKINGS
from booking_domain.testing.identity.memory.tables import require_user
from booking_domain.testing.kit.tables import State
from booking_domain.testing.notifications.memory.tables import MESSAGES, NOTIFICATIONS


class MemoryNotifications(Notifications):
    """The notifications of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, notification: Notification, messages: Sequence[Message]) -> bool:
        require_user(self._state, notification.user_id)
        if notification.booking_id is not None:
            self._state.require(BOOKINGS, notification.booking_id)
        rows, named = self._state[NOTIFICATIONS], (notification.user_id, notification.event_id)
        if any((each.user_id, each.event_id) == named for each in rows.values()):
            return False
        rows[notification.id] = notification
        self._state[MESSAGES].update({message.id: message for message in messages})
        return True

    async def lock(self, notification_id: NotificationId) -> Notification | None:
        return self._state[NOTIFICATIONS].get(notification_id)

    async def save(self, notification: Notification) -> None:
        self._state[NOTIFICATIONS][notification.id] = notification

    async def read_all(self, user_id: UserId, until: NotificationId | None, now: datetime) -> None:
        rows = self._state[NOTIFICATIONS]
        for key, each in rows.items():
            if each.user_id == user_id and (until is None or each.id <= until):
                rows[key] = each.read(now)

    async def message(self, message_id: MessageId) -> Message | None:
        return self._state[MESSAGES].get(message_id)

    async def lock_messages(self, notification_id: NotificationId) -> Sequence[Message]:
        found = [each for each in self._state[MESSAGES].values() if each.notification_id == notification_id]
        return sorted(found, key=lambda message: message.rank)

    async def save_message(self, message: Message, *, was: Message) -> None:
        kept = self._state[MESSAGES].get(was.id)
        if kept is None or kept.version != was.version:
            raise ConcurrentChange(what="message")
        self._state[MESSAGES][message.id] = message

    async def remove_before(self, before: datetime, limit: int) -> int:
        rows = self._state[NOTIFICATIONS]
        found = [each.id for each in rows.values() if each.created_at < before][:limit]
        for key in found:
            del rows[key]
        messages = self._state[MESSAGES]
        for message in [each for each in messages.values() if each.notification_id in found]:
            del messages[message.id]
        return len(found)


class MemoryNotificationReads(NotificationReads):
    """The committed notifications and messages."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def page(self, criteria: NotificationFilter) -> Sequence[Notification]:
        found = [
            each
            for each in self._of(criteria.user_id)
            if (each.read_at is None or not criteria.unread) and (criteria.after is None or each.id < criteria.after)
        ]
        return sorted(found, key=lambda each: each.id, reverse=True)[: criteria.limit]

    async def unread(self, user_id: UserId) -> int:
        return sum(each.read_at is None for each in self._of(user_id))

    def _of(self, user_id: UserId) -> list[Notification]:
        return [each for each in self._committed()[NOTIFICATIONS].values() if each.user_id == user_id]

    async def messages(self, criteria: MessageFilter) -> Sequence[MessageView]:
        views = [self._view(each) for each in self._committed()[MESSAGES].values()]
        found = [
            view
            for view in views
            if criteria.user_id in {None, view.message.user_id}
            and criteria.booking_id in {None, view.notification.booking_id}
            and criteria.channel in {None, view.message.channel}
            and criteria.status in {None, view.message.status}
            and criteria.failure in {None, view.message.failure}
            and (criteria.at_from is None or criteria.at_from <= view.message.created_at)
            and (criteria.at_before is None or view.message.created_at < criteria.at_before)
            and (criteria.after is None or view.message.id < criteria.after)
        ]
        return sorted(found, key=lambda view: view.message.id, reverse=True)[: criteria.limit]

    def _view(self, message: Message) -> MessageView:
        notification = self._committed()[NOTIFICATIONS][message.notification_id]
        return MessageView(message=message, notification=notification)

    async def count_sent(self, message: Message, since: datetime) -> int:
        return sum(
            (each.user_id, each.channel, each.to) == (message.user_id, message.channel, message.to)
            and each.id != message.id
            and (
                (each.sent_at is not None and each.sent_at > since)
                or (
                    each.status is MessageStatus.PENDING
                    and each.first_attempt_at is not None
                    and each.first_attempt_at > since
                )
            )
            for each in self._committed()[MESSAGES].values()
        )

    async def next_due(self, user_id: UserId, now: datetime) -> MessageView | None:
        due = next((each for each, at in self._waiting() if each.user_id == user_id and at <= now), None)
        return None if due is None else self._view(due)

    async def next_attempt(self, user_id: UserId) -> datetime | None:
        return min((at for each, at in self._waiting() if each.user_id == user_id), default=None)

    async def due(self, now: datetime, limit: int) -> Sequence[UserId]:
        due: dict[UserId, datetime] = {}
        for each, at in self._waiting():
            if at <= now:
                due[each.user_id] = min(at, due.get(each.user_id, at))
        return sorted(due, key=lambda user_id: (due[user_id], user_id))[:limit]

    def _waiting(self) -> Iterator[tuple[Message, datetime]]:
        """The first pending message of each user, subject and channel, and when it is due."""
        behind: set[object] = set()
        for each in self._committed()[MESSAGES].values():
            if each.status is not MessageStatus.PENDING or each.next_attempt_at is None:
                continue
            place = (each.user_id, each.about_id, each.channel)
            if place not in behind:
                behind.add(place)
                yield each, each.next_attempt_at
