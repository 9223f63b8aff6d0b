"""One-time codes by e-mail over SMTP (RFC 5321)."""

import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum
from typing import Final

import aiosmtplib

from booking_domain.notifications.codes import CodeMessenger, code_notice
from booking_domain.notifications.errors import EmailRefused, EmailUnavailable
from booking_domain.notifications.notices import TranslatedNotice, Translator
from booking_domain.shared.clock import Clock
from booking_domain.shared.ids import Entropy, UserId

_PERMANENT_RECIPIENT_ERRORS: Final = frozenset({550, 551, 553, 556})
"""Unknown mailbox, not allowed, or unknown domain (RFC 5321 §4.2.3, RFC 7504): a retry cannot succeed."""


class Security(StrEnum):
    STARTTLS = "starttls"
    """Starts in plain text; if the server offers no TLS, nothing is sent."""
    TLS = "tls"
    """Implicit TLS (RFC 8314 §3.3)."""
    NONE = "none"


class SmtpCodeMessenger(CodeMessenger):
    """Sends each code over a new connection: codes are few, and a crashed worker leaves no connection open.

    A retry repeats the same code, so a duplicate e-mail is harmless.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        security: str,
        username: str,
        password: str,
        sender: str,
        timeout_seconds: float,
        clock: Clock,
        entropy: Entropy,
        translator: Translator,
        trust: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    ) -> None:
        self._host, self._port, self._security = host, port, Security(security)
        self._username, self._password = username, password
        self._sender = sender
        self._timeout = timeout_seconds
        self._clock = clock
        self._entropy = entropy
        self._translator = translator
        self._trust = trust

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
        try:
            await self._submit(self._message(to, notice))
        except ValueError as error:  # the address cannot be written as a header or an SMTP command
            raise EmailRefused(reason="it is not an address") from error

    def _message(self, to: str, notice: TranslatedNotice) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = self._sender
        message["To"] = to
        message["Subject"] = notice.subject
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = f"<{self._entropy.new_id()}@{self._sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5: suppresses out-of-office replies
        message.set_content(notice.text)
        message["Content-Language"] = notice.language
        return message

    async def _submit(self, message: EmailMessage) -> None:
        try:
            await aiosmtplib.send(
                message,
                hostname=self._host,
                port=self._port,
                username=self._username or None,
                password=self._password or None,
                use_tls=self._security is Security.TLS,
                start_tls=self._security is Security.STARTTLS,
                tls_context=None if self._security is Security.NONE else self._trust(),
                timeout=self._timeout,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            (refusal, *_) = error.recipients
            if refusal.code in _PERMANENT_RECIPIENT_ERRORS:
                raise EmailRefused(reason=str(refusal.code)) from error
            raise EmailUnavailable from error
        except aiosmtplib.SMTPNotSupported as error:
            raise EmailRefused(reason="it needs SMTPUTF8") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise EmailUnavailable from error
