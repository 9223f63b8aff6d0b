"""Sends the platform's messages to the recipients' chats."""

from booking_domain.notifications.chats import MAX_CHAT_TEXT, Button, ChatMessage, Chats
from booking_domain.notifications.ports import MessageSender, OutgoingMessage
from booking_domain.scheduling.events import WaitlistOffered
from entrypoints.languages.documents import Phrase, Wording
from entrypoints.telegram.codes import joined


class TelegramMessageSender(MessageSender):
    """Sends messages as the bot, with buttons below the text: the booking, or the offered times.

    The Bot API does not detect repetitions: a message whose outcome was not recorded may arrive twice.
    """

    def __init__(self, chats: Chats) -> None:
        self._chats = chats

    async def send(self, message: OutgoingMessage) -> None:
        """Send the message to the chat `message.to`.

        Raises:
            ChatUnavailable: the message may or may not have been sent; the caller may retry.
            ChatBlocked: the chat rejects messages of the bot.
        """
        await self._chats.send(int(message.to), chat_message(message))


def chat_message(message: OutgoingMessage) -> ChatMessage:
    """The message in the form of a chat."""
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
