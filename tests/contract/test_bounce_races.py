"""A bounce that is passed on several times at once, and beside the recording of the attempt, on PostgreSQL."""

from dataclasses import replace
from typing import Final

import pytest
from tests.databases import CIPHER

from adapters.postgres.database import Database
from booking_domain.identity.model import Undeliverable
from booking_domain.notifications.bounces import Bounce, BounceKind
from booking_domain.notifications.model import MessageStatus
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.executor import Executor
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import TIME_LIMIT, race
from booking_domain.testing.memory import ManualClock
from booking_domain.testing.notifications.contracts.notifications import a_message, a_notification
from booking_domain.use_cases.accounts.record_bounce import record_bounce
from booking_domain.use_cases.notifications.commands import RecordAttempt, record_attempt
from booking_domain.use_cases.platform.ports import Repositories

TIMES: Final = 8


@pytest.mark.parametrize("recorded", [True, False])
async def test_a_bounce_that_comes_several_times_at_once_counts_once(postgres_url: str, *, recorded: bool) -> None:
    database, make = Database(postgres_url, cipher=CIPHER, pool_size=TIMES + 1, pool_timeout=TIME_LIMIT), Builder()
    await database.open()
    try:
        executor: Executor[Repositories] = Executor(begin=database.begin, clock=ManualClock(NOW), entropy=make.entropy)
        user = make.user()
        kept = a_notification(make, user)
        email, sms = replace(a_message(make, kept), to=user.email or ""), a_message(make, kept, rank=1)
        async with database.begin() as tx:
            await tx.users.add(user)
            await tx.notifications.add(kept, [email, sms])
        attempt = RecordAttempt(message=email)
        if recorded:
            await executor.run(record_attempt, attempt, actor=SYSTEM)
        bounce = Bounce(message_id=email.id, kind=BounceKind.ADDRESS)
        bounces = [executor.run(record_bounce, bounce, actor=SYSTEM) for _ in range(TIMES)]
        _, refused = await race([*bounces, executor.run(record_attempt, attempt, actor=SYSTEM)])
        assert refused == []
        async with database.begin() as tx:
            after, other = await tx.notifications.lock_messages(kept.id)
            assert (after.status, after.failure, other.status) == (
                MessageStatus.FAILED,
                "email.bounced",
                MessageStatus.PENDING,
            )
            now = await tx.users.lock(user.id)
            assert now is not None
            assert (now.email_undeliverable_reason, now.version) == (Undeliverable.BOUNCED, user.version + 1)
    finally:
        await database.close()
