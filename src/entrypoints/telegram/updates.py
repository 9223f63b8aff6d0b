"""The updates of the Bot API: https://core.telegram.org/bots/api#update. Unknown members are ignored."""

from typing import Annotated, Final

import msgspec


class TelegramSender(msgspec.Struct, frozen=True, kw_only=True):
    """The person who writes or taps."""

    id: Annotated[int, msgspec.Meta(ge=1, lt=10**16)]
    is_bot: bool = False
    language_code: str = ""


class TelegramChat(msgspec.Struct, frozen=True, kw_only=True):
    """The chat of a message."""

    id: int
    type: str


class TelegramMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message. Without a date it is too old to be edited."""

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
    """One update; kinds other than these are ignored."""

    update_id: int
    message: TelegramMessage | None = None
    callback_query: Tap | None = None


decode_update: Final = msgspec.json.Decoder(Update).decode
