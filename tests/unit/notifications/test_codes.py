"""Codes go by the sender for their kind of contact, each as a message in the recipient's language."""

from typing import Final

import pytest

from booking_domain.identity.one_time_codes import CODE_LIFE, CodePurpose
from booking_domain.notifications.codes import MessageCodes
from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.notifications.segments import segments_of
from booking_domain.shared.languages import LANGUAGES
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
    text = "012345 - нэвтрэх код, 09:07 хүртэл. Хэнд ч бүү хэлээрэй."
    for to, channel, chosen, expected in (
        ("dorj@example.com", "email", email, f"{text}\n\nХугацаа дууссан бол: шинэ код аваарай."),
        ("+97699112233", "sms", sms, f"Ink: {text}"),
    ):
        await messenger.send_code(
            to=to, code="012345", purpose="login", locale="mn", until=NOW + CODE_LIFE, zone="Asia/Ulaanbaatar"
        )
        [message] = chosen.delivered
        assert (message.channel, message.to, message.type) == (channel, to, "code.login")
        assert (message.text, message.language) == (expected, "mn")
        assert "012345" not in repr(message)
    with pytest.raises(KeyError):
        await messenger.send_code(
            to="dorj@example.com",
            code="012345",
            purpose="gift",
            locale="en",
            until=NOW + CODE_LIFE,
            zone="Asia/Ulaanbaatar",
        )


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
        await messenger.send_code(
            to="+97699112233",
            code="012345",
            purpose="signup",
            locale="mn",
            until=NOW + CODE_LIFE,
            zone="Asia/Ulaanbaatar",
        )
        text = sms.delivered[-1].text
        assert text.startswith(brand) == named
        assert segments_of(text) == 1


async def test_a_code_says_until_when_it_is_valid_on_the_readers_clock_or_for_how_many_minutes_without_one() -> None:
    """And what to do then; in every language a text message stays in one segment."""
    sent = MemoryMessageSender()
    messenger = MessageCodes(
        brand="Booking",
        email=sent,
        sms=sent,
        translator=GettextTranslator("en"),
        clock=ManualClock(NOW),
        entropy=SeededEntropy(),
    )
    for language in LANGUAGES:
        for purpose in CodePurpose:
            zone = None if purpose is CodePurpose.SIGNUP else "Europe/London"
            for to in ("dorj@example.com", "+97699112233"):
                await messenger.send_code(
                    to=to, code="012345", purpose=purpose, locale=language, until=NOW + CODE_LIFE, zone=zone
                )
                text = sent.delivered[-1].text
                minutes, clock = {"fa": ("۵ دقیقه", "۰۱:۰۷")}.get(language, (" 5 ", "01:07"))
                valid = minutes if zone is None else clock
                assert valid in text
                assert segments_of(text) == 1 or to.startswith("dorj")
            mailed = sent.delivered[-2].text
            assert mailed.endswith(GettextTranslator("en").translate(_AGAIN.fill(), language).text)


_AGAIN: Final = NoticeTemplate(subject="", text="Expired: ask for a new code.")
