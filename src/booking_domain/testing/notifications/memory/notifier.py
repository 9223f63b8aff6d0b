"""A notifier that keeps what it is told."""

from uuid import UUID

from booking_domain.notifications.ports import Notification, Notifier
from booking_domain.shared.errors import Unavailable


class MemoryNotifier(Notifier):
    """Delivers into `delivered`, each notification once; `available = False` cuts the line."""

    def __init__(self) -> None:
        self._by_id: dict[UUID, Notification] = {}
        self.available = True

    @property
    def delivered(self) -> tuple[Notification, ...]:
        """What has been delivered, oldest first."""
        return tuple(self._by_id.values())

    async def send(self, notification: Notification) -> None:
        if not self.available:
            raise Unavailable
        self._by_id.setdefault(notification.id, notification)
