"""Codes go to where their owner is to be reached."""

import asyncio

from booking_domain.notifications.codes import CodesByAddress
from booking_domain.testing.identity.memory.codes import MemoryCodeMessenger, SentCode


def test_codes_go_by_one_messenger_to_addresses_and_by_another_to_phones() -> None:
    to_email, to_phone = MemoryCodeMessenger(), MemoryCodeMessenger()
    messenger = CodesByAddress(to_email=to_email, to_phone=to_phone)
    for to, chosen in (("dorj@example.com", to_email), ("+97699112233", to_phone)):
        asyncio.run(messenger.send_code(to=to, code="012345", purpose="login", locale="mn"))
        assert chosen.delivered == [SentCode(to=to, code="012345", purpose="login", locale="mn")]
