"""What notifications adds to the database in memory."""

from booking_domain.testing.kit.tables import Group, Part
from booking_domain.testing.notifications.memory.notifications import MemoryNotificationReads, MemoryNotifications
from booking_domain.testing.notifications.memory.overrides import MemoryMessageOverrideReads, MemoryMessageOverrides
from booking_domain.testing.notifications.memory.push import MemoryPushSubscriptionReads, MemoryPushSubscriptions
from booking_domain.testing.notifications.memory.sms import MemorySmsMessages, MemorySmsReads


class NotificationRepositories(Group):
    """The repositories of this context."""

    notifications = Part(MemoryNotifications)
    sms_messages = Part(MemorySmsMessages)
    push_subscriptions = Part(MemoryPushSubscriptions)
    message_overrides = Part(MemoryMessageOverrides)


class NotificationReads(Group):
    """The reads of this context."""

    notifications = Part(MemoryNotificationReads)
    sms = Part(MemorySmsReads)
    push_subscriptions = Part(MemoryPushSubscriptionReads)
    message_overrides = Part(MemoryMessageOverrideReads)
