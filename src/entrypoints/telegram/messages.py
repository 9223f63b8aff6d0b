"""Messages of the platform in the chats of their recipients."""

from booking_domain.notifications.chats import MAX_CHAT_TEXT, Button, ChatMessage, Chats
from booking_domain.notifications.ports import MessageSender, OutgoingMessage
from booking_domain.scheduling.events import WaitlistOffered
from entrypoints.languages.documents import Phrase, Wording
from entrypoints.telegram.codes import joined


class TelegramMessageSender(MessageSender):
    """Writes as the bot. Below the text are the buttons that it understands: the booking, or the offered times.

    The Bot API recognises no repetition: a message whose outcome was not recorded may come twice.
    """

    def __init__(self, chats: Chats) -> None:
        self._chats = chats

    async def send(self, message: OutgoingMessage) -> None:
        """Write into the chat `message.to`.

        Raises:
            ChatUnavailable: it may or may not have been written; the caller may retry.
            ChatBlocked: the chat takes no messages of the bot.
        """
        await self._chats.send(int(message.to), chat_message(message))


def chat_message(message: OutgoingMessage) -> ChatMessage:
    """The message as it is shown in a chat."""
    say = Wording(message.language)
    rows = [(Button(text=say(Phrase("Menu")), data="h"),)]
    if message.type == WaitlistOffered.topic and message.about_id is not None:
        rows.insert(0, (Button(text=say(Phrase("Book this time")), data=joined("O", message.about_id)),))
    elif message.booking_id is not None:
        rows.insert(0, (Button(text=say(Phrase("Show the booking")), data=joined("b", message.booking_id)),))
    return ChatMessage(text=_shortened(f"{message.subject}\n\n{message.text}"), rows=tuple(rows))


def _shortened(text: str) -> str:
    """The text in at most `MAX_CHAT_TEXT` units of UTF-16, as the Bot API counts."""
    encoded = text.encode("utf-16-le")
    if len(encoded) <= 2 * MAX_CHAT_TEXT:
        return text
    return encoded[: 2 * (MAX_CHAT_TEXT - 1)].decode("utf-16-le", errors="ignore") + "…"
