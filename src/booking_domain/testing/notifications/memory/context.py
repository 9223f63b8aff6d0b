"""What notifications adds to the database in memory."""

from typing import Final

from booking_domain.testing.kit.tables import Group, Part
from booking_domain.testing.notifications.memory.notifications import MemoryNotificationReads, MemoryNotifications
from booking_domain.testing.notifications.memory.overrides import MemoryMessageOverrideReads, MemoryMessageOverrides
from booking_domain.testing.notifications.memory.push import MemoryPushSubscriptionReads, MemoryPushSubscriptions
from booking_domain.testing.notifications.memory.sms import MemorySmsMessages, MemorySmsReads


class NotificationRepositories(Group):
    """The repositories of this context."""

    notifications: Final = Part(MemoryNotifications)
    sms_messages: Final = Part(MemorySmsMessages)
    push_subscriptions: Final = Part(MemoryPushSubscriptions)
    message_overrides: Final = Part(MemoryMessageOverrides)


class NotificationReads(Group):
    """The reads of this context."""

    notifications: Final = Part(MemoryNotificationReads)
    sms: Final = Part(MemorySmsReads)
    push_subscriptions: Final = Part(MemoryPushSubscriptionReads)
    message_overrides: Final = Part(MemoryMessageOverrideReads)
