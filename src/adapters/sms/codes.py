"""One-time codes by SMS."""

import hmac

from booking_domain.notifications.codes import CodeMessenger, code_notice
from booking_domain.notifications.notices import Translator
from booking_domain.notifications.ports import SmsSender
from booking_domain.notifications.sms import SmsOrder
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import UserId
from booking_domain.use_cases.messages.send_sms import send_sms
from booking_domain.use_cases.platform.ports import Repositories


class SmsCodeMessenger(CodeMessenger):
    """Sends a code in the recipient's language and records a digest of the number, but not the code."""

    def __init__(
        self,
        *,
        sender: SmsSender,
        executor: Executor[Repositories],
        recipient_key: bytes,
        most_per_day: int,
        translator: Translator,
    ) -> None:
        self._sender = sender
        self._executor = executor
        self._recipient_key = recipient_key
        self._most_per_day = most_per_day
        self._translator = translator

    async def send_code(self, *, to: str, code: str, purpose: str, locale: str, user_id: UserId | None = None) -> None:
        """Send the code to an E.164 number; fall back to the default language if the locale's has no catalogue.

        Raises:
            KeyError: the purpose is unknown.
            InvalidValue: `to` is not a phone number.
            SmsCapReached: the daily cap is reached; the message was not sent.
            UnverifiedNumberLimited: too many were sent to unverified numbers; the message was not sent.
            SmsUnavailable: the message may or may not have been sent.
            SmsRefused: the provider rejected the message permanently.
        """
        notice = self._translator.translate(code_notice(purpose, code), locale)
        order = SmsOrder(
            to=to,
            to_digest=hmac.digest(self._recipient_key, to.encode(), "sha256"),
            text=notice.text,
            template=f"code.{purpose}",
            language=notice.language,
            provider=self._sender.name,
            user_id=user_id,
        )
        await send_sms(order, most_per_day=self._most_per_day, executor=self._executor, sender=self._sender)
