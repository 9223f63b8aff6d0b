"""Notifications and their messages on PostgreSQL. The messages are both the queue and the log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, exists, func, literal_column, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.kit.codec import Encrypted, Mapper
from adapters.postgres.kit.encryption import WithCipher
from adapters.postgres.kit.listing import parameters
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import Row
from adapters.postgres.notifications.tables import messages, notifications
from booking_domain.notifications.model import Message, MessageId, MessageStatus, Notification, NotificationId
from booking_domain.notifications.ports import (
    MessageFilter,
    MessageView,
    NotificationFilter,
    NotificationReads,
    Notifications,
)
from booking_domain.shared.ids import UserId

NOTIFICATION: Final = Mapper(
    notifications,
    Notification,
    subject=Encrypted("subject_sealed"),
    text=Encrypted("text_sealed"),
    changes=("read_at",),
)
MESSAGE: Final = Mapper(
    messages,
    Message,
    to=Encrypted("to_sealed"),
    changes=("status", "attempts", "first_attempt_at", "next_attempt_at", "failure", "sent_at", "version"),
)
_n: Final = notifications.c
_m: Final = messages.c
# Written out, so that the partial index serves.
_PENDING: Final[ColumnElement[str]] = literal_column(f"'{MessageStatus.PENDING.value}'")

_ADD: Final = Statement(
    insert(notifications)
    .values({column.name: bindparam(column.name) for column in NOTIFICATION.columns})
    .on_conflict_do_nothing(index_elements=[_n.user_id, _n.event_id])
    .returning(_n.id)
)
_ADD_MESSAGE: Final = MESSAGE.insert()
_LOCK: Final = Statement(select(*NOTIFICATION.columns).where(_n.id == bindparam("notification_id")).with_for_update())
_SAVE: Final = NOTIFICATION.update()
_READ_ALL: Final = Statement(
    update(notifications)
    .where(
        _n.user_id == bindparam("owner"),
        _n.read_at.is_(None),
        if_given("until", _n.id, _n.id <= bindparam("until")),
    )
    .values(read_at=bindparam("now"))
)
_GET_MESSAGE: Final = Statement(select(*MESSAGE.columns).where(_m.id == bindparam("message_id")))
_LOCK_MESSAGES: Final = Statement(
    select(*MESSAGE.columns)
    .where(_m.notification_id == bindparam("notification_id"))
    .order_by(_m.rank)
    .with_for_update()
)
_SAVE_MESSAGE: Final = MESSAGE.update(versioned=True)
_FORGET: Final = Statement(
    delete(notifications).where(
        _n.id.in_(select(_n.id).where(_n.created_at < bindparam("before")).limit(bindparam("most")))
    )
)


def _page(*conditions: ColumnElement[bool]) -> Statement:
    return Statement(
        select(*NOTIFICATION.columns)
        .where(
            _n.user_id == bindparam("user_id"),
            if_given("booking_id", _n.booking_id, _n.booking_id == bindparam("booking_id")),
            if_given("after", _n.id, _n.id < bindparam("after")),
            *conditions,
        )
        .order_by(_n.id.desc())
        .limit(bindparam("most"))
    )


_PAGE: Final = _page()
_UNREAD_PAGE: Final = _page(_n.read_at.is_(None))
_UNREAD: Final = Statement(select(func.count()).where(_n.user_id == bindparam("user_id"), _n.read_at.is_(None)))
_VIEW: Final = select(*MESSAGE.columns, *NOTIFICATION.columns).select_from(messages.join(notifications))
_MESSAGES: Final = Statement(
    _VIEW.where(
        if_given("user_id", _m.user_id, _m.user_id == bindparam("user_id")),
        if_given("booking_id", _n.booking_id, _n.booking_id == bindparam("booking_id")),
        if_given("channel", _m.channel, _m.channel == bindparam("channel")),
        if_given("status", _m.status, _m.status == bindparam("status")),
        if_given("failure", _m.failure, _m.failure == bindparam("failure")),
        if_given("at_from", _m.created_at, _m.created_at >= bindparam("at_from")),
        if_given("at_before", _m.created_at, _m.created_at < bindparam("at_before")),
        if_given("after", _m.id, _m.id < bindparam("after")),
    )
    .order_by(_m.id.desc())
    .limit(bindparam("most"))
)
_earlier: Final = messages.alias("earlier")


def _waiting(query: Select[Any]) -> Select[Any]:
    """Select pending messages without an earlier pending message of the same user, subject and channel."""
    return query.where(
        _m.status == _PENDING,
        ~exists(
            select(1).where(
                _earlier.c.user_id == _m.user_id,
                _earlier.c.about_id == _m.about_id,
                _earlier.c.channel == _m.channel,
                _earlier.c.status == _PENDING,
                _earlier.c.seq < _m.seq,
            )
        ),
    )


_DUE_NOW: Final = _m.next_attempt_at <= bindparam("now")
_NEXT_DUE: Final = Statement(
    _waiting(_VIEW).where(_m.user_id == bindparam("user_id"), _DUE_NOW).order_by(_m.seq).limit(1)
)
_SENT: Final = Statement(
    select(*MESSAGE.columns).where(
        _m.user_id == bindparam("user_id"),
        _m.channel == bindparam("channel"),
        _m.id != bindparam("message_id"),
        or_(
            _m.sent_at > bindparam("since"),
            and_(_m.status == _PENDING, _m.first_attempt_at > bindparam("since")),
        ),
    )
)
_NEXT_ATTEMPT: Final = Statement(
    _waiting(select(func.min(_m.next_attempt_at))).where(_m.user_id == bindparam("user_id"))
)
_DUE: Final = Statement(
    _waiting(select(_m.user_id))
    .where(_DUE_NOW)
    .group_by(_m.user_id)
    .order_by(func.min(_m.next_attempt_at), _m.user_id)
    .limit(bindparam("most"))
)


class PostgresNotifications(WithCipher, Notifications):
    """`Notifications` in the tables `notifications` and `messages`."""

    async def add(self, notification: Notification, messages: Sequence[Message]) -> bool:
        if await self._work.one(_ADD, **NOTIFICATION.write(notification, self._cipher)) is None:
            return False
        for message in messages:
            await self._work.execute(_ADD_MESSAGE, **MESSAGE.write(message, self._cipher))
        return True

    async def lock(self, notification_id: NotificationId) -> Notification | None:
        return await self._work.first(NOTIFICATION.reader(self._cipher), _LOCK, notification_id=notification_id)

    async def save(self, notification: Notification) -> None:
        await self._work.update_one(
            "notification", _SAVE, row_key=notification.id, **NOTIFICATION.changes(notification, self._cipher)
        )

    async def read_all(self, user_id: UserId, until: NotificationId | None, now: datetime) -> None:
        await self._work.execute(_READ_ALL, owner=user_id, until=until, now=now)

    async def message(self, message_id: MessageId) -> Message | None:
        return await self._work.first(MESSAGE.reader(self._cipher), _GET_MESSAGE, message_id=message_id)

    async def lock_messages(self, notification_id: NotificationId) -> list[Message]:
        return await self._work.each(MESSAGE.reader(self._cipher), _LOCK_MESSAGES, notification_id=notification_id)

    async def save_message(self, message: Message, *, was: Message) -> None:
        await self._work.update_one(
            "message",
            _SAVE_MESSAGE,
            row_key=was.id,
            seen_version=was.version,
            **MESSAGE.changes(message, self._cipher),
        )

    async def remove_before(self, before: datetime, limit: int) -> int:
        done = await self._work.execute(_FORGET, before=before, most=limit)
        await self._work.flush()
        return done.rowcount


class PostgresNotificationReads(WithCipher, NotificationReads):
    """`NotificationReads` of the tables `notifications` and `messages`."""

    async def page(self, criteria: NotificationFilter) -> list[Notification]:
        statement = _UNREAD_PAGE if criteria.unread else _PAGE
        return await self._work.each(NOTIFICATION.reader(self._cipher), statement, **parameters(criteria))

    async def unread(self, user_id: UserId) -> int:
        row = await self._work.one(_UNREAD, user_id=user_id)
        return 0 if row is None else int(row[0])

    async def messages(self, criteria: MessageFilter) -> list[MessageView]:
        return await self._work.each(self._view, _MESSAGES, **parameters(criteria))

    async def count_sent(self, message: Message, since: datetime) -> int:
        rows = await self._work.all(
            _SENT, user_id=message.user_id, channel=message.channel.value, message_id=message.id, since=since
        )
        return sum(MESSAGE.read(row, self._cipher).to == message.to for row in rows)

    async def next_due(self, user_id: UserId, now: datetime) -> MessageView | None:
        return await self._work.first(self._view, _NEXT_DUE, user_id=user_id, now=now)

    async def next_attempt(self, user_id: UserId) -> datetime | None:
        return await self._work.first(lambda row: row[0], _NEXT_ATTEMPT, user_id=user_id)

    async def due(self, now: datetime, limit: int) -> list[UserId]:
        return await self._work.each(lambda row: UserId(row[0]), _DUE, now=now, most=limit)

    def _view(self, row: Row) -> MessageView:
        width = len(MESSAGE.columns)
        return MessageView(
            message=MESSAGE.read(row[:width], self._cipher),
            notification=NOTIFICATION.read(row[width:], self._cipher),
        )
