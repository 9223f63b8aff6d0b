"""Assertions used concurrently and identities unlinked during a sign-in, with and without the defences."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partialmethod
from hashlib import sha256
from typing import Final

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert
from tests.contract.backends import PostgresBackend
from tests.gates import Gate

from adapters.postgres.identity.external_identities import PostgresExternalIdentities, PostgresUsedAssertions
from adapters.postgres.identity.tables import external_identities, used_assertions
from adapters.postgres.kit.statements import Statement
from adapters.security.entropy import SystemEntropy
from booking_domain.identity.errors import InvalidAssertion
from booking_domain.identity.external_identities import Assertion, ExternalIdentity, IdentityProvider
from booking_domain.identity.model import User
from booking_domain.identity.sessions import Client, LoginMethod, Session
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.identity.memory.security import memory_security_ports
from booking_domain.testing.kit.storage import TIME_LIMIT, waits
from booking_domain.testing.memory import ManualClock, MemoryRefreshTokens
from booking_domain.use_cases.identity.authenticate import OpenSession, SignedIn, open_session
from booking_domain.use_cases.identity.external_identities import (
    SignInByAssertion,
    UnlinkIdentity,
    sign_in_by_assertion,
    unlink_identity,
)
from booking_domain.use_cases.identity.reauthentication import PasswordCheck
from booking_domain.use_cases.platform.ports import Repositories

ATTEMPTS: Final = 20
TELEGRAM: Final = IdentityProvider.TELEGRAM


def asserted(what: str = "once") -> Assertion:
    return Assertion(
        provider=TELEGRAM,
        subject="99281932",
        name="Dorj",
        locale="mn",
        digest=sha256(what.encode()).digest(),
        good_until=NOW + timedelta(minutes=5),
    )


class Scene:
    def __init__(self, backend: PostgresBackend) -> None:
        self.backend = backend
        self.executor: Executor[Repositories] = Executor(
            begin=backend.begin,
            clock=ManualClock(NOW),
            entropy=SystemEntropy(),
            ports=(memory_security_ports(),),
        )

    async def sign_in(self, assertion: Assertion) -> SignedIn:
        command = SignInByAssertion(assertion=assertion, client=Client())
        return await self.executor.run(sign_in_by_assertion, command, actor=SYSTEM)

    async def together(self, assertions: Sequence[Assertion]) -> list[SignedIn]:
        """Use all assertions at once and return the sessions that were opened."""
        async with asyncio.timeout(TIME_LIMIT):
            results = await asyncio.gather(*(self.sign_in(each) for each in assertions), return_exceptions=True)
        assert all(isinstance(each, SignedIn | InvalidAssertion) for each in results)
        return [each for each in results if isinstance(each, SignedIn)]

    async def count(self, table: str) -> int:
        async with self.backend.connection() as connection:
            rows = await (await connection.execute(f"SELECT count(*) FROM {table}".encode())).fetchall()  # noqa: S608
        return int(rows[0][0])

    async def linked(self) -> User:
        """Add an account with a password and a linked identity."""
        user = replace(Builder().user(), password_hash="hash")
        identity = ExternalIdentity(provider=TELEGRAM, subject=asserted().subject, user_id=user.id, linked_at=NOW)
        async with self.backend.begin() as tx:
            await tx.users.add(user)
            await tx.external_identities.add(identity)
        return user

    async def opened(self, user: User) -> SessionId:
        command = OpenSession(user_id=user.id, method=LoginMethod.PASSWORD, client=Client())
        opened = await self.executor.run(open_session, command, actor=SYSTEM)
        assert isinstance(opened, SignedIn)
        return opened.session_id

    async def unlink(self, user: User, current: SessionId) -> None:
        proof = PasswordCheck(user=user, right=True, current=current)
        command = UnlinkIdentity(proof=proof, provider=TELEGRAM)
        await self.executor.run(unlink_identity, command, actor=user.actor)


@pytest.fixture
def scene(postgres_backend: PostgresBackend) -> Scene:
    return Scene(postgres_backend)


async def test_an_assertion_used_concurrently_opens_one_session(scene: Scene) -> None:
    assert len(await scene.together([asserted()] * ATTEMPTS)) == 1
    assert [await scene.count(table) for table in ("sessions", "users", "external_identities")] == [1, 1, 1]
    assert await scene.together([asserted()]) == []


_IS_USED: Final = Statement(select(used_assertions.c.digest).where(used_assertions.c.digest == bindparam("seen")))
_INSERT: Final = Statement(insert(used_assertions).on_conflict_do_nothing())


async def _check_then_insert(self: PostgresUsedAssertions, digest: bytes, good_until: datetime, gate: Gate) -> bool:
    used = await self._work.one(_IS_USED, seen=digest)
    await gate.through()
    await self._work.execute(_INSERT, digest=digest, good_until=good_until)
    return used is None


async def test_a_check_before_the_insert_opens_several_sessions(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PostgresUsedAssertions, "use", partialmethod(_check_then_insert, gate=Gate(2)))
    await scene.linked()
    assert len(await scene.together([asserted()] * ATTEMPTS)) > 1


async def test_concurrent_first_sign_ins_create_one_account(scene: Scene) -> None:
    sessions = await scene.together([asserted(str(number)) for number in range(ATTEMPTS)])
    assert len(sessions) == ATTEMPTS
    assert len({each.user.id for each in sessions}) == 1
    assert [await scene.count(table) for table in ("sessions", "users", "external_identities")] == [ATTEMPTS, 1, 1]


async def live_after_unlinking(scene: Scene, *, locked: bool) -> tuple[SessionId, Sequence[Session]]:
    """Unlink an identity while a sign-in with it is in progress.

    Returns:
        The id of the session that unlinked, and the sessions that are live afterwards.
    """
    user = await scene.linked()
    current = await scene.opened(user)
    token = MemoryRefreshTokens().first(SessionId(SystemEntropy().new_id()))
    async with scene.backend.begin() as tx:
        assert await tx.external_identities.lock(TELEGRAM, asserted().subject) == user.id
        unlinking = asyncio.create_task(scene.unlink(user, current))
        if locked:
            assert await waits(unlinking)
        else:
            await unlinking
        await tx.sessions.add(Session.begin(token, user.id, Client(), NOW))
    await unlinking
    return current, await scene.backend.reads.sessions.live(user.id, NOW, 10)


async def test_a_session_opened_during_the_unlinking_is_ended(scene: Scene) -> None:
    current, live = await live_after_unlinking(scene, locked=True)
    assert [each.id for each in live] == [current]
    signed_in = await scene.sign_in(asserted("another"))
    assert isinstance(signed_in, SignedIn)
    assert signed_in.user.name == asserted().name  # a new account: the old one is no longer linked


_OWNER: Final = Statement(
    select(external_identities.c.user_id).where(external_identities.c.subject == bindparam("subject"))
)


async def _without_a_lock(self: PostgresExternalIdentities, _: IdentityProvider, subject: str) -> UserId | None:
    row = await self._work.one(_OWNER, subject=subject)
    return None if row is None else UserId(row[0])


async def test_without_the_lock_a_session_outlives_its_identity(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PostgresExternalIdentities, "lock", _without_a_lock)
    _, live = await live_after_unlinking(scene, locked=False)
    assert len(live) == 2
