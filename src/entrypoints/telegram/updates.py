"""What Telegram tells the bot: https://core.telegram.org/bots/api#update. Unknown members are ignored."""

from typing import Final

import msgspec


class TelegramSender(msgspec.Struct, frozen=True, kw_only=True):
    """Who writes or taps."""

    id: int
    is_bot: bool = False
    language_code: str = ""


class TelegramChat(msgspec.Struct, frozen=True, kw_only=True):
    """Where."""

    id: int
    type: str


class TelegramMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message. Without a date it is too old to be changed."""

    message_id: int
    chat: TelegramChat
    date: int = 0
    sender: TelegramSender | None = msgspec.field(name="from", default=None)
    text: str = ""


class Tap(msgspec.Struct, frozen=True, kw_only=True):
    """A tap on a button."""

    id: str
    sender: TelegramSender = msgspec.field(name="from")
    message: TelegramMessage | None = None
    data: str = ""


class Update(msgspec.Struct, frozen=True, kw_only=True):
    """One event; all others are ignored."""

    update_id: int
    message: TelegramMessage | None = None
    callback_query: Tap | None = None


decode_update: Final = msgspec.json.Decoder(Update).decode
