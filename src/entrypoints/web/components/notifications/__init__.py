"""What somebody was told: a line for each notification, which opens to its text."""

from dataclasses import dataclass
from typing import ClassVar

from entrypoints.web.kit.component import Component


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRow:
    """A notification, in the language in which it was sent."""

    at: str
    language: str
    subject: str
    text: str
    new: bool = False
    href: str = ""
    """The booking that it is about; empty: it is about none, or stands there."""


@dataclass(frozen=True, kw_only=True)
class Notifications(Component):
    """What somebody was told, the newest first."""

    template: ClassVar = "notifications/notifications.html"

    rows: tuple[NotificationRow, ...]
