"""Assertions used by many at once, and identities unlinked meanwhile, on PostgreSQL; without the defences, too."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partialmethod
from hashlib import sha256
from typing import Final

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert
from tests.contract.test_postgres_storage import PostgresBackend
from tests.databases import CIPHER, TestServer
from tests.gates import Gate

from adapters.postgres.identity.external_identities import PostgresExternalIdentities, PostgresUsedAssertions
from adapters.postgres.identity.tables import external_identities, used_assertions
from adapters.postgres.kit.statements import Statement
from adapters.security.entropy import SystemEntropy
from booking_domain.identity.errors import InvalidAssertion
from booking_domain.identity.external_identities import Assertion, ExternalIdentity, IdentityProvider
from booking_domain.identity.model import User
from booking_domain.identity.sessions import Client, LoginMethod, Session
from booking_domain.identity.use_cases.external_identities import (
    SignInByAssertion,
    UnlinkIdentity,
    sign_in_by_assertion,
    unlink_identity,
)
from booking_domain.identity.use_cases.reauthentication import Proof
from booking_domain.identity.use_cases.sign_in import OpenSession, SignedIn, open_session
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.executor import Executor, UseCase
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.contracts.storage import TIME_LIMIT, waits
from booking_domain.testing.memory import ManualClock, MemoryRefreshTokens, MemoryTimeCodes
from booking_domain.workflows.ports import Repositories

CROWD: Final = 20
TELEGRAM: Final = IdentityProvider.TELEGRAM
TOKENS: Final = MemoryRefreshTokens()
SIGN_IN: Final = sign_in_by_assertion(open_session(TOKENS, MemoryTimeCodes()))
OPEN: Final = UseCase(Permission.RUN_PLATFORM, open_session(TOKENS, MemoryTimeCodes()))


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
    """A database and short ways to do things in it."""

    def __init__(self, backend: PostgresBackend) -> None:
        self.backend = backend
        self.executor: Executor[Repositories] = Executor(
            begin=backend.begin, clock=ManualClock(NOW), entropy=SystemEntropy()
        )

    async def sign_in(self, assertion: Assertion) -> SignedIn:
        command = SignInByAssertion(assertion=assertion, client=Client())
        return await self.executor.run(SIGN_IN, command, actor=SYSTEM)

    async def together(self, assertions: Sequence[Assertion]) -> list[SignedIn]:
        """Those who are signed in, of those who try at once."""
        results = await asyncio.gather(*(self.sign_in(each) for each in assertions), return_exceptions=True)
        assert all(isinstance(each, SignedIn | InvalidAssertion) for each in results)
        return [each for each in results if isinstance(each, SignedIn)]

    async def count(self, table: str) -> int:
        async with self.backend.connection() as connection:
            rows = await (await connection.execute(f"SELECT count(*) FROM {table}".encode())).fetchall()  # noqa: S608
        return int(rows[0][0])

    async def linked(self) -> User:
        """An account with a password, and an identity."""
        user = replace(Builder().user(), password_hash="hash")
        identity = ExternalIdentity(provider=TELEGRAM, subject=asserted().subject, user_id=user.id, linked_at=NOW)
        async with self.backend.begin() as tx:
            await tx.users.add(user)
            await tx.external_identities.add(identity)
        return user

    async def opened(self, user: User) -> SessionId:
        command = OpenSession(user_id=user.id, method=LoginMethod.PASSWORD, client=Client())
        opened = await self.executor.run(OPEN, command, actor=SYSTEM)
        assert isinstance(opened, SignedIn)
        return opened.session_id

    async def unlink(self, user: User, current: SessionId) -> None:
        proof = Proof(user=user, right=True, current=current)
        command = UnlinkIdentity(proof=proof, provider=TELEGRAM)
        await self.executor.run(unlink_identity, command, actor=user.actor)


def on_postgres(play: Callable[[Scene], Awaitable[None]], postgres: TestServer) -> None:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Scene]:
        with postgres.database() as url:
            backend = PostgresBackend(url, cipher=CIPHER, pool_size=CROWD)
            await backend.open()
            try:
                yield Scene(backend)
            finally:
                await backend.close()

    async def played() -> None:
        async with asyncio.timeout(TIME_LIMIT), opened() as scene:
            await play(scene)

    asyncio.run(played())


def test_an_assertion_used_by_many_at_once_begins_one_session(postgres: TestServer) -> None:
    async def play(scene: Scene) -> None:
        assert len(await scene.together([asserted()] * CROWD)) == 1
        assert [await scene.count(table) for table in ("sessions", "users", "external_identities")] == [1, 1, 1]
        assert await scene.together([asserted()]) == []

    on_postgres(play, postgres)


_IS_USED: Final = Statement(select(used_assertions.c.digest).where(used_assertions.c.digest == bindparam("seen")))
_NOTE: Final = Statement(insert(used_assertions).on_conflict_do_nothing())


async def _look_and_then_note(self: PostgresUsedAssertions, digest: bytes, good_until: datetime, gate: Gate) -> bool:
    used = await self._work.one(_IS_USED, seen=digest)
    await gate.through()
    await self._work.execute(_NOTE, digest=digest, good_until=good_until)
    return used is None


def test_if_it_were_noted_after_a_look_it_would_begin_more(
    postgres: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PostgresUsedAssertions, "use", partialmethod(_look_and_then_note, gate=Gate(2)))

    async def play(scene: Scene) -> None:
        await scene.linked()
        assert len(await scene.together([asserted()] * CROWD)) > 1

    on_postgres(play, postgres)


def test_somebody_new_who_comes_many_times_at_once_has_one_account(postgres: TestServer) -> None:
    async def play(scene: Scene) -> None:
        sessions = await scene.together([asserted(str(number)) for number in range(CROWD)])
        assert len(sessions) == CROWD
        assert len({each.user.id for each in sessions}) == 1
        assert [await scene.count(table) for table in ("sessions", "users", "external_identities")] == [CROWD, 1, 1]

    on_postgres(play, postgres)


async def live_after_unlinking_meanwhile(scene: Scene, *, locked: bool) -> tuple[SessionId, Sequence[Session]]:
    """The session that unlinks, and those that live when it has, while somebody was about to begin another one."""
    user = await scene.linked()
    current = await scene.opened(user)
    token = TOKENS.first(SessionId(SystemEntropy().new_id()))
    async with scene.backend.begin() as tx:
        assert await tx.external_identities.lock(TELEGRAM, asserted().subject) == user.id
        unlinking = asyncio.create_task(scene.unlink(user, current))
        if locked:
            assert await waits(unlinking)
        else:
            await unlinking
        await tx.sessions.add(Session.begun(token, user.id, Client(), NOW))
    await unlinking
    return current, await scene.backend.reads.sessions.live(user.id, NOW, 10)


def test_a_session_that_was_beginning_ends_with_the_identity(postgres: TestServer) -> None:
    async def play(scene: Scene) -> None:
        current, live = await live_after_unlinking_meanwhile(scene, locked=True)
        assert [each.id for each in live] == [current]
        signed_in = await scene.sign_in(asserted("another"))
        assert isinstance(signed_in, SignedIn)
        assert signed_in.user.name == asserted().name  # somebody new

    on_postgres(play, postgres)


_LOOK: Final = Statement(
    select(external_identities.c.user_id).where(external_identities.c.subject == bindparam("subject"))
)


async def _without_a_lock(self: PostgresExternalIdentities, _: IdentityProvider, subject: str) -> UserId | None:
    row = await self._work.one(_LOOK, subject=subject)
    return None if row is None else UserId(row[0])


def test_without_the_lock_it_would_outlive_it(postgres: TestServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PostgresExternalIdentities, "lock", _without_a_lock)

    async def play(scene: Scene) -> None:
        _, live = await live_after_unlinking_meanwhile(scene, locked=False)
        assert len(live) == 2

    on_postgres(play, postgres)
