"""Streams of several processes deliver each event once, even when their listening connections are killed."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID

import pytest
from tests.contract.backends import PostgresBackend, on_postgres
from tests.databases import LISTENERS, TestServer

from booking_domain.flags.model import FlagRule
from booking_domain.live.model import Channel, Follower, LiveEvent, NewLiveEvent, StreamLimits
from booking_domain.shared.ids import UserId
from booking_domain.shared.signals import ReceivedSignals
from booking_domain.testing.builders import NOW
from booking_domain.testing.clock import ManualClock
from booking_domain.testing.memory import MemoryDatabase
from entrypoints.http.kit.flags import CHANGED
from entrypoints.http.kit.listening import Listening
from entrypoints.http.live.hub import LiveHub, Stream

TICK: Final = NewLiveEvent(channel=Channel.SYSTEM, type="test.tick")
ALL: Final = Follower(channels=frozenset(Channel))
_KILL: Final = f"SELECT pg_terminate_backend(pid) {LISTENERS}".encode()


@asynccontextmanager
async def a_process(backend: PostgresBackend) -> AsyncIterator[tuple[LiveHub, Stream]]:
    hub = LiveHub(backend.reads, ManualClock(NOW), StreamLimits())
    listening = Listening(backend.signals(), hub)
    await listening.open()
    try:
        yield hub, await hub.open(ALL, "address", after=None)
    finally:
        await listening.close()
        await hub.aclose()


async def _announce(backend: PostgresBackend, count: int) -> None:
    async with backend.begin() as tx:
        await tx.live_events.append([TICK] * count, NOW)


async def _received(stream: Stream, count: int) -> list[int]:
    found = [await stream.next(20) for _ in range(count)]
    return [each.id for each in found if each is not None]


async def test_each_process_gets_each_event_once_though_its_listening_connection_is_killed(
    postgres: TestServer,
) -> None:
    async with (
        on_postgres(postgres, pool_size=4) as backend,
        a_process(backend) as (_, one),
        a_process(backend) as (_, other),
    ):
        for killed in (False, True, False, True):
            if killed:
                async with backend.connection() as connection:
                    await connection.execute(_KILL)
            await asyncio.gather(*(_announce(backend, 1 + number % 2) for number in range(6)))
        expected = list(range(1, 4 * 9 + 1))
        assert await _received(one, len(expected)) == await _received(other, len(expected)) == expected


async def test_processes_hear_of_a_changed_rule_of_a_feature_flag(postgres: TestServer) -> None:
    async with on_postgres(postgres, pool_size=1) as backend:
        signals = backend.signals()
        assert await signals.wait(20) == ReceivedSignals(missed=True)
        async with backend.begin() as tx:
            await tx.flag_rules.put(FlagRule(name="a", percent=5, changed_at=NOW))
        assert await signals.wait(20) == ReceivedSignals(public=frozenset({CHANGED}))
        await signals.close()


async def test_the_hub_reads_nothing_when_only_something_else_is_heard() -> None:
    database, reads = MemoryDatabase(), list[int]()
    hub = LiveHub(database.reads, ManualClock(NOW), StreamLimits())
    after = database.reads.live.after

    async def counted(event_id: int, limit: int) -> Sequence[LiveEvent]:
        reads.append(event_id)
        return await after(event_id, limit)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database.reads.live, "after", counted)
        await hub.open(ALL, "address", after=None)
        reads.clear()
        for heard in (
            ReceivedSignals(public=frozenset({UUID(int=1)})),
            ReceivedSignals(accounts=frozenset({UserId(UUID(int=1))})),
            ReceivedSignals(live_events=True),
            ReceivedSignals(missed=True),
            ReceivedSignals(),
        ):
            hub.receive(heard)
            for _ in range(5):
                await asyncio.sleep(0)
        await hub.aclose()
    assert len(reads) == 3
