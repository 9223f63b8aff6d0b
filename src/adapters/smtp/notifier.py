"""Notifications by e-mail."""

from adapters.smtp.mailer import SmtpMailer
from booking_domain.notifications.ports import Notification, Notifier


class SmtpNotifier(Notifier):
    """Sends each notification as a message whose Message-ID is the notification's id."""

    def __init__(self, mailer: SmtpMailer) -> None:
        self._mailer = mailer

    async def send(self, notification: Notification) -> None:
        """Submit the message to the server.

        Raises:
            EmailUnavailable: the message may or may not have been sent.
            EmailRefused: the message was rejected permanently.
        """
        await self._mailer.send(
            message_id=notification.id,
            to=notification.to,
            subject=notification.subject,
            text=notification.text,
            language=notification.language,
            date=notification.created_at,
        )
