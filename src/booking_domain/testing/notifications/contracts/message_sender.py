"""The contract of `MessageSender`.

Define a fixture `open_mailbox` that returns an async context manager. It opens a `Mailbox`: the sender and the
recipient's inbox.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Protocol

import pytest

from booking_domain.notifications.ports import MessageSender, OutgoingMessage
from booking_domain.shared.errors import Unavailable
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.asynchronous import AsyncContract
from booking_domain.testing.shared.memory.entropy import SeededEntropy


class Mailbox(Protocol):
    """The sender under test, with the inbox of a recipient."""

    @property
    def sender(self) -> MessageSender:
        """The adapter."""
        ...

    @property
    def channel(self) -> str:
        """The channel that the sender serves."""
        ...

    @property
    def address(self) -> str:
        """An address of that channel."""
        ...

    async def arrived(self) -> Sequence[str]:
        """Return the texts delivered to the address, oldest first."""
        ...

    def cut_off(self) -> AbstractAsyncContextManager[None]:
        """Make sending fail inside the context."""
        ...


OpenMailbox = Callable[[], AbstractAsyncContextManager[Mailbox]]


def _notification(mailbox: Mailbox, number: int = 1) -> OutgoingMessage:
    return OutgoingMessage(
        id=SeededEntropy(number).new_id(),
        channel=mailbox.channel,
        to=mailbox.address,
        subject=f"Захиалга {number} баталгаажлаа",
        text=f"Маргааш 10:00 цагт уулзъя ✓ ({number})",
        created_at=NOW,
    )


class MessageSenderContract(AsyncContract):
    """Sends notifications on one channel."""

    @pytest.fixture
    async def mailbox(self, open_mailbox: OpenMailbox) -> AsyncIterator[Mailbox]:
        """Open the adapter under test."""
        async with open_mailbox() as mailbox:
            yield mailbox

    async def test_notifications_arrive_in_order(self, mailbox: Mailbox) -> None:
        sent = [_notification(mailbox, number) for number in (1, 2, 3)]
        for message in sent:
            await mailbox.sender.send(message)
        assert list(await mailbox.arrived()) == [message.text for message in sent]

    async def test_a_text_of_several_lines_arrives_unchanged(self, mailbox: Mailbox) -> None:
        message = replace(_notification(mailbox), text="First line\nsecond <line> & third.\n.\nÜber 🖋")
        await mailbox.sender.send(message)
        assert list(await mailbox.arrived()) == [message.text]

    async def test_a_failed_notification_can_be_sent_again(self, mailbox: Mailbox) -> None:
        message = _notification(mailbox)
        async with mailbox.cut_off():
            with pytest.raises(Unavailable):
                await mailbox.sender.send(message)
        assert list(await mailbox.arrived()) == []
        await mailbox.sender.send(message)
        assert list(await mailbox.arrived()) == [message.text]
