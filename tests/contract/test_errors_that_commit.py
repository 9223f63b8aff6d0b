"""Errors that commit, run by the executor on both storages: the failure stays counted, and other errors roll back."""

import pytest

from booking_domain.identity.errors import AccountLocked, WrongPassword
from booking_domain.identity.known_clients import CountedClient
from booking_domain.identity.model import User
from booking_domain.identity.passwords import MOST_WRONG
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.audit import AuditFilter
from booking_domain.shared.errors import DomainError, InvalidValue
from booking_domain.shared.executor import Executor, UseCase, UseCaseContext
from booking_domain.shared.idempotency import IdempotencyKey
from booking_domain.shared.permissions import Permission
from booking_domain.testing.backend import Backend
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.memory import ManualClock
from booking_domain.use_cases.platform.ports import Repositories

pytestmark = pytest.mark.anyio
STRANGER = CountedClient(b"a phone", known=False)


def counting(error: DomainError) -> UseCase[User, Repositories, None]:
    """Count a wrong password, note it, and raise the error; `AccountLocked` if it is not counted any more."""

    async def handle(user: User, tx: Repositories, context: UseCaseContext) -> None:
        if not await tx.credentials.count_wrong_password(user.id, STRANGER, context.now):
            raise AccountLocked
        context.note("password.tried", actor=user.actor)
        raise error

    return UseCase(Permission.RUN_PLATFORM, handle)


def an_executor(backend: Backend, make: Builder) -> Executor[Repositories]:
    return Executor(begin=backend.begin, clock=ManualClock(NOW), entropy=make.entropy)


async def a_user(backend: Backend, make: Builder) -> User:
    user = make.user()
    async with backend.begin() as tx:
        await tx.users.add(user)
    return user


async def entries(backend: Backend) -> int:
    return len(await backend.reads.audit_log.page(AuditFilter(action="password.tried", limit=10)))


async def test_a_counted_failure_and_its_note_survive_the_error(backend: Backend) -> None:
    make = Builder()
    executor, user = an_executor(backend, make), await a_user(backend, make)
    for tries in range(1, MOST_WRONG + 1):
        with pytest.raises(WrongPassword):
            await executor.run(counting(WrongPassword()), user, actor=SYSTEM)
        assert await entries(backend) == tries
    with pytest.raises(AccountLocked):
        await executor.run(counting(WrongPassword()), user, actor=SYSTEM)


async def test_another_error_rolls_the_count_and_the_note_back(backend: Backend) -> None:
    make = Builder()
    executor, user = an_executor(backend, make), await a_user(backend, make)
    for _ in range(MOST_WRONG + 1):
        with pytest.raises(InvalidValue):
            await executor.run(counting(InvalidValue(field="name", problem="wrong")), user, actor=SYSTEM)
    assert await entries(backend) == 0


async def test_an_error_that_commits_leaves_its_idempotency_key_free(backend: Backend) -> None:
    make = Builder()
    executor, user = an_executor(backend, make), await a_user(backend, make)
    for fingerprint in (b"one", b"another"):
        key = IdempotencyKey(caller=user.id, key="key", fingerprint=fingerprint)
        with pytest.raises(WrongPassword):
            await executor.run_once(counting(WrongPassword()), user, actor=SYSTEM, key=key, answer=lambda _: b"")
    assert await entries(backend) == 2
