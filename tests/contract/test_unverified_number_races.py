"""Concurrent text messages to numbers that are not verified, on PostgreSQL: the daily limits hold exactly."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import uuid4

import pytest
from tests.databases import CIPHER

from adapters.postgres.database import Database
from adapters.sms.sender import SmsMessageSender
from booking_domain.identity.model import User
from booking_domain.identity.one_time_codes import CODE_LIFE
from booking_domain.notifications.codes import MessageCodes
from booking_domain.notifications.errors import UnverifiedNumberLimited
from booking_domain.notifications.ports import OutgoingMessage
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import UserId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.identity.memory.security import MemoryPhoneNumbers
from booking_domain.testing.kit.storage import TIME_LIMIT, race
from booking_domain.testing.memory import ManualClock, MemoryMessageSender, MemorySmsSender
from booking_domain.use_cases.notifications.record import MOST_NOTICES_TO_UNVERIFIED, MOST_TO_UNVERIFIED
from booking_domain.use_cases.platform.ports import Repositories
from entrypoints.languages.notices import GettextTranslator

DAY: Final = timedelta(days=1)
NUMBER: Final = "+97699112233"
AT_ONCE: Final = 20
PLENTY: Final = 1_000


class Office:
    """Sends codes and notices to the numbers of accounts."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.sender = MemorySmsSender()
        self.clock = ManualClock(NOW)
        executor: Executor[Repositories] = Executor(begin=database.begin, clock=self.clock, entropy=Builder().entropy)
        self.codes = MessageCodes(
            brand="Ink",
            email=MemoryMessageSender(),
            sms=SmsMessageSender(
                sender=self.sender,
                executor=executor,
                recipient_key=b"key",
                most_per_day=PLENTY,
                country_of=MemoryPhoneNumbers().country,
            ),
            translator=GettextTranslator("en"),
            clock=self.clock,
            entropy=Builder().entropy,
        )
        self.notices = SmsMessageSender(
            sender=self.sender,
            executor=executor,
            recipient_key=b"key",
            most_per_day=PLENTY,
            country_of=MemoryPhoneNumbers().country,
        )

    async def joined(self, phone: str | None = None, *, verified: bool = False) -> User:
        user = replace(Builder().user(), id=UserId(uuid4()), email=None, phone=phone)
        if verified:
            user = replace(user, phone_verified_at=NOW)
        async with self.database.begin() as tx:
            await tx.users.add(user)
        return user

    async def code(self, user: User, to: str = NUMBER) -> None:
        await self.codes.send_code(
            to=to,
            code="482913",
            purpose="verify",
            locale="en",
            until=NOW + CODE_LIFE,
            zone="Asia/Ulaanbaatar",
            user_id=user.id,
        )

    async def notice(self, user: User, to: str = NUMBER) -> None:
        await self.notices.send(
            OutgoingMessage(
                id=uuid4(),
                channel="sms",
                to=to,
                subject="",
                text="Your booking is confirmed.",
                created_at=NOW,
                language="en",
                user_id=user.id,
            )
        )

    def limited(self, refusals: Sequence[Exception]) -> int:
        assert {type(each) for each in refusals} <= {UnverifiedNumberLimited}
        return len(refusals)


@pytest.fixture
async def office(postgres_url: str) -> AsyncIterator[Office]:
    database = Database(postgres_url, cipher=CIPHER, pool_size=AT_ONCE, pool_timeout=TIME_LIMIT)
    await database.open()
    try:
        yield Office(database)
    finally:
        await database.close()


async def test_a_number_that_is_not_verified_gets_ten_messages_a_day_of_all_accounts(office: Office) -> None:
    accounts = [await office.joined() for _ in range(AT_ONCE)]
    _, refusals = await race([office.code(user) for user in accounts])
    assert office.limited(refusals) == AT_ONCE - MOST_TO_UNVERIFIED
    assert len(office.sender.delivered) == MOST_TO_UNVERIFIED
    office.clock.advance(DAY)
    await office.code(accounts[0])


async def test_an_account_sends_ten_messages_a_day_to_numbers_that_are_not_verified(office: Office) -> None:
    user = await office.joined()
    _, refusals = await race([office.code(user, f"+976991122{number}") for number in range(10, 10 + AT_ONCE)])
    assert office.limited(refusals) == AT_ONCE - MOST_TO_UNVERIFIED


async def test_notices_leave_room_for_codes(office: Office) -> None:
    user = await office.joined(NUMBER)
    _, refusals = await race([office.notice(user) for _ in range(AT_ONCE)])
    assert office.limited(refusals) == AT_ONCE - MOST_NOTICES_TO_UNVERIFIED
    owner = await office.joined()
    await office.code(owner)


async def test_a_verified_number_has_no_limit_of_its_own(office: Office) -> None:
    user = await office.joined(NUMBER, verified=True)
    _, refusals = await race([office.notice(user) for _ in range(AT_ONCE)])
    assert refusals == []
