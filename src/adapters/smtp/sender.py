"""Notifications by e-mail."""

from adapters.smtp.mailer import SmtpMailer
from booking_domain.notifications.ports import MessageSender, OutgoingMessage


class SmtpMessageSender(MessageSender):
    """Sends each message as an e-mail whose Message-ID is the id of the message."""

    def __init__(self, mailer: SmtpMailer) -> None:
        self._mailer = mailer

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
        )
