"""Codes go by the sender for their kind of contact, each as a message in the recipient's language."""

import pytest

from booking_domain.notifications.codes import MessageCodes
from booking_domain.testing.builders import NOW
from booking_domain.testing.memory import ManualClock, MemoryMessageSender, SeededEntropy
from entrypoints.languages.notices import GettextTranslator


async def test_addresses_and_phones_have_separate_senders() -> None:
    email, sms = MemoryMessageSender(), MemoryMessageSender()
    messenger = MessageCodes(
        email=email, sms=sms, translator=GettextTranslator("en"), clock=ManualClock(NOW), entropy=SeededEntropy()
    )
    for to, channel, chosen in (("dorj@example.com", "email", email), ("+97699112233", "sms", sms)):
        await messenger.send_code(to=to, code="012345", purpose="login", locale="mn")
        [message] = chosen.delivered
        assert (message.channel, message.to, message.type) == (channel, to, "code.login")
        assert (message.text, message.language) == ("012345 - нэвтрэх код. Хэнд ч бүү хэлээрэй.", "mn")
        assert "012345" not in repr(message)
    with pytest.raises(KeyError):
        await messenger.send_code(to="dorj@example.com", code="012345", purpose="gift", locale="en")
