"""What notifications adds to the database in memory."""

from collections.abc import Callable

from booking_domain.testing.kit.tables import ReadGroup, RepositoryGroup, State
from booking_domain.testing.notifications.memory.notifications import MemoryNotificationReads, MemoryNotifications
from booking_domain.testing.notifications.memory.overrides import MemoryMessageOverrideReads, MemoryMessageOverrides
from booking_domain.testing.notifications.memory.push import MemoryPushSubscriptionReads, MemoryPushSubscriptions
from booking_domain.testing.notifications.memory.sms import MemorySmsMessages, MemorySmsReads


class NotificationRepositories(RepositoryGroup):
    """The repositories of this context."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.notifications = MemoryNotifications(state)
        self.sms_messages = MemorySmsMessages(state)
        self.push_subscriptions = MemoryPushSubscriptions(state)
        self.message_overrides = MemoryMessageOverrides(state)


class NotificationReads(ReadGroup):
    """The reads of this context."""

    def __init__(self, committed: Callable[[], State]) -> None:
        super().__init__(committed)
        self.notifications = MemoryNotificationReads(committed)
        self.sms = MemorySmsReads(committed)
        self.push_subscriptions = MemoryPushSubscriptionReads(committed)
        self.message_overrides = MemoryMessageOverrideReads(committed)
