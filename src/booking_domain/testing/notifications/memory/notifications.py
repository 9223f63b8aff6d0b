"""Notifications and their messages in memory."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from booking_domain.notifications.model import Message, MessageId, MessageStatus, Notification, NotificationId
from booking_domain.notifications.ports import (
    MessageFilter,
    MessageView,
    NotificationFilter,
    NotificationReads,
    Notifications,
)
from booking_domain.shared.ids import UserId
from booking_domain.testing.kit.tables import InMemory, Lookup
from booking_domain.testing.notifications.memory.tables import MESSAGES, NOTIFICATIONS


class MemoryNotifications(Lookup[NotificationId, Notification], Notifications):
    """The notifications of one database transaction."""

    table = NOTIFICATIONS

    async def add(self, notification: Notification, messages: Sequence[Message]) -> bool:
        named = (notification.user_id, notification.event_id)
        if self._rows.where(lambda each: (each.user_id, each.event_id) == named):
            return False
        self._rows.put(notification)
        self._state[MESSAGES].update({message.id: message for message in messages})
        return True

    async def save(self, notification: Notification) -> None:
        self._rows.put(notification)

    async def read_all(self, user_id: UserId, until: NotificationId | None, now: datetime) -> None:
        self._rows.change(
            lambda each: each.user_id == user_id and (until is None or each.id <= until), lambda each: each.read(now)
        )

    async def message(self, message_id: MessageId) -> Message | None:
        return self._state[MESSAGES].get(message_id)

    async def lock_messages(self, notification_id: NotificationId) -> Sequence[Message]:
        self._state.lock()
        found = self._state[MESSAGES].where(lambda each: each.notification_id == notification_id)
        return sorted(found, key=lambda message: message.rank)

    async def save_message(self, message: Message, *, was: Message) -> None:
        self._state[MESSAGES].save(message, was=was)

    async def remove_before(self, before: datetime, limit: int) -> int:
        found = [each.id for each in self._rows.where(lambda each: each.created_at < before)][:limit]
        self._state[MESSAGES].delete(lambda each: each.notification_id in found)
        return len(self._rows.delete_keys(lambda key: key in found))


class MemoryNotificationReads(InMemory, NotificationReads):
    """The committed notifications and messages."""

    async def page(self, criteria: NotificationFilter) -> Sequence[Notification]:
        return self._state[NOTIFICATIONS].page(
            lambda each: (
                each.user_id == criteria.user_id
                and (each.read_at is None or not criteria.unread)
                and criteria.booking_id in {None, each.booking_id}
            ),
            criteria.after,
            criteria.limit,
            newest_first=True,
        )

    async def unread(self, user_id: UserId) -> int:
        rows = self._state[NOTIFICATIONS]
        return len(rows.where(lambda each: each.user_id == user_id and each.read_at is None))

    async def messages(self, criteria: MessageFilter) -> Sequence[MessageView]:
        found = self._state[MESSAGES].page(
            lambda message: (
                criteria.user_id in {None, message.user_id}
                and criteria.booking_id in {None, self._view(message).notification.booking_id}
                and criteria.channel in {None, message.channel}
                and criteria.status in {None, message.status}
                and criteria.failure in {None, message.failure}
                and (criteria.at_from is None or criteria.at_from <= message.created_at)
                and (criteria.at_before is None or message.created_at < criteria.at_before)
            ),
            criteria.after,
            criteria.limit,
            newest_first=True,
        )
        return [self._view(message) for message in found]

    def _view(self, message: Message) -> MessageView:
        notification = self._state[NOTIFICATIONS][message.notification_id]
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
            for each in self._state[MESSAGES].values()
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
        for each in self._state[MESSAGES].values():
            if each.status is not MessageStatus.PENDING or each.next_attempt_at is None:
                continue
            place = (each.user_id, each.about_id, each.channel)
            if place not in behind:
                behind.add(place)
                yield each, each.next_attempt_at
