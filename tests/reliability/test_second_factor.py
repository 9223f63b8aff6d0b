"""Concurrent second factors: a code gives one session, five guesses are checked, a confirmation ends every session.

Several connection pools stand for several processes. Controls remove the locks and must fail.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeAlias

import pytest
from sqlalchemy import bindparam, select
from tests.databases import CIPHER, TestServer
from tests.gates import PATIENCE_SECONDS, Gate
from tests.reliability import scale

from adapters.postgres.database import Database
from adapters.postgres.identity import second_factors
from adapters.postgres.identity.second_factors import PostgresSecondFactors
from adapters.postgres.identity.tables import totp_factors
from adapters.postgres.identity.users import PostgresUsers
from adapters.postgres.kit.statements import Statement
from adapters.security.entropy import SystemEntropy
from adapters.security.time_codes import TotpTimeCodes
from booking_domain.identity.errors import InvalidSecondFactor, SecondFactorNeeded, TooManyAttempts
from booking_domain.identity.model import User
from booking_domain.identity.second_factor import MOST_WRONG_IN_A_ROW, STEP, Refusal, SecondFactor
from booking_domain.identity.security import SecurityPorts
from booking_domain.identity.sessions import Client, LoginMethod
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.executor import Executor, UseCaseContext
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.identity.memory.security import memory_security_ports
from booking_domain.testing.kit.storage import waits
from booking_domain.testing.memory import ManualClock, MemoryRefreshTokens, MemoryTimeCodes
from booking_domain.use_cases.identity.authenticate import OpenSession, SignedIn, open_session
from booking_domain.use_cases.identity.second_factor import NewRecoveryCodes, UseFactor, confirm_factor
from booking_domain.use_cases.platform.ports import Repositories

AT_ONCE: Final = scale.of(200, less=20)
GUESSES: Final = scale.of(500, less=60)
POOLS: Final = 4
APP: Final = MemoryTimeCodes()
ENTROPY: Final = SystemEntropy()
TOKENS: Final = MemoryRefreshTokens()

Outcome: TypeAlias = SignedIn | SecondFactorNeeded | Refusal


class Counting(TotpTimeCodes):
    """Counts the guesses that are checked."""

    looked_at = 0

    def step_of(self, secret: str, guess: str, now: datetime) -> int | None:
        self.looked_at += 1
        return super().step_of(secret, guess, now)


@dataclass
class Platform:
    """An account with a second factor, over several connection pools."""

    databases: Sequence[Database]
    user: User
    secret: str
    recovery_codes: tuple[str, ...]
    clock: ManualClock
    codes: Counting

    def circumstances(self) -> UseCaseContext:
        ports = {SecurityPorts: self.security}
        return UseCaseContext(actor=self.user.actor, now=self.clock.now(), entropy=ENTROPY, ports=ports)

    @property
    def security(self) -> SecurityPorts:
        return replace(memory_security_ports(), refresh_tokens=TOKENS, time_codes=self.codes)

    def opening(self, second_factor: str | None) -> OpenSession:
        return OpenSession(
            user_id=self.user.id, method=LoginMethod.PASSWORD, client=Client(), second_factor=second_factor
        )

    async def sign_in(self, second_factor: str | None, place: int = 0) -> Outcome:
        executor: Executor[Repositories] = Executor(
            begin=self.databases[place % POOLS].begin, clock=self.clock, entropy=ENTROPY, ports=(self.security,)
        )
        try:
            return await executor.run(open_session, self.opening(second_factor), actor=SYSTEM)
        except (SecondFactorNeeded, InvalidSecondFactor, TooManyAttempts) as refused:
            return refused

    async def sign_in_at_once(self, guesses: Sequence[str]) -> list[Outcome]:
        return await asyncio.gather(*(self.sign_in(guess, place) for place, guess in enumerate(guesses)))

    async def sessions(self) -> int:
        return len(await self.databases[0].reads.sessions.live(self.user.id, self.clock.now(), 1_000))


@asynccontextmanager
async def platform(postgres: TestServer, *, confirmed: bool = True) -> AsyncIterator[Platform]:
    user = Builder().user()
    factor, secret = SecondFactor(user_id=user.id).set_up(ENTROPY)
    recovery: tuple[str, ...] = ()
    if confirmed:
        factor, refused = factor.confirmed(APP.code(secret, NOW), APP, NOW)
        assert refused is None
        factor, recovery = factor.with_recovery_codes(ENTROPY)
    async with AsyncExitStack() as stack:
        url = stack.enter_context(postgres.database())
        databases = [Database(url, cipher=CIPHER, pool_size=5, pool_timeout=PATIENCE_SECONDS) for _ in range(POOLS)]
        for database in databases:
            await database.open()
            stack.push_async_callback(database.close)
        async with databases[0].begin() as tx:
            await tx.users.add(user)
            await tx.second_factors.save(factor)
        codes = Counting("booking.example.com")
        yield Platform(databases, user, secret, recovery, ManualClock(NOW + STEP), codes)


def refusals(results: Sequence[Outcome]) -> list[type[Exception]]:
    return [type(each) for each in results if isinstance(each, Exception)]


def wrong_codes(secret: str, now: datetime, number: int) -> list[str]:
    near = {APP.code(secret, now + by * STEP) for by in (-1, 0, 1)}
    return [code for code in (f"{number:06}" for number in range(number + len(near))) if code not in near][:number]


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    found = select(totp_factors).where(totp_factors.c.user_id == bindparam("of_user"))
    monkeypatch.setattr(second_factors, "_LOCK", Statement(found))
    monkeypatch.setattr(PostgresUsers, "lock", PostgresUsers.get)


async def _sessions_of_one_code(postgres: TestServer, *, recovery: bool) -> int:
    async with platform(postgres) as context:
        code = context.recovery_codes[0] if recovery else APP.code(context.secret, context.clock.now())
        results = await context.sign_in_at_once([code] * AT_ONCE)
        assert set(refusals(results)) <= {InvalidSecondFactor}
        assert await context.sessions() == sum(isinstance(each, SignedIn) for each in results)
        return await context.sessions()


@pytest.mark.parametrize("recovery", [False, True], ids=["app", "recovery code"])
async def test_concurrent_uses_of_a_code_give_one_session(postgres: TestServer, *, recovery: bool) -> None:
    assert await _sessions_of_one_code(postgres, recovery=recovery) == 1


@pytest.mark.usefixtures("without_locks")
@pytest.mark.parametrize("recovery", [False, True], ids=["app", "recovery code"])
async def test_without_the_locks_a_code_gives_several_sessions(
    postgres: TestServer, monkeypatch: pytest.MonkeyPatch, *, recovery: bool
) -> None:
    monkeypatch.setattr(PostgresSecondFactors, "lock", Gate(2).after(PostgresSecondFactors.lock))
    assert await _sessions_of_one_code(postgres, recovery=recovery) > 1


async def _looked_at(postgres: TestServer) -> int:
    """How many concurrent guesses are checked; afterwards none is, and a recovery code still works."""
    async with platform(postgres) as context:
        results = await context.sign_in_at_once(wrong_codes(context.secret, context.clock.now(), GUESSES))
        assert set(refusals(results)) <= {InvalidSecondFactor, TooManyAttempts}
        assert len(refusals(results)) == GUESSES
        looked_at = context.codes.looked_at
        if looked_at > MOST_WRONG_IN_A_ROW:
            return looked_at
        assert refusals(results).count(InvalidSecondFactor) == looked_at
        last = await context.sign_in(APP.code(context.secret, context.clock.now()))
        assert refusals([last]) == [TooManyAttempts]
        assert isinstance(await context.sign_in(context.recovery_codes[0]), SignedIn)
        return looked_at


async def test_of_concurrent_guesses_five_are_checked(postgres: TestServer) -> None:
    assert await _looked_at(postgres) == MOST_WRONG_IN_A_ROW


@pytest.mark.usefixtures("without_locks")
async def test_without_the_locks_more_guesses_are_checked(
    postgres: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = Gate(MOST_WRONG_IN_A_ROW + 1).after(PostgresSecondFactors.lock)
    monkeypatch.setattr(PostgresSecondFactors, "lock", together)
    assert await _looked_at(postgres) > MOST_WRONG_IN_A_ROW


async def _held_up(task: asyncio.Task[Any], *, locks: bool) -> bool:
    """Whether the locks hold up a task; without them, wait until it has finished, so that it has lost the race."""
    if locks:
        return await waits(task)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.wait({task})
    return False


async def _confirmed_meanwhile(postgres: TestServer, *, locks: bool) -> tuple[bool, bool]:
    """Return whether a sign-in with one factor waits for a concurrent confirmation, and whether it then succeeds."""
    async with platform(postgres, confirmed=False) as context:
        first = await context.sign_in(None)
        assert isinstance(first, SignedIn)
        code = UseFactor(code=APP.code(context.secret, context.clock.now()), current=first.session_id)
        async with context.databases[0].begin() as tx:
            outcome = await confirm_factor.handle(code, tx, context.circumstances())
            assert isinstance(outcome, NewRecoveryCodes)
            other = asyncio.create_task(context.sign_in(None, 1))
            waited = await _held_up(other, locks=locks)
        return waited, isinstance(await other, SignedIn)


async def _signed_in_meanwhile(postgres: TestServer, *, locks: bool) -> tuple[bool, int]:
    """Whether a confirmation waits for a concurrent sign-in with one factor, and how many sessions remain."""
    async with platform(postgres, confirmed=False) as context:
        first = await context.sign_in(None)
        assert isinstance(first, SignedIn)
        code = UseFactor(code=APP.code(context.secret, context.clock.now()), current=first.session_id)

        async def confirm() -> Any:
            async with context.databases[0].begin() as tx:
                return await confirm_factor.handle(code, tx, context.circumstances())

        async with context.databases[1].begin() as tx:
            opened = await open_session.handle(context.opening(None), tx, context.circumstances())
            assert isinstance(opened, SignedIn)
            confirmation = asyncio.create_task(confirm())
            waited = await _held_up(confirmation, locks=locks)
        assert isinstance(await confirmation, NewRecoveryCodes)
        return waited, await context.sessions()


async def test_no_sign_in_with_one_factor_succeeds_during_a_confirmation(postgres: TestServer) -> None:
    assert await _confirmed_meanwhile(postgres, locks=True) == (True, False)
    assert await _signed_in_meanwhile(postgres, locks=True) == (True, 1)


@pytest.mark.usefixtures("without_locks")
async def test_without_the_locks_a_sign_in_with_one_factor_succeeds(postgres: TestServer) -> None:
    assert (await _confirmed_meanwhile(postgres, locks=False))[1]
    assert (await _signed_in_meanwhile(postgres, locks=False))[1] > 1


async def test_one_factor_is_not_enough(postgres: TestServer) -> None:
    async with platform(postgres) as context:
        assert refusals([await context.sign_in(None)]) == [SecondFactorNeeded]
        assert await context.sessions() == 0
