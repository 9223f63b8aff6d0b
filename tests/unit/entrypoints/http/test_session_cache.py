"""What a process keeps of sessions: never longer than it hears of changes, and nothing that was read before one."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pytest
from tests.gates import PATIENCE_SECONDS

from booking_domain.identity.errors import InvalidToken
from booking_domain.identity.model import User, UserAction, UserParty
from booking_domain.identity.ports import Holder
from booking_domain.identity.sessions import Session
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import StorageUnavailable
from booking_domain.shared.ids import SessionId
from booking_domain.shared.signals import ReceivedSignals, Signals
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.memory import ManualClock, MemoryDatabase
from entrypoints.http.kit.listening import Listening
from entrypoints.http.kit.live_sessions import IDLE_SECONDS, LiveSessions

SECONDS: Final = 10
MOST: Final = 3


class Timer:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Process:
    """A process with its cache, and the database that it shares with others."""

    def __init__(self, database: MemoryDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
        self.database = database
        self.clock = ManualClock(NOW)
        self.timer = Timer()
        self.reads = 0
        self.between: Callable[[], Awaitable[None]] | None = None
        """Runs once, after the next read and before its result is used."""
        found = database.reads.sessions.holders

        async def holders(session_ids: Collection[SessionId], now: datetime) -> Mapping[SessionId, Holder]:
            self.reads += 1
            result = await found(session_ids, now)
            if self.between is not None:
                between, self.between = self.between, None
                await between()
            return result

        monkeypatch.setattr(database.reads.sessions, "holders", holders)
        self.live = LiveSessions(database.reads.sessions, self.clock, seconds=SECONDS, most=MOST, timer=self.timer)
        self.live.receive(ReceivedSignals(missed=True))

    async def signed_in(self) -> tuple[User, Session]:
        user = self.make.user()
        session = self.make.session(user)
        async with self.database.begin() as tx:
            await tx.users.add(user)
            await tx.sessions.add(session)
        return user, session

    make: Final = Builder()

    async def serves(self, user: User, session: Session) -> bool:
        with suppress(InvalidToken):
            await self.live.require(user.actor, session.id)
            return True
        return False

    async def reads_again(self, user: User, session: Session) -> bool:
        before = self.reads
        assert await self.serves(user, session)
        return self.reads > before


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch) -> Process:
    return Process(MemoryDatabase(), monkeypatch)


async def disable(process: Process, user: User) -> None:
    async with process.database.begin() as tx:
        await tx.users.save(user.moved(UserAction.DISABLE, UserParty.ADMIN))


async def test_a_session_is_read_once_until_its_time_is_over(process: Process) -> None:
    user, session = await process.signed_in()
    assert [await process.reads_again(user, session) for _ in range(3)] == [True, False, False]
    process.timer.now = SECONDS - 0.1
    assert not await process.reads_again(user, session)
    process.timer.now = SECONDS
    assert await process.reads_again(user, session)


async def test_a_signal_is_the_end_of_what_was_kept(process: Process) -> None:
    (user, session), (other, theirs) = await process.signed_in(), await process.signed_in()
    for each in ((user, session), (other, theirs)):
        await process.serves(*each)
    await disable(process, user)
    assert await process.serves(user, session)  # nobody has told this process yet
    process.live.receive(ReceivedSignals(accounts=frozenset({user.id})))
    assert not await process.serves(user, session)
    assert not await process.reads_again(other, theirs)


async def test_a_read_that_a_change_overtakes_is_not_kept(process: Process) -> None:
    user, session = await process.signed_in()

    async def disabled_and_heard() -> None:
        await disable(process, user)
        process.live.receive(ReceivedSignals(accounts=frozenset({user.id})))

    process.between = disabled_and_heard
    assert await process.serves(user, session)  # it was live when it was read
    assert not await process.serves(user, session)


async def test_a_read_from_before_an_interruption_is_not_kept_after_it(process: Process) -> None:
    user, session = await process.signed_in()

    async def reconnected() -> None:
        process.live.interrupted()
        await disable(process, user)  # and no signal arrives
        process.live.receive(ReceivedSignals(missed=True))

    process.between = reconnected
    assert await process.serves(user, session)
    assert not await process.serves(user, session)


async def test_without_the_count_of_changes_an_overtaken_read_is_kept(process: Process) -> None:
    """Control: nothing else keeps such a read out."""
    user, session = await process.signed_in()

    async def disabled_and_heard() -> None:
        await disable(process, user)
        process.live.receive(ReceivedSignals(accounts=frozenset({user.id})))
        process.live._changes = 1

    process.live._changes = 1
    process.between = disabled_and_heard
    await process.serves(user, session)
    assert await process.serves(user, session)


async def test_nothing_is_kept_while_changes_are_not_heard(process: Process) -> None:
    user, session = await process.signed_in()
    await process.serves(user, session)
    process.live.interrupted()
    assert [await process.reads_again(user, session) for _ in range(2)] == [True, True]
    process.live.receive(ReceivedSignals())
    assert [await process.reads_again(user, session) for _ in range(2)] == [True, False]


async def test_a_session_that_expires_is_not_served_from_what_was_kept(process: Process) -> None:
    user, session = await process.signed_in()
    await process.serves(user, session)
    process.clock.set(session.expires_at - timedelta(seconds=1))
    assert not await process.reads_again(user, session)
    process.clock.set(session.expires_at)
    assert not await process.serves(user, session)


async def test_a_token_that_names_another_role_or_account_is_refused_beside_one_that_is_kept(process: Process) -> None:
    (user, session), (other, _) = await process.signed_in(), await process.signed_in()
    await process.serves(user, session)
    assert not await process.serves(replace(user, role=Role.ADMIN), session)
    assert not await process.serves(other, session)
    assert not await process.reads_again(user, session)


async def test_no_more_sessions_are_kept_than_the_limit(process: Process) -> None:
    everyone = [await process.signed_in() for _ in range(MOST + 1)]
    for each in everyone:
        await process.serves(*each)
    assert [await process.reads_again(*each) for each in everyone[1:]] == [False] * MOST
    assert await process.reads_again(*everyone[0])
    assert len(process.live._kept) == MOST
    assert set(process.live._of_account) == {each.holder.actor.id for each in process.live._kept.values()}


async def test_sessions_whose_time_comes_are_read_again_together(process: Process) -> None:
    everyone = [await process.signed_in() for _ in range(MOST)]
    for each in everyone:
        await process.serves(*each)
    process.timer.now = SECONDS
    assert [await process.reads_again(*each) for each in everyone] == [True, False, False]


async def test_a_session_that_ended_unnoticed_is_refused_once_others_are_read_again(process: Process) -> None:
    (user, session), other = await process.signed_in(), await process.signed_in()
    for each in ((user, session), other):
        await process.serves(*each)
    await disable(process, user)  # and no signal arrives
    process.timer.now = SECONDS * 0.95
    assert await process.serves(user, session)
    await process.serves(*await process.signed_in())
    assert not await process.serves(user, session)
    assert not await process.reads_again(*other)


async def test_a_read_of_many_that_a_change_overtakes_keeps_none_of_them(process: Process) -> None:
    (user, session), other = await process.signed_in(), await process.signed_in()
    for each in ((user, session), other):
        await process.serves(*each)

    async def disabled_and_heard() -> None:
        await disable(process, user)
        process.live.receive(ReceivedSignals(accounts=frozenset({user.id})))

    process.timer.now, process.between = SECONDS, disabled_and_heard
    assert await process.serves(*other)
    assert not process.live._kept
    assert not await process.serves(user, session)


async def test_a_session_that_nobody_uses_is_not_read_again(process: Process) -> None:
    idle, used = await process.signed_in(), await process.signed_in()
    await process.serves(*idle)
    for process.timer.now in range(0, IDLE_SECONDS + SECONDS, SECONDS):
        await process.serves(*used)
    assert list(process.live._kept) == [used[1].id]


async def test_a_session_that_is_not_live_is_not_kept(process: Process) -> None:
    user = process.make.user()
    assert not await process.serves(user, process.make.session(user))
    assert not process.live._kept


async def test_sessions_of_a_crowd_are_read_together(process: Process) -> None:
    people = [await process.signed_in() for _ in range(20)]
    ended, nobody = await process.signed_in(), process.make.user()
    await disable(process, ended[0])
    people += [ended, (nobody, process.make.session(nobody))]
    assert await asyncio.gather(*(process.serves(*each) for each in people)) == [True] * 20 + [False] * 2
    assert process.reads == 1


async def test_who_asks_during_a_read_gets_what_is_read_after_it(process: Process) -> None:
    (user, session), later = await process.signed_in(), list[asyncio.Task[bool]]()

    async def ended() -> None:
        await disable(process, user)
        process.live.forget(user.id)
        later.append(asyncio.create_task(process.serves(user, session)))
        await asyncio.sleep(0)

    process.between = ended
    assert await process.serves(user, session)  # it was live when it was read
    assert not await later[0]


async def test_zero_seconds_keep_nothing() -> None:
    database, clock = MemoryDatabase(), ManualClock(NOW)
    live = LiveSessions(database.reads.sessions, clock, seconds=0)
    live.receive(ReceivedSignals(missed=True))
    user = Builder().user()
    session = Builder().session(user)
    async with database.begin() as tx:
        await tx.users.add(user)
        await tx.sessions.add(session)
    await live.require(user.actor, session.id)
    assert not live._kept


class Faulty(Signals):
    """Hears, fails with each of these errors, and hears again."""

    def __init__(self, *errors: Exception) -> None:
        self._said: list[ReceivedSignals | Exception] = [
            ReceivedSignals(missed=True),
            *errors,
            ReceivedSignals(missed=True),
        ]
        self.closed = False

    async def wait(self, seconds: float) -> ReceivedSignals:
        if not self._said:
            await asyncio.Event().wait()
        said = self._said.pop(0)
        if isinstance(said, Exception):
            raise said
        return said

    async def close(self) -> None:
        self.closed = True


class RecordingListener:
    def __init__(self) -> None:
        self.seen: list[str] = []
        self.done = asyncio.Event()

    def receive(self, received: ReceivedSignals) -> None:
        self.seen.append("heard")
        if self.seen.count("heard") == 2:
            self.done.set()

    def interrupted(self) -> None:
        self.seen.append("interrupted")


async def test_listeners_are_told_of_every_interruption(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entrypoints.http.kit.listening.RETRY_SECONDS", 0)
    signals, listener = Faulty(StorageUnavailable(), RuntimeError("a bug")), RecordingListener()
    listening = Listening(signals, listener)
    await listening.open()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await listener.done.wait()
    await listening.close()
    assert listener.seen == ["heard", "interrupted", "interrupted", "heard"]
    assert signals.closed


class Broken(RecordingListener):
    def receive(self, received: ReceivedSignals) -> None:
        super().receive(received)
        raise RuntimeError("a bug")


async def test_a_listener_that_fails_counts_as_an_interruption_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entrypoints.http.kit.listening.RETRY_SECONDS", 0)
    broken, listener = Broken(), RecordingListener()
    listening = Listening(Faulty(), listener, broken)
    await listening.open()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await broken.done.wait()
        while len(listener.seen) < 4:  # noqa: ASYNC110
            await asyncio.sleep(0)
    await listening.close()
    assert listener.seen == ["heard", "interrupted"] * 2
