"""Codes go by the sender for their kind of contact, each as a message in the recipient's language."""

import pytest

from booking_domain.notifications.codes import MessageCodes
from booking_domain.notifications.segments import segments_of
from booking_domain.testing.builders import NOW
from booking_domain.testing.memory import ManualClock, MemoryMessageSender, SeededEntropy
from entrypoints.languages.notices import GettextTranslator


async def test_addresses_and_phones_have_separate_senders() -> None:
    email, sms = MemoryMessageSender(), MemoryMessageSender()
    messenger = MessageCodes(
        brand="Ink",
        email=email,
        sms=sms,
        translator=GettextTranslator("en"),
        clock=ManualClock(NOW),
        entropy=SeededEntropy(),
    )
    text = "012345 - нэвтрэх код. Хэнд ч бүү хэлээрэй."
    for to, channel, chosen, expected in (
        ("dorj@example.com", "email", email, text),
        ("+97699112233", "sms", sms, f"Ink: {text}"),
    ):
        await messenger.send_code(to=to, code="012345", purpose="login", locale="mn")
        [message] = chosen.delivered
        assert (message.channel, message.to, message.type) == (channel, to, "code.login")
        assert (message.text, message.language) == (expected, "mn")
        assert "012345" not in repr(message)
    with pytest.raises(KeyError):
        await messenger.send_code(to="dorj@example.com", code="012345", purpose="gift", locale="en")


async def test_a_brand_is_left_out_of_a_text_message_that_would_need_a_second_segment() -> None:
    sms = MemoryMessageSender()
    for brand, named in (("Ink", True), ("A salon with a long name indeed", False)):
        messenger = MessageCodes(
            brand=brand,
            email=sms,
            sms=sms,
            translator=GettextTranslator("en"),
            clock=ManualClock(NOW),
            entropy=SeededEntropy(),
        )
        await messenger.send_code(to="+97699112233", code="012345", purpose="signup", locale="mn")
        text = sms.delivered[-1].text
        assert text.startswith(brand) == named
        assert segments_of(text) == 1
