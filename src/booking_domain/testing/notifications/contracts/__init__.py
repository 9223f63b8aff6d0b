"""The contracts of the ports in `booking_domain.notifications`."""

from typing import Final

from booking_domain.testing.kit.assertions import rewrite_assertions

rewrite_assertions(__name__)

# ruff: noqa: E402 - pytest rewrites the assertions of modules that are imported after the registration
from booking_domain.notifications.overrides import MessageOverrideReads, MessageOverrides
from booking_domain.notifications.ports import (
    MessageSender,
    NotificationReads,
    Notifications,
    PushSubscriptionReads,
    PushSubscriptions,
    SmsMessages,
    SmsReads,
    SmsSender,
)
from booking_domain.testing.notifications.contracts.message_sender import MessageSenderContract
from booking_domain.testing.notifications.contracts.notifications import (
    NotificationReadsContract,
    NotificationsContract,
)
from booking_domain.testing.notifications.contracts.overrides import MessageOverridesContract
from booking_domain.testing.notifications.contracts.push import PushSubscriptionsContract
from booking_domain.testing.notifications.contracts.sms import SmsSenderContract
from booking_domain.testing.notifications.contracts.sms_messages import SmsMessagesContract, SmsReadsContract

CONTRACTS: Final[dict[type, type]] = {
    MessageOverrideReads: MessageOverridesContract,
    MessageOverrides: MessageOverridesContract,
    MessageSender: MessageSenderContract,
    NotificationReads: NotificationReadsContract,
    Notifications: NotificationsContract,
    PushSubscriptionReads: PushSubscriptionsContract,
    PushSubscriptions: PushSubscriptionsContract,
    SmsMessages: SmsMessagesContract,
    SmsReads: SmsReadsContract,
    SmsSender: SmsSenderContract,
}
