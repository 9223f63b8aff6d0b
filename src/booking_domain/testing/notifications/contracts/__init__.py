"""The contracts of the ports in `booking_domain.notifications`."""

from typing import Final

import pytest

pytest.register_assert_rewrite(f"{__name__}.notifier", f"{__name__}.sms", f"{__name__}.sms_messages")

# ruff: noqa: E402 - pytest rewrites the assertions of modules that are imported after the registration
from booking_domain.notifications.ports import Notifier, SmsMessages, SmsReads, SmsSender
from booking_domain.testing.notifications.contracts.notifier import NotifierContract
from booking_domain.testing.notifications.contracts.sms import SmsSenderContract
from booking_domain.testing.notifications.contracts.sms_messages import SmsMessagesContract, SmsReadsContract

CONTRACTS: Final = {
    Notifier: NotifierContract,
    SmsMessages: SmsMessagesContract,
    SmsReads: SmsReadsContract,
    SmsSender: SmsSenderContract,
}
