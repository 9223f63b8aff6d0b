"""Domain events of notifications."""

from dataclasses import dataclass
from typing import ClassVar, Final

from booking_domain.notifications.model import NotificationId
from booking_domain.shared.events import Event
from booking_domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationKept(Event):
    """A user has a new notification."""

    topic: ClassVar[str] = "notification.kept"
    subject_field: ClassVar[str] = "notification_id"

    notification_id: NotificationId
    user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTestRequested(Event):
    """An admin wants to get a message of a template, with sample values."""

    topic: ClassVar[str] = "message_template.tested"
    subject_field: ClassVar[str] = "user_id"

    user_id: UserId
    template_key: str
    language: str


EVENTS: Final[tuple[type[Event], ...]] = (NotificationKept, MessageTestRequested)
