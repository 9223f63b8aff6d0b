"""One-time codes by e-mail."""

from adapters.smtp.mailer import SmtpMailer
from booking_domain.notifications.codes import CodeMessenger, code_notice
from booking_domain.notifications.notices import Translator
from booking_domain.shared.clock import Clock
from booking_domain.shared.ids import Entropy, UserId


class SmtpCodeMessenger(CodeMessenger):
    """Sends each code as a message of its own. A retry repeats the same code, so a duplicate is harmless."""

    def __init__(self, mailer: SmtpMailer, *, clock: Clock, entropy: Entropy, translator: Translator) -> None:
        self._mailer = mailer
        self._clock = clock
        self._entropy = entropy
        self._translator = translator

    async def send_code(
        self,
        *,
        to: str,
        code: str,
        purpose: str,
        locale: str,
        user_id: UserId | None = None,  # noqa: ARG002 - nothing is kept here
    ) -> None:
        """Submit the message to the server; fall back to the default language if the locale's has no catalogue.

        Raises:
            KeyError: the purpose is unknown.
            EmailUnavailable: the message may or may not have been sent.
            EmailRefused: the message was rejected permanently.
        """
        notice = self._translator.translate(code_notice(purpose, code), locale)
        await self._mailer.send(
            message_id=self._entropy.new_id(),
            to=to,
            subject=notice.subject,
            text=notice.text,
            language=notice.language,
            date=self._clock.now(),
        )
