"""Sends messages as e-mails, over an SMTP server (RFC 5321)."""

import ssl
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from enum import StrEnum
from typing import Final

import aiosmtplib

from adapters.kit.email_page import Brand, email_page
from adapters.smtp.bounces import REFERENCE_HEADER, HmacDeliveryReferences
from booking_domain.notifications.errors import EmailRefused, EmailUnavailable
from booking_domain.notifications.ports import MessageSender, OutgoingMessage

_PERMANENT_RECIPIENT_ERRORS: Final = frozenset({550, 551, 553, 556})
"""Unknown mailbox, not allowed, or unknown domain (RFC 5321 §4.2.3, RFC 7504): a retry cannot succeed."""


class Security(StrEnum):
    STARTTLS = "starttls"
    """Starts in plain text; if the server offers no TLS, nothing is sent."""
    TLS = "tls"
    """Implicit TLS (RFC 8314 §3.3)."""
    NONE = "none"


class SmtpMessageSender(MessageSender):
    """Sends each message as an e-mail whose Message-ID is the id of the message, and whose bounces refer to it.

    Each takes a new connection: messages are few, and a crashed worker leaves no connection open.
    """

    def __init__(
        self,
        references: HmacDeliveryReferences,
        *,
        host: str,
        port: int,
        security: str,
        username: str,
        password: str,
        sender: str,
        timeout_seconds: float,
        brand: Brand,
        bounce_address: str = "",
        own_urls: Sequence[str] = (),
        trust: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    ) -> None:
        self._references = references
        self._host, self._port, self._security = host, port, Security(security)
        self._username, self._password = username, password
        self._sender = sender
        self._timeout = timeout_seconds
        self._bounce_address = bounce_address
        self._brand = brand
        self._own_urls = own_urls
        self._trust = trust

    async def send(self, message: OutgoingMessage) -> None:
        """Submit the message as text and as HTML.

        Its Message-ID follows from the id, so that mailboxes can recognise a repetition. If there is a bounce address,
        what comes back arrives there, with the message's reference in the address.

        Raises:
            EmailUnavailable: the message may or may not have been sent.
            EmailRefused: the message was rejected permanently.
        """
        try:
            await self._submit(*self._email_of(message))
        except ValueError as error:  # the address cannot be written as a header or an SMTP command
            raise EmailRefused(reason="it is not an address") from error

    def _email_of(self, message: OutgoingMessage) -> tuple[EmailMessage, str]:
        """The e-mail, and the sender of its envelope."""
        email, returned_to = EmailMessage(policy=SMTP), self._sender
        email["From"] = formataddr((self._brand.name, self._sender))
        email["To"] = message.to
        email["Subject"] = message.subject
        email["Date"] = format_datetime(message.created_at)
        email["Message-ID"] = f"<{message.id}@{self._sender.rpartition('@')[2]}>"
        email["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5: suppresses out-of-office replies
        if self._bounce_address:
            reference = self._references.issue(message.id)
            local, _, domain = self._bounce_address.rpartition("@")
            email[REFERENCE_HEADER], returned_to = reference, f"{local}+{reference}@{domain}"
        if message.unsubscribe_url:  # RFC 8058
            email["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
            email["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        email.set_content(message.text)
        page = email_page(message.subject, message.text, message.language, self._brand, self._own_urls)
        email.add_alternative(page, subtype="html")
        if message.calendar:
            method = "CANCEL" if "METHOD:CANCEL" in message.calendar.splitlines() else "REQUEST"
            email.add_attachment(
                message.calendar, subtype="calendar", filename="booking.ics", params={"method": method}, cte="base64"
            )
        if message.file is not None:
            email.add_attachment(
                message.file.content, maintype="application", subtype="pdf", filename=message.file.name
            )
        email["Content-Language"] = message.language  # last: content moves headers of this name to its parts
        return email, returned_to

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
