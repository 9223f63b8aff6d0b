"""Codes go by the messenger for their kind of contact."""

from booking_domain.notifications.codes import CodesByAddress
from booking_domain.testing.identity.memory.codes import MemoryCodeMessenger, SentCode


async def test_addresses_and_phones_have_separate_messengers() -> None:
    to_email, to_phone = MemoryCodeMessenger(), MemoryCodeMessenger()
    messenger = CodesByAddress(to_email=to_email, to_phone=to_phone)
    for to, chosen in (("dorj@example.com", to_email), ("+97699112233", to_phone)):
        await messenger.send_code(to=to, code="012345", purpose="login", locale="mn")
        assert chosen.delivered == [SentCode(to=to, code="012345", purpose="login", locale="mn")]
