"""Messages by channel: each is sent by the sender of its channel."""

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from booking_domain.notifications.errors import ChannelOff, EmailRefused, EmailUnavailable
from booking_domain.notifications.ports import MessageSender, OutgoingMessage
from booking_domain.shared.errors import DomainError
from booking_domain.testing.builders import NOW
from booking_domain.testing.memory import MemoryMessageSender, SeededEntropy
from entrypoints.observe.metrics import Metrics
from entrypoints.wiring.messages import SenderByChannel

EMAIL = OutgoingMessage(
    id=SeededEntropy(1).new_id(), channel="email", to="dorj@example.com", subject="", text="x", created_at=NOW
)
SMS = replace(EMAIL, channel="sms", to="+97699112233")


class FailingSender(MessageSender):
    def __init__(self, error: DomainError) -> None:
        self._error = error

    async def send(self, message: OutgoingMessage) -> None:
        raise self._error


async def test_each_channel_has_its_own_sender() -> None:
    by_email, by_sms = MemoryMessageSender(), MemoryMessageSender()
    sender = SenderByChannel({"email": by_email, "sms": by_sms})
    for message in (EMAIL, SMS):
        await sender.send(message)
    assert (list(by_email.delivered), list(by_sms.delivered)) == ([EMAIL], [SMS])


async def test_a_refused_address_is_logged_without_the_address_and_raised() -> None:
    sender = SenderByChannel({"email": FailingSender(EmailRefused(reason="550"))})
    with capture_logs() as entries, pytest.raises(EmailRefused):
        await sender.send(EMAIL)
    [entry] = entries
    assert (entry["event"], entry["code"], entry["id"]) == ("message.refused", "email.refused", str(EMAIL.id))
    assert EMAIL.to not in repr(entry)


async def test_an_unavailable_server_is_raised_for_a_retry() -> None:
    sender = SenderByChannel({"email": FailingSender(EmailUnavailable())})
    with pytest.raises(EmailUnavailable):
        await sender.send(EMAIL)


async def test_a_message_for_a_channel_that_is_off_is_refused() -> None:
    with pytest.raises(ChannelOff):
        await SenderByChannel({"sms": None}).send(SMS)


async def test_attempts_are_counted_by_channel_and_result() -> None:
    metrics = Metrics(on=False)
    await metrics.counted(MemoryMessageSender()).send(EMAIL)
    with pytest.raises(EmailUnavailable):
        await metrics.counted(FailingSender(EmailUnavailable())).send(EMAIL)
    for result in ("sent", EmailUnavailable.code):
        labels = {"channel": "email", "result": result}
        assert metrics.registry.get_sample_value("booking_messages_sent_total", labels) == 1
