"""Admins who demote each other at once, on PostgreSQL: one of them stays."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from tests.databases import CIPHER, TestServer

from adapters.postgres.database import Database
from booking_domain.identity.model import User, UserStatus
from booking_domain.identity.ports import UserFilter
from booking_domain.identity.use_cases import administration
from booking_domain.identity.use_cases.administration import ChangeUser, Reason, change_user
from booking_domain.shared.actor import Role
from booking_domain.shared.audit import AuditFilter
from booking_domain.shared.errors import DomainError, NotPermitted
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import UserId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.contracts.storage import race
from booking_domain.testing.memory import ManualClock
from booking_domain.workflows.ports import Repositories

ROUNDS = 4
ADMINS = 4
LEFT = UserFilter(role=Role.ADMIN, status=UserStatus.ACTIVE, limit=99)


Story = Callable[[Database, Executor[Repositories], Builder], Awaitable[None]]


def on_postgres(postgres: TestServer, story: Story) -> None:
    async def told() -> None:
        with postgres.database() as url:
            database, make = Database(url, cipher=CIPHER, pool_size=ADMINS), Builder()
            await database.open()
            try:
                executor: Executor[Repositories] = Executor(
                    begin=database.begin, clock=ManualClock(NOW), entropy=make.entropy
                )
                await story(database, executor, make)
            finally:
                await database.close()

    asyncio.run(told())


async def all_against_all(
    database: Database, executor: Executor[Repositories], make: Builder, *, disabling: bool = True
) -> tuple[list[User], list[DomainError]]:
    """Each admin takes the next one's rights away, by demoting or also by disabling them, all at once."""
    admins = [make.user(Role.ADMIN) for _ in range(ADMINS)]
    async with database.begin() as tx:
        for admin in admins:
            await tx.users.add(admin)
            await tx.sessions.add(make.session(admin))

    def against(victim: UserId, number: int) -> ChangeUser:
        if disabling and number % 2:
            return ChangeUser(user_id=victim, status=UserStatus.DISABLED, reason=Reason.OTHER)
        return ChangeUser(user_id=victim, role=Role.CUSTOMER)

    return await race(
        [
            executor.run(change_user, against(admins[(number + 1) % ADMINS].id, number), actor=admin.actor)
            for number, admin in enumerate(admins)
        ]
    )


def test_whoever_is_demoted_first_demotes_nobody(postgres: TestServer) -> None:
    async def story(database: Database, executor: Executor[Repositories], make: Builder) -> None:
        for _ in range(ROUNDS):
            there = len(await database.reads.users.page(LEFT))
            changed, refusals = await all_against_all(database, executor, make)
            assert {type(each) for each in refusals} <= {NotPermitted}
            assert refusals, "in a circle somebody is always too late"
            left = len(await database.reads.users.page(LEFT))
            assert left == there + ADMINS - len(changed) > there
        entries = await database.reads.audit_log.page(AuditFilter(limit=99))
        assert len(entries) == len([each for each in entries if each.action in {"user.changed", "user.disabled"}])
        assert len(entries) == ROUNDS * ADMINS - len(await database.reads.users.page(LEFT))

    on_postgres(postgres, story)


def test_that_it_is_asked_who_is_an_admin_still_is_what_keeps_one(
    postgres: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(administration, "may", lambda *_: True)

    async def story(database: Database, executor: Executor[Repositories], make: Builder) -> None:
        _, refusals = await all_against_all(database, executor, make, disabling=False)
        assert (refusals, list(await database.reads.users.page(LEFT))) == ([], [])

    on_postgres(postgres, story)
