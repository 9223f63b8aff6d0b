"""Admins who demote or disable each other at once, on PostgreSQL: at least one remains."""

import pytest
from tests.contract.backends import PostgresBackend

from booking_domain.identity.model import User, UserStatus
from booking_domain.identity.ports import UserFilter
from booking_domain.shared.actor import Role
from booking_domain.shared.audit import AuditFilter
from booking_domain.shared.errors import DomainError, NotPermitted
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import UserId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import race
from booking_domain.testing.memory import ManualClock
from booking_domain.use_cases.accounts.change_accounts import change_user
from booking_domain.use_cases.identity import administration
from booking_domain.use_cases.identity.administration import ChangeUser, Reason
from booking_domain.use_cases.platform.ports import Repositories

ROUNDS = 4
ADMINS = 4
ACTIVE_ADMINS = UserFilter(role=Role.ADMIN, status=UserStatus.ACTIVE, limit=99)


@pytest.fixture
def make() -> Builder:
    return Builder()


@pytest.fixture
def executor(postgres_backend: PostgresBackend, make: Builder) -> Executor[Repositories]:
    return Executor(begin=postgres_backend.begin, clock=ManualClock(NOW), entropy=make.entropy)


async def all_against_all(
    database: PostgresBackend, executor: Executor[Repositories], make: Builder, *, disabling: bool = True
) -> tuple[list[User], list[DomainError]]:
    """Let each admin demote the next one, or disable them, all at once."""
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


async def test_a_demoted_admin_cannot_demote_another(
    postgres_backend: PostgresBackend, executor: Executor[Repositories], make: Builder
) -> None:
    reads = postgres_backend.reads
    for _ in range(ROUNDS):
        before = len(await reads.users.page(ACTIVE_ADMINS))
        changed, refusals = await all_against_all(postgres_backend, executor, make)
        assert {type(each) for each in refusals} <= {NotPermitted}
        assert refusals, "at least one admin of the circle is demoted before their own change"
        left = len(await reads.users.page(ACTIVE_ADMINS))
        assert left == before + ADMINS - len(changed) > before
    entries = await reads.audit_log.page(AuditFilter(limit=99))
    assert len(entries) == len([each for each in entries if each.action in {"user.changed", "user.disabled"}])
    assert len(entries) == ROUNDS * ADMINS - len(await reads.users.page(ACTIVE_ADMINS))


async def test_without_rechecking_the_role_no_admin_remains(
    postgres_backend: PostgresBackend,
    executor: Executor[Repositories],
    make: Builder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(administration, "may", lambda *_: True)
    _, refusals = await all_against_all(postgres_backend, executor, make, disabling=False)
    assert (refusals, list(await postgres_backend.reads.users.page(ACTIVE_ADMINS))) == ([], [])
