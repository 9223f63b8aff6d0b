"""Messages in chats, against a simulator of the Bot API over HTTP."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final
from uuid import UUID

import pytest
from tests.unit.adapters.telegram.bot import DORJ, TOKEN
from tests.unit.adapters.telegram.simulator import TelegramSimulator

from adapters.telegram.bot_api import TelegramBotApi
from booking_domain.notifications.chats import MAX_CHAT_TEXT
from booking_domain.notifications.errors import ChatBlocked
from booking_domain.notifications.ports import OutgoingMessage
from booking_domain.scheduling.events import WaitlistOffered
from booking_domain.shared.ids import BookingId
from booking_domain.testing.builders import NOW
from booking_domain.testing.notifications.contracts.message_sender import Mailbox, MessageSenderContract, OpenMailbox
from entrypoints.telegram.codes import joined
from entrypoints.telegram.messages import TelegramMessageSender, chat_message

CHAT: Final = DORJ["id"]
ID: Final = UUID(int=7)
MESSAGE: Final = OutgoingMessage(
    id=ID, channel="telegram", to=str(CHAT), subject="A subject", text="A text", created_at=NOW, language="en"
)


class TelegramMailbox:
    channel = "telegram"
    address = str(CHAT)

    def __init__(self, api: TelegramBotApi, simulator: TelegramSimulator) -> None:
        self.sender = TelegramMessageSender(api)
        self._simulator = simulator

    async def arrived(self) -> Sequence[str]:
        return [shown.text.partition("\n\n")[2] for shown in self._simulator.chats[CHAT]]

    @asynccontextmanager
    async def cut_off(self) -> AsyncIterator[None]:
        self._simulator.limited_for = 30
        yield
        assert self._simulator.limited_for == 0


@asynccontextmanager
async def opened() -> AsyncIterator[TelegramMailbox]:
    simulator = TelegramSimulator(token=TOKEN)
    simulator.chats[CHAT] = []
    async with simulator.open() as url:
        api = TelegramBotApi(TOKEN, api_url=url)
        yield TelegramMailbox(api, simulator)
        await api.close()


class TestTelegramMessageSender(MessageSenderContract):
    @pytest.fixture
    def open_mailbox(self) -> OpenMailbox:
        @asynccontextmanager
        async def mailbox() -> AsyncIterator[Mailbox]:
            async with opened() as telegram:
                yield telegram

        return mailbox


@pytest.mark.parametrize("blocked", [True, False], ids=["blocked", "unknown"])
async def test_a_blocked_chat_fails_permanently_and_is_not_named_in_the_log(
    caplog: pytest.LogCaptureFixture, *, blocked: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    simulator = TelegramSimulator(token=TOKEN, chats={CHAT: []} if blocked else {}, blocked={CHAT})
    async with simulator.open() as url:
        api = TelegramBotApi(TOKEN, api_url=url)
        with pytest.raises(ChatBlocked):
            await TelegramMessageSender(api).send(MESSAGE)
        await api.close()
    assert TOKEN not in caplog.text
    assert str(CHAT) not in caplog.text


@pytest.mark.parametrize(
    ("message", "first"),
    [
        (MESSAGE, ("Menu", "h")),
        (replace(MESSAGE, booking_id=BookingId(ID)), ("Show the booking", joined("b", ID))),
        (replace(MESSAGE, type=WaitlistOffered.topic, about_id=ID), ("Book this time", joined("O", ID))),
    ],
    ids=["of the account", "of a booking", "of an offer"],
)
def test_the_buttons_lead_to_what_the_message_is_about(message: OutgoingMessage, first: tuple[str, str]) -> None:
    button = chat_message(message).rows[0][0]
    assert (button.text, button.data) == first


async def test_the_longest_message_that_telegram_takes_is_sent() -> None:
    async with opened() as mailbox:
        for text in ("🖋" * 3_000, "a" + "🖋" * 3_000):
            await mailbox.sender.send(replace(MESSAGE, text=text))
        whole = len(MESSAGE.subject) + 2
        for arrived in await mailbox.arrived():
            assert MAX_CHAT_TEXT - 1 <= whole + len(arrived.encode("utf-16-le")) // 2 <= MAX_CHAT_TEXT
            assert arrived.endswith("🖋…")
