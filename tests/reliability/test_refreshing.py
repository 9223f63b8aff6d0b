"""Row 22: concurrent uses of a refresh token give one new token; a later reuse ends its session."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import cycle
from typing import Any, Final

import psycopg
import pytest
from tests.databases import CIPHER, TestServer
from tests.gates import PATIENCE_SECONDS
from tests.reliability import scale
from tests.reliability.conftest import Report

from adapters.postgres.database import Database, PostgresRepositories
from adapters.postgres.identity.sessions import PostgresSessionReads, PostgresSessions
from adapters.postgres.kit.encryption import FieldCipher
from adapters.postgres.kit.work import Work
from adapters.security.entropy import SystemEntropy
from adapters.security.refresh_tokens import OpaqueRefreshTokens
from booking_domain.identity.errors import InvalidToken, TokenReused
from booking_domain.identity.model import User
from booking_domain.identity.ports import IdentityTx, RefreshTokens
from booking_domain.identity.sessions import GRACE, Client, LoginMethod, Session
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.executor import Executor, UseCase, UseCaseContext
from booking_domain.shared.ids import SessionId
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.identity.memory.security import memory_security_ports
from booking_domain.testing.memory import ManualClock
from booking_domain.use_cases.identity.authenticate import (
    OpenSession,
    RefreshSession,
    SignedIn,
    open_session,
    refresh_session,
)
from booking_domain.use_cases.identity.sessions import LogOut, log_out

AT_ONCE: Final = 50
FAMILIES: Final = scale.of(200, less=4)
TOKENS: Final = OpaqueRefreshTokens()
_LIVE: Final = "SELECT count(*) FROM sessions WHERE ended_at IS NULL"

RefreshResult = SignedIn | InvalidToken
Refresh = Callable[[RefreshSession, IdentityTx, UseCaseContext], Awaitable[SignedIn]]
Begin = Callable[[Database], Any]


@dataclass(frozen=True, slots=True)
class Servers:
    """Two connection pools, as two processes have, on one database with one clock."""

    executors: tuple[Executor[Any], ...]
    clock: ManualClock
    user: User
    url: str
    refreshing: Refresh

    async def signed_in(self) -> SignedIn:
        command = OpenSession(user_id=self.user.id, method=LoginMethod.PASSWORD, client=Client())
        signed_in: SignedIn = await self._run(self.executors[0], open_session.handle, command)
        return signed_in

    async def refreshed(self, *tokens: str, and_logged_out: SessionId | None = None) -> list[RefreshResult]:
        """Use all tokens concurrently and log out in the middle."""
        servers = cycle(self.executors)
        asked = [
            self._run(next(servers), self.refreshing, RefreshSession(refresh_token=token, client=Client()))
            for token in tokens
        ]
        if and_logged_out is not None:
            command = LogOut(session_id=and_logged_out, refresh_token=None)
            asked.insert(len(asked) // 2, self._run(next(servers), log_out.handle, command))
        answers: list[RefreshResult] = []
        for answer in await asyncio.gather(*asked, return_exceptions=True):
            if isinstance(answer, BaseException) and not isinstance(answer, InvalidToken):
                raise answer
            if answer is not None:
                answers.append(answer)
        return answers

    def live(self) -> int:
        """The number of active sessions."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute(_LIVE).fetchone()
        assert row is not None
        return int(row[0])

    async def _run(self, executor: Executor[Any], handle: Any, command: Any) -> Any:
        return await executor.run(
            UseCase(Permission.RUN_PLATFORM, handle, raises=(InvalidToken,)), command, actor=SYSTEM
        )


def begin_of(database: Database) -> Any:
    return database.begin


@asynccontextmanager
async def servers(
    postgres: TestServer, *, begin: Begin = begin_of, tokens: RefreshTokens = TOKENS, refreshing: Refresh | None = None
) -> AsyncIterator[Servers]:
    clock, user = ManualClock(NOW), Builder().user()
    async with AsyncExitStack() as stack:
        url = stack.enter_context(postgres.database())
        databases = [
            Database(url, cipher=CIPHER, pool_size=20, pool_timeout=PATIENCE_SECONDS),
            Database(url, cipher=CIPHER, pool_size=20, pool_timeout=PATIENCE_SECONDS),
        ]
        for database in databases:
            await database.open()
            stack.push_async_callback(database.close)
        async with databases[0].begin() as tx:
            await tx.users.add(user)
        ports = (replace(memory_security_ports(), refresh_tokens=tokens),)
        executors = tuple(
            Executor[Any](begin=begin(each), clock=clock, entropy=SystemEntropy(), ports=ports) for each in databases
        )
        yield Servers(executors, clock, user, url, refreshing or refresh_session.handle)


def the_one(answers: list[RefreshResult]) -> str:
    """The refresh token that all responses share."""
    assert Counter(type(answer).__name__ for answer in answers) == {"SignedIn": len(answers)}
    tokens = {answer.refresh_token for answer in answers if isinstance(answer, SignedIn)}
    assert len(tokens) == 1
    return tokens.pop()


async def all_at_once_get_one_token(these: Servers, families: int) -> None:
    """A later reuse of the used token ends the session."""
    for number in range(families):
        first = await these.signed_in()
        second = the_one(await these.refreshed(*[first.refresh_token] * AT_ONCE))
        assert second != first.refresh_token
        assert these.live() == 1, number
        third = the_one(await these.refreshed(*[second] * AT_ONCE))
        these.clock.advance(GRACE)
        (replayed,) = await these.refreshed(second)
        assert isinstance(replayed, TokenReused)
        assert these.live() == 0
        for token in (first.refresh_token, second, third):
            (dead,) = await these.refreshed(token)
            assert isinstance(dead, InvalidToken)


async def a_replay_in_the_middle_ends_it(these: Servers, families: int) -> None:
    """The thief's token and the owner's at once: whatever comes first, the session is over, with all its tokens."""
    for _ in range(families):
        old = (await these.signed_in()).refresh_token
        current = the_one(await these.refreshed(old))
        these.clock.advance(GRACE)
        answers = await these.refreshed(*[old, current] * (AT_ONCE // 2))
        kinds = Counter(type(answer).__name__ for answer in answers)
        assert kinds["TokenReused"] == 1, kinds
        assert these.live() == 0
        given_out = {answer.refresh_token for answer in answers if isinstance(answer, SignedIn)}
        assert len(given_out) <= 1
        for token in (old, current, *given_out):
            (dead,) = await these.refreshed(token)
            assert isinstance(dead, InvalidToken)


async def a_logout_in_the_middle_ends_it(these: Servers, families: int) -> None:
    for _ in range(families):
        session = await these.signed_in()
        answers = await these.refreshed(*[session.refresh_token] * AT_ONCE, and_logged_out=session.session_id)
        assert {type(answer) for answer in answers} <= {SignedIn, InvalidToken}
        assert these.live() == 0
        given_out = {answer.refresh_token for answer in answers if isinstance(answer, SignedIn)}
        assert len(given_out) <= 1
        for token in (session.refresh_token, *given_out):
            (dead,) = await these.refreshed(token)
            assert isinstance(dead, InvalidToken)


Story = Callable[[Servers, int], Awaitable[None]]


async def play(postgres: TestServer, story: Story, families: int = FAMILIES, **context: Any) -> None:
    async with servers(postgres, **context) as these:
        await story(these, families)


STORIES: Final = [all_at_once_get_one_token, a_replay_in_the_middle_ends_it, a_logout_in_the_middle_ends_it]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_a_token_family_has_at_most_one_live_token(postgres: TestServer, report: Report, story: Story) -> None:
    await play(postgres, story)
    report(22, f"{story.__name__}: {FAMILIES} families, {AT_ONCE} at once")


class Unlocked(PostgresSessions):
    """Reads a session without locking it."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self._reads = PostgresSessionReads(work)

    async def lock(self, session_id: SessionId) -> Session | None:
        return await self._reads.get(session_id)


class UnlockedRepositories(PostgresRepositories):
    def __init__(self, work: Work, cipher: FieldCipher) -> None:
        super().__init__(work, cipher)
        self.sessions = Unlocked(work)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_without_the_lock_several_tokens_follow(
    postgres: TestServer, monkeypatch: pytest.MonkeyPatch, story: Story
) -> None:
    monkeypatch.setattr("adapters.postgres.database.PostgresRepositories", UnlockedRepositories)
    with pytest.raises(AssertionError):
        await play(postgres, story, families=20)


async def test_a_rolled_back_refusal_of_a_replay_is_detected(postgres: TestServer) -> None:
    async def rolled_back(command: RefreshSession, tx: IdentityTx, context: UseCaseContext) -> SignedIn:
        try:
            return await refresh_session.handle(command, tx, context)
        except TokenReused:
            raise InvalidToken from None

    for story in STORIES[:2]:
        with pytest.raises(AssertionError):
            await play(postgres, story, families=1, refreshing=rolled_back)


async def test_without_the_grace_period_a_retrying_client_is_signed_out(
    postgres: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("booking_domain.identity.sessions.GRACE", timedelta(0))
    with pytest.raises(AssertionError):
        await play(postgres, all_at_once_get_one_token, families=1)


async def test_a_grace_period_with_several_next_tokens_is_noticed(postgres: TestServer) -> None:
    class Fresh(OpaqueRefreshTokens):
        """The client loses every token except one."""

        def following(self, token: Any, seed: bytes) -> Any:
            return super().following(token, self.seed())

    with pytest.raises(AssertionError):
        await play(postgres, all_at_once_get_one_token, families=1, tokens=Fresh())
