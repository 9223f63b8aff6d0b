"""Text messages that many want at once, on PostgreSQL: no more than the cap are sent; without the lock, more."""

import asyncio
from collections.abc import Awaitable
from typing import Final

import pytest
from tests.databases import CIPHER, TestServer
from tests.gates import Gate

from adapters.postgres.database import Database
from adapters.postgres.kit import advisory_locks
from adapters.postgres.kit.work import Work
from adapters.sms.codes import SmsCodeMessenger
from booking_domain.notifications.errors import SmsCapReached
from booking_domain.shared.errors import DomainError
from booking_domain.shared.executor import Executor
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.contracts.storage import TIME_LIMIT, race
from booking_domain.testing.memory import ManualClock, MemorySmsSender
from booking_domain.workflows.ports import Repositories

CROWD: Final = 50
CAP: Final = 10
CONNECTIONS: Final = 20


async def _wanted_at_once(url: str) -> tuple[int, int, list[DomainError]]:
    """How many are kept and delivered of a code for each of a crowd, and why the others are not."""
    database = Database(url, cipher=CIPHER, pool_size=CONNECTIONS, pool_timeout=TIME_LIMIT)
    await database.open()
    try:
        sender = MemorySmsSender()
        executor: Executor[Repositories] = Executor(
            begin=database.begin, clock=ManualClock(NOW), entropy=Builder().entropy
        )
        messenger = SmsCodeMessenger(sender=sender, executor=executor, recipient_key=b"key", most_per_day=CAP)

        def one(number: int) -> Awaitable[None]:
            return messenger.send_code(to=f"+976991122{number:02}", code="482913", purpose="login", locale="en")

        _, refusals = await race([one(number) for number in range(CROWD)])
        async with database.connection() as connection:
            row = await (await connection.execute("SELECT count(*) FROM sms_messages")).fetchone()
        assert row is not None
        return row[0], len(sender.delivered), refusals
    finally:
        await database.close()


async def _in_time(url: str) -> tuple[int, int, list[DomainError]]:
    async with asyncio.timeout(TIME_LIMIT):
        return await _wanted_at_once(url)


def test_of_many_at_once_as_many_are_sent_as_may_be(postgres: TestServer) -> None:
    with postgres.database() as url:
        kept, delivered, refusals = asyncio.run(_in_time(url))
    assert (kept, delivered, len(refusals)) == (CAP, CAP, CROWD - CAP)
    assert {type(each) for each in refusals} == {SmsCapReached}


def test_without_the_lock_it_would_be_more(postgres: TestServer, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(CAP + 1)

    async def no_lock(_: Work, _key: str) -> None:
        """Nobody waits for anybody to be through: one more than may be counts before any is kept."""
        await gate.through()

    monkeypatch.setattr(advisory_locks, "lock_key", no_lock)
    with postgres.database() as url:
        kept, delivered, _ = asyncio.run(_in_time(url))
    assert kept == delivered > CAP
