"""What notifications brings to the adapter."""

from typing import Final

from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part, part_with_cipher
from adapters.postgres.notifications import tables
from adapters.postgres.notifications.notifications import PostgresNotificationReads, PostgresNotifications
from adapters.postgres.notifications.overrides import PostgresMessageOverrideReads, PostgresMessageOverrides
from adapters.postgres.notifications.push import PostgresPushSubscriptionReads, PostgresPushSubscriptions
from adapters.postgres.notifications.sms import PostgresSmsMessages, PostgresSmsReads

CONTEXT: Final = PostgresContext(
    tables=(
        tables.notifications,
        tables.messages,
        tables.sms_messages,
        tables.push_subscriptions,
        tables.message_overrides,
    ),
)


class NotificationRepositories(RepositoryGroup):
    """The repositories of this context."""

    notifications = part_with_cipher(PostgresNotifications)
    sms_messages = part(PostgresSmsMessages)
    push_subscriptions = part_with_cipher(PostgresPushSubscriptions)
    message_overrides = part(PostgresMessageOverrides)


class NotificationReads(ReadGroup):
    """The reads of this context."""

    notifications = part_with_cipher(PostgresNotificationReads)
    sms = part(PostgresSmsReads)
    push_subscriptions = part_with_cipher(PostgresPushSubscriptionReads)
    message_overrides = part(PostgresMessageOverrideReads)
