"""Notifications by e-mail."""

from adapters.smtp.mailer import SmtpMailer
from adapters.smtp.references import HmacDeliveryReferences
from booking_domain.notifications.ports import MessageSender, OutgoingMessage


class SmtpMessageSender(MessageSender):
    """Sends each message as an e-mail whose Message-ID is the id of the message, and whose bounces refer to it."""

    def __init__(self, mailer: SmtpMailer, references: HmacDeliveryReferences) -> None:
        self._mailer = mailer
        self._references = references

    async def send(self, message: OutgoingMessage) -> None:
        """Submit the message to the server.

        Raises:
            EmailUnavailable: the message may or may not have been sent.
            EmailRefused: the message was rejected permanently.
        """
        await self._mailer.send(
            message_id=message.id,
            to=message.to,
            subject=message.subject,
            text=message.text,
            language=message.language,
            date=message.created_at,
            calendar=message.calendar,
            unsubscribe_url=message.unsubscribe_url,
            reference=self._references.issue(message.id),
        )
