"""What notifications brings to the adapter."""

from typing import Final

from adapters.postgres.kit.context import Context, ReadGroup, ReadSource, RepositoryGroup
from adapters.postgres.kit.encryption import FieldCipher
from adapters.postgres.kit.work import Work
from adapters.postgres.notifications.notifications import PostgresNotificationReads, PostgresNotifications
from adapters.postgres.notifications.overrides import PostgresMessageOverrideReads, PostgresMessageOverrides
from adapters.postgres.notifications.push import PostgresPushSubscriptionReads, PostgresPushSubscriptions
from adapters.postgres.notifications.sms import PostgresSmsMessages, PostgresSmsReads
from adapters.postgres.notifications.tables import (
    message_overrides,
    messages,
    notifications,
    push_subscriptions,
    sms_messages,
)

CONTEXT: Final = Context(
    tables=(notifications, messages, sms_messages, push_subscriptions, message_overrides),
)


class NotificationRepositories(RepositoryGroup):
    """The repositories of this context."""

    def __init__(self, work: Work, cipher: FieldCipher) -> None:
        super().__init__(work, cipher)
        self.notifications = PostgresNotifications(work, cipher)
        self.sms_messages = PostgresSmsMessages(work)
        self.push_subscriptions = PostgresPushSubscriptions(work, cipher)
        self.message_overrides = PostgresMessageOverrides(work)


class NotificationReads(ReadGroup):
    """The reads of this context."""

    def __init__(self, source: ReadSource) -> None:
        super().__init__(source)
        self.notifications = PostgresNotificationReads(source.statements, source.cipher)
        self.sms = PostgresSmsReads(source.statements)
        self.push_subscriptions = PostgresPushSubscriptionReads(source.statements, source.cipher)
        self.message_overrides = PostgresMessageOverrideReads(source.statements)
