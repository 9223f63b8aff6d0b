"""Messages by SMS."""

import hmac
from collections.abc import Callable
from typing import Final

from booking_domain.notifications.ports import MessageSender, OutgoingMessage, SmsSender
from booking_domain.notifications.sms import CODE_TYPE, SmsOrder
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SmsId
from booking_domain.use_cases.messages.send_sms import send_sms
from booking_domain.use_cases.platform.ports import Repositories

TEMPLATE: Final = "notification"


class SmsMessageSender(MessageSender):
    """Sends the text of each message and records a digest of the number, but not the text."""

    def __init__(
        self,
        *,
        sender: SmsSender,
        executor: Executor[Repositories],
        recipient_key: bytes,
        most_per_day: int,
        country_of: Callable[[str], str | None],
    ) -> None:
        """`country_of` tells the country of a number (ISO 3166-1)."""
        self._country_of = country_of
        self._sender = sender
        self._executor = executor
        self._recipient_key = recipient_key
        self._most_per_day = most_per_day

    async def send(self, message: OutgoingMessage) -> None:
        """Send the text to an E.164 number.

        A repetition sends nothing if the provider's answer was recorded. If it was not, a provider with idempotency
        keys sends the message once; others may send it twice.

        Raises:
            InvalidValue: `to` is not a phone number.
            SmsCapReached: the daily cap is reached; the message was not sent.
            UnverifiedNumberLimited: too many were sent to unverified numbers; the message was not sent.
            SmsUnavailable: the message may or may not have been sent.
            SmsRefused: the provider rejected the message permanently.
        """
        order = SmsOrder(
            to=message.to,
            to_digest=hmac.digest(self._recipient_key, message.to.encode(), "sha256"),
            text=message.text,
            template=message.type if message.type.startswith(CODE_TYPE) else TEMPLATE,
            language=message.language,
            provider=self._sender.name,
            country=self._country_of(message.to),
            user_id=message.user_id,
            id=SmsId(message.id),
        )
        await send_sms(order, most_per_day=self._most_per_day, executor=self._executor, sender=self._sender)
