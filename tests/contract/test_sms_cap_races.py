"""Concurrent requests for text messages, on PostgreSQL: the daily cap holds, but not without the lock."""

from collections.abc import Awaitable
from typing import Final

import pytest
from tests.databases import CIPHER
from tests.gates import Gate

from adapters.postgres.database import Database
from adapters.postgres.kit import advisory_locks
from adapters.postgres.kit.work import Work
from adapters.sms.sender import SmsMessageSender
from booking_domain.identity.one_time_codes import CODE_LIFE
from booking_domain.notifications.codes import MessageCodes
from booking_domain.notifications.errors import SmsCapReached
from booking_domain.shared.errors import DomainError
from booking_domain.shared.executor import Executor
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.identity.memory.security import MemoryPhoneNumbers
from booking_domain.testing.kit.storage import TIME_LIMIT, race
from booking_domain.testing.memory import ManualClock, MemoryMessageSender, MemorySmsSender
from booking_domain.use_cases.platform.ports import Repositories
from entrypoints.languages.notices import GettextTranslator

RECIPIENTS: Final = 50
CAP: Final = 10
CONNECTIONS: Final = 20


async def _requested_at_once(url: str) -> tuple[int, int, list[DomainError]]:
    """Request a code for each recipient at once; return how many were stored and delivered, and the errors."""
    database = Database(url, cipher=CIPHER, pool_size=CONNECTIONS, pool_timeout=TIME_LIMIT)
    await database.open()
    try:
        sender = MemorySmsSender()
        executor: Executor[Repositories] = Executor(
            begin=database.begin, clock=ManualClock(NOW), entropy=Builder().entropy
        )
        messenger = MessageCodes(
            brand="Ink",
            email=MemoryMessageSender(),
            sms=SmsMessageSender(
                sender=sender,
                executor=executor,
                recipient_key=b"key",
                most_per_day=CAP,
                country_of=MemoryPhoneNumbers().country,
            ),
            translator=GettextTranslator("en"),
            clock=ManualClock(NOW),
            entropy=Builder().entropy,
        )

        def one(number: int) -> Awaitable[None]:
            return messenger.send_code(
                to=f"+976991122{number:02}",
                code="482913",
                purpose="login",
                locale="en",
                until=NOW + CODE_LIFE,
                zone="Asia/Ulaanbaatar",
            )

        _, refusals = await race([one(number) for number in range(RECIPIENTS)])
        async with database.connection() as connection:
            row = await (await connection.execute("SELECT count(*) FROM sms_messages")).fetchone()
        assert row is not None
        return row[0], len(sender.delivered), refusals
    finally:
        await database.close()


async def test_no_more_messages_than_the_cap_are_sent(postgres_url: str) -> None:
    stored, delivered, refusals = await _requested_at_once(postgres_url)
    assert (stored, delivered, len(refusals)) == (CAP, CAP, RECIPIENTS - CAP)
    assert {type(each) for each in refusals} == {SmsCapReached}


async def test_without_the_lock_more_than_the_cap_are_sent(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(CAP + 1)

    async def no_lock(_: Work, _who: str) -> None:
        """Let one transaction more than the cap count before any of them stores its message."""
        await gate.through()

    monkeypatch.setattr(advisory_locks, "lock_key", no_lock)
    stored, delivered, _ = await _requested_at_once(postgres_url)
    assert stored == delivered > CAP
