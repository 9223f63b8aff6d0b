"""A sender of messages and a notifier that keep what they are given."""

from collections.abc import Sequence
from uuid import UUID, uuid5

from booking_domain.notifications.model import CHAT, DEVICES, MessageAddress
from booking_domain.notifications.notices import TranslatedNotice
from booking_domain.notifications.ports import MessageSender, Notifier, OutgoingMessage
from booking_domain.shared.errors import Unavailable
from booking_domain.shared.events import Event
from booking_domain.shared.ids import EventId, UserId


class MemoryMessageSender(MessageSender):
    """Appends each message to `delivered` once. With `available = False` it raises `Unavailable`."""

    def __init__(self) -> None:
        self._by_id: dict[UUID, OutgoingMessage] = {}
        self.available = True

    @property
    def delivered(self) -> tuple[OutgoingMessage, ...]:
        """The delivered messages, oldest first."""
        return tuple(self._by_id.values())

    async def send(self, message: OutgoingMessage) -> None:
        if not self.available:
            raise Unavailable
        self._by_id.setdefault(message.id, message)


class MemoryNotifier(Notifier):
    """Keeps what people are told, and appends a message to the first of their contacts, or to all, to `delivered`.

    No user has a chat or a device.
    """

    def __init__(self) -> None:
        self.notices: dict[tuple[EventId, UserId], TranslatedNotice] = {}
        """By event and user."""
        self._delivered: list[OutgoingMessage] = []

    @property
    def delivered(self) -> tuple[OutgoingMessage, ...]:
        """The delivered messages, oldest first."""
        return tuple(self._delivered)

    async def notify(
        self,
        user_id: UserId,
        event: Event,
        notice: TranslatedNotice,
        contacts: Sequence[MessageAddress],
        *,
        everywhere: bool = False,
    ) -> None:
        if (event.id, user_id) in self.notices:
            return
        self.notices[event.id, user_id] = notice
        addresses = [each for each in contacts if each not in {CHAT, DEVICES}]
        for contact in addresses if everywhere else addresses[:1]:
            message = OutgoingMessage(
                id=uuid5(event.id, f"{user_id} {contact.channel}"),
                channel=contact.channel,
                to=contact.to,
                subject=notice.subject,
                text=notice.text,
                created_at=event.occurred_at,
                language=notice.language,
                user_id=user_id,
            )
            self._delivered.append(message)
