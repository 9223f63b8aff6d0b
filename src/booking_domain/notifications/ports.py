"""What notifications need of the outside."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A text for one person over one channel."""

    id: UUID
    """The same for the same news to the same person, so that sending it again can be noticed."""
    channel: str
    """`email` or `sms`."""
    to: str
    subject: str
    text: str
    created_at: datetime


class Notifier(Protocol):
    """Tells people."""

    async def send(self, notification: Notification) -> None:
        """Send it, at least once over retries; a second time with the same id has no second effect where that can be.

        Raises:
            Unavailable: it was not sent.
        """
        ...
