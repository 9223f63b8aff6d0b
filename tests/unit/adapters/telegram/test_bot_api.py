"""The Bot API against its simulator."""

import logging
from typing import Final

import pytest
from tests.http_answers import document
from tests.unit.adapters.telegram.bot import DORJ, OTHER_TOKEN, TOKEN
from tests.unit.adapters.telegram.simulator import TelegramSimulator

from adapters.telegram.bot_api import TelegramBotApi
from booking_domain.notifications.chats import Button, ChatMessage
from booking_domain.notifications.errors import ChatBlocked, ChatUnavailable
from entrypoints.telegram.updates import decode_update

CHAT: Final = DORJ["id"]
HELLO: Final = ChatMessage(
    text="Hello <b>", rows=((Button(text="One", data="1"), Button(text="Pay", url="https://example.com/pay")),)
)


async def test_messages_are_sent_replaced_and_polled() -> None:
    simulator = TelegramSimulator(token=TOKEN)
    async with simulator.open() as url:
        api = TelegramBotApi(TOKEN, api_url=url)
        simulator.written(DORJ, "hi")
        await api.send(CHAT, HELLO)
        assert (simulator.last(DORJ).text, simulator.last(DORJ).buttons) == ("Hello <b>", ["One", "Pay"])
        simulator.tapped(DORJ, "One")
        written, tapped = [decode_update(each) for each in await api.updates(0, wait_seconds=0)]
        assert written.message is not None
        assert (written.message.text, written.message.chat.id) == ("hi", CHAT)
        tap = tapped.callback_query
        assert tap is not None
        assert tap.message is not None
        assert (tap.data, tap.sender.id, tap.message.message_id) == ("1", CHAT, simulator.last(DORJ).id)
        for _ in range(2):  # twice: Telegram refuses an answer that was given, and an edit that changes nothing
            await api.acknowledge(tap.id)
            await api.replace(CHAT, tap.message.message_id, ChatMessage(text="Done"))
        assert (simulator.last(DORJ).text, simulator.last(DORJ).buttons) == ("Done", [])
        assert await api.updates(tapped.update_id + 1, wait_seconds=0) == []
        await api.set_webhook("https://booking.example.com/hook", "s" * 32)
        assert simulator.webhook is not None
        assert simulator.webhook["secret_token"] == "s" * 32
        with pytest.raises(ChatUnavailable):
            await api.updates(0, wait_seconds=0)
        await api.close()


async def test_refusals_are_distinguished_and_the_token_is_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    simulator = TelegramSimulator(token=TOKEN)
    async with simulator.open() as url:
        api, other = TelegramBotApi(TOKEN, api_url=url), TelegramBotApi(OTHER_TOKEN, api_url=url)
        with pytest.raises(ChatBlocked):  # nobody has written
            await api.send(CHAT, HELLO)
        simulator.written(DORJ, "hi")
        simulator.limited_for = 3
        with pytest.raises(ChatUnavailable):
            await api.send(CHAT, HELLO)
        await api.send(CHAT, HELLO)
        simulator.blocked.add(CHAT)
        with pytest.raises(ChatBlocked):
            await api.send(CHAT, HELLO)
        with pytest.raises(ChatUnavailable):
            await other.send(CHAT, HELLO)
        for broken in (b"", b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n", document({"ok": 7})):
            simulator.response = lambda _, broken=broken: broken
            with pytest.raises(ChatUnavailable) as raised:
                await api.send(CHAT, HELLO)
            assert raised.value.__cause__ is None
            assert raised.value.__context__ is None
        await api.close()
        await other.close()
    assert "no usable response to sendMessage" in caplog.text
    assert TOKEN not in caplog.text
    assert OTHER_TOKEN not in caplog.text
