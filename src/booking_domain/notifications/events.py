"""Domain events of notifications."""

from typing import Final

from booking_domain.notifications.model import NotificationId
from booking_domain.shared.events import Event
from booking_domain.shared.ids import UserId


class NotificationKept(Event, topic="notification.kept", subject="notification_id"):
    """A user has a new notification."""

    notification_id: NotificationId
    user_id: UserId


class MessageTestRequested(Event, topic="message_template.tested", subject="user_id"):
    """An admin wants to get a message of a template, with sample values."""

    user_id: UserId
    template_key: str
    language: str


EVENTS: Final[tuple[type[Event], ...]] = (NotificationKept, MessageTestRequested)
