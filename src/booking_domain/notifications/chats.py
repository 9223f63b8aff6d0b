"""Chats with a bot: messages with buttons below them."""

from dataclasses import dataclass, field
from typing import Final, Protocol

MAX_CHAT_TEXT: Final = 4_096
"""Units of UTF-16 in a message."""
MAX_BUTTON_DATA: Final = 64
"""Bytes that come back when a button is tapped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button below a message. It sends `data` back to the bot, or opens `url`."""

    text: str
    data: str = ""
    url: str = field(default="", repr=False)
    """It may hold a secret."""
    signed: bool = False
    """Whether the service adds to `url` who opens it, signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessage:
    """A plain text and the rows of buttons below it."""

    text: str = field(repr=False)
    rows: tuple[tuple[Button, ...], ...] = ()


class Chats(Protocol):
    """Writes into chats.

    Every method raises `ChatBlocked` if the chat takes no messages of the bot, and `ChatUnavailable` if the service
    does not answer, or accepts no more messages at the moment.
    """

    async def send(self, chat_id: int, message: ChatMessage) -> None:
        """Send a message."""
        ...

    async def replace(self, chat_id: int, message_id: int, message: ChatMessage) -> None:
        """Replace a message that the bot has sent; the same message again changes nothing."""
        ...

    async def acknowledge(self, tap_id: str) -> None:
        """End the waiting of a button that was tapped; a tap that is too old is ignored."""
        ...
