"""Submits e-mail to an SMTP server (RFC 5321)."""

import ssl
from collections.abc import Callable, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import aiosmtplib

from adapters.kit.email_page import email_page
from adapters.smtp.bounces import REFERENCE_HEADER
from booking_domain.notifications.errors import EmailRefused, EmailUnavailable

_PERMANENT_RECIPIENT_ERRORS: Final = frozenset({550, 551, 553, 556})
"""Unknown mailbox, not allowed, or unknown domain (RFC 5321 §4.2.3, RFC 7504): a retry cannot succeed."""


class Security(StrEnum):
    STARTTLS = "starttls"
    """Starts in plain text; if the server offers no TLS, nothing is sent."""
    TLS = "tls"
    """Implicit TLS (RFC 8314 §3.3)."""
    NONE = "none"


class SmtpMailer:
    """Submits each message over a new connection: messages are few, and a crashed worker leaves no connection open."""

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
        bounce_address: str = "",
        own_urls: Sequence[str] = (),
        trust: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    ) -> None:
        self._host, self._port, self._security = host, port, Security(security)
        self._username, self._password = username, password
        self._sender = sender
        self._timeout = timeout_seconds
        self._bounce_address = bounce_address
        self._own_urls = own_urls
        self._trust = trust

    async def send(
        self,
        *,
        message_id: UUID,
        to: str,
        subject: str,
        text: str,
        language: str,
        date: datetime,
        calendar: str = "",
        unsubscribe_url: str = "",
        reference: str = "",
    ) -> None:
        """Submit a message as text and as HTML.

        Its Message-ID follows from `message_id`, so that mailboxes can recognise a repetition. With a reference,
        it comes back to the bounce address, which then contains the reference.

        Raises:
            EmailUnavailable: the message may or may not have been sent.
            EmailRefused: the message was rejected permanently.
        """
        try:
            message = EmailMessage(policy=SMTP)
            message["From"] = self._sender
            message["To"] = to
            message["Subject"] = subject
            message["Date"] = format_datetime(date)
            message["Message-ID"] = f"<{message_id}@{self._sender.rpartition('@')[2]}>"
            message["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5: suppresses out-of-office replies
            if reference and self._bounce_address:
                message[REFERENCE_HEADER] = reference
            if unsubscribe_url:  # RFC 8058
                message["List-Unsubscribe"] = f"<{unsubscribe_url}>"
                message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
            message.set_content(text)
            message.add_alternative(email_page(subject, text, language, self._own_urls), subtype="html")
            if calendar:
                method = "CANCEL" if "METHOD:CANCEL" in calendar.splitlines() else "REQUEST"
                message.add_attachment(
                    calendar, subtype="calendar", filename="booking.ics", params={"method": method}, cte="base64"
                )
            message["Content-Language"] = language  # last: content moves headers of this name to its parts
            await self._submit(message, self._returned_to(reference))
        except ValueError as error:  # the address cannot be written as a header or an SMTP command
            raise EmailRefused(reason="it is not an address") from error

    def _returned_to(self, reference: str) -> str:
        """The sender of the envelope."""
        local, _, domain = self._bounce_address.rpartition("@")
        return f"{local}+{reference}@{domain}" if reference and self._bounce_address else self._sender

    async def _submit(self, message: EmailMessage, returned_to: str) -> None:
        try:
            await aiosmtplib.send(
                message,
                sender=returned_to,
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
