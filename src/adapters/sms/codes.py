"""One-time codes by text message."""

import hmac

from booking_domain.notifications.codes import CodeMessenger, code_text, language_of
from booking_domain.notifications.ports import SmsSender
from booking_domain.notifications.sms import SmsOrder
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import UserId
from booking_domain.workflows.ports import Repositories
from booking_domain.workflows.send_sms import send_sms


class SmsCodeMessenger(CodeMessenger):
    """Sends a code in the recipient's language, and keeps the delivery: of the number a digest, of the code nothing."""

    def __init__(
        self, *, sender: SmsSender, executor: Executor[Repositories], recipient_key: bytes, most_per_day: int
    ) -> None:
        self._sender = sender
        self._executor = executor
        self._recipient_key = recipient_key
        self._most_per_day = most_per_day

    async def send_code(self, *, to: str, code: str, purpose: str, locale: str, user_id: UserId | None = None) -> None:
        """Send it to a number (E.164), in English if there are no texts in the locale's language.

        Raises:
            KeyError: there is no such purpose.
            InvalidValue: that is no phone number.
            SmsCapReached: as many were sent within a day as may be; this one was not.
            SmsUnavailable: it may or may not have been sent.
            SmsRefused: it was not sent, and never will be.
        """
        language = language_of(locale)
        order = SmsOrder(
            to=to,
            to_digest=hmac.digest(self._recipient_key, to.encode(), "sha256"),
            text=code_text(purpose, code, language),
            template=f"code.{purpose}",
            language=language,
            provider=self._sender.name,
            user_id=user_id,
        )
        await send_sms(order, most_per_day=self._most_per_day, executor=self._executor, sender=self._sender)
