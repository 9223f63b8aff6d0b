"""The tables of notifications, their messages and text messages in memory."""

from dataclasses import replace
from typing import Final

from booking_domain.notifications.model import Message, MessageId, MessageStatus, Notification, NotificationId
from booking_domain.notifications.overrides import MessageOverride
from booking_domain.notifications.push import PushSubscription, PushSubscriptionId
from booking_domain.notifications.sms import SmsMessage
from booking_domain.shared.ids import SmsId
from booking_domain.testing.bookings.memory.tables import BOOKINGS
from booking_domain.testing.identity.memory.tables import SESSIONS, USERS
from booking_domain.testing.kit.tables import AccountHandover, Rows, State, Table, change_rows, delete_rows


def _skip(_: State, messages: Rows[MessageId, Message], account: AccountHandover) -> None:
    unsent = {MessageStatus.PENDING, MessageStatus.STANDBY}
    messages.change(lambda each: each.user_id == account.user_id and each.status in unsent, Message.skipped)


NOTIFICATIONS: Final = Table[NotificationId, Notification](
    "notifications",
    refers=lambda row: ((USERS, row.user_id), (BOOKINGS, row.booking_id)),
    erase=delete_rows(lambda row: row.user_id),
)
MESSAGES: Final = Table[MessageId, Message](
    "messages", what="message", erase=delete_rows(lambda row: row.user_id), handover=_skip
)

SMS_MESSAGES: Final = Table[SmsId, SmsMessage](
    "sms_messages",
    refers=lambda row: ((USERS, row.user_id),),
    erase=change_rows(lambda sms: sms.user_id, lambda sms: replace(sms, to_masked="", to_digest=b"")),
)

PUSH_SUBSCRIPTIONS: Final = Table[PushSubscriptionId, PushSubscription](
    "push_subscriptions",
    refers=lambda row: ((SESSIONS, row.session_id),),
    erase=delete_rows(lambda row: row.user_id),
    ends=True,
)

MESSAGE_OVERRIDES: Final = Table[tuple[str, str], MessageOverride](
    "message_overrides", key=lambda row: (row.template_key, row.language)
)
"""By template and language."""

TABLES: Final = (NOTIFICATIONS, MESSAGES, SMS_MESSAGES, PUSH_SUBSCRIPTIONS, MESSAGE_OVERRIDES)
