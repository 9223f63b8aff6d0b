"""The contracts of the ports in `booking_domain.notifications`."""

from typing import Final

import pytest

pytest.register_assert_rewrite(
    f"{__name__}.message_sender",
    f"{__name__}.notifications",
    f"{__name__}.overrides",
    f"{__name__}.push",
    f"{__name__}.sms",
    f"{__name__}.sms_messages",
)

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

CONTRACTS: Final = {
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
