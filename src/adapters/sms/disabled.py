"""No text messages: `BOOKING_SMS_PROVIDER=none`."""

from typing import Final

from booking_domain.notifications.errors import SmsRefused, SmsUnavailable
from booking_domain.notifications.ports import SmsSender
from booking_domain.notifications.sms import SmsReceipt, SmsReport
from booking_domain.shared.ids import SmsId

NONE: Final = "none"


class DisabledSmsSender(SmsSender):
    """Refuses every text message."""

    @property
    def name(self) -> str:
        return NONE

    async def open(self) -> None:
        """Do nothing: there is no provider."""

    async def close(self) -> None:
        """Do nothing: there is no provider."""

    async def send(self, *, to: str, text: str, key: SmsId) -> SmsReceipt:  # noqa: ARG002 - nothing is sent
        raise SmsRefused(provider=NONE, reason="text messages are off")

    async def report(self, provider_message_id: str) -> SmsReport:  # noqa: ARG002 - no message is known
        raise SmsUnavailable(provider=NONE)
