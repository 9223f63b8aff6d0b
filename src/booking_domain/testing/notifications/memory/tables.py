"""The tables of notifications, their messages and text messages in memory."""

from dataclasses import replace
from typing import Final

from booking_domain.notifications.model import Message, MessageId, MessageStatus, Notification, NotificationId
from booking_domain.notifications.overrides import MessageOverride
from booking_domain.notifications.push import PushSubscription, PushSubscriptionId
from booking_domain.notifications.sms import SmsMessage
from booking_domain.shared.ids import SmsId
from booking_domain.testing.kit.tables import Handed, State, Table, change_rows, delete_rows, ended


def _skip(_: State, messages: dict[MessageId, Message], handed: Handed) -> None:
    for message in tuple(messages.values()):
        if message.user_id == handed.user_id and message.status in {MessageStatus.PENDING, MessageStatus.STANDBY}:
            messages[message.id] = message.skipped()


NOTIFICATIONS: Final = Table[NotificationId, Notification]("notifications", erase=delete_rows(lambda row: row.user_id))
MESSAGES: Final = Table[MessageId, Message]("messages", erase=delete_rows(lambda row: row.user_id), handover=_skip)

SMS_MESSAGES: Final = Table[SmsId, SmsMessage](
    "sms_messages", erase=change_rows(lambda sms: sms.user_id, lambda sms: replace(sms, to_masked="", to_digest=b""))
)

PUSH_SUBSCRIPTIONS: Final = Table[PushSubscriptionId, PushSubscription](
    "push_subscriptions",
    erase=delete_rows(lambda row: row.user_id),
    handover=ended(delete_rows(lambda row: row.user_id)),
)

MESSAGE_OVERRIDES: Final = Table[tuple[str, str], MessageOverride]("message_overrides")
"""By template and language."""

TABLES: Final = (NOTIFICATIONS, MESSAGES, SMS_MESSAGES, PUSH_SUBSCRIPTIONS, MESSAGE_OVERRIDES)
