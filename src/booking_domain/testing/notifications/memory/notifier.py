"""A notifier that stores notifications."""

from uuid import UUID

from booking_domain.notifications.ports import Notification, Notifier
from booking_domain.shared.errors import Unavailable


class MemoryNotifier(Notifier):
    """Appends each notification to `delivered` once. With `available = False` it raises `Unavailable`."""

    def __init__(self) -> None:
        self._by_id: dict[UUID, Notification] = {}
        self.available = True

    @property
    def delivered(self) -> tuple[Notification, ...]:
        """The delivered notifications, oldest first."""
        return tuple(self._by_id.values())

    async def send(self, notification: Notification) -> None:
        if not self.available:
            raise Unavailable
        self._by_id.setdefault(notification.id, notification)
