"""The relay hands on every message, in order, and none twice."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg import AsyncConnection
from tests.databases import CIPHER, TestServer

from adapters.postgres.database import Database
from adapters.postgres.relay import relay, waiting_messages
from booking_domain.shared.ids import EventId
from booking_domain.shared.outbox import Message

SUBJECT = UUID(int=7)


class Broken(Exception):
    pass


@asynccontextmanager
async def database(server: TestServer) -> AsyncIterator[Database]:
    with server.database() as url:
        opened = Database(url, cipher=CIPHER)
        await opened.open()
        try:
            yield opened
        finally:
            await opened.close()


async def put(opened: Database, count: int) -> list[Message]:
    messages = [
        Message(
            id=EventId(uuid4()),
            topic=f"test.{number}",
            subject=SUBJECT,
            payload={"number": str(number)},
            occurred_at=datetime(2026, 11, 21, tzinfo=UTC),
        )
        for number in range(count)
    ]
    for message in messages:
        async with opened.begin() as tx:
            await tx.outbox.put([message])
    return messages


class Receiver:
    """Keeps what it is handed in a table, in the relay's transaction; breaks on demand."""

    def __init__(self, *, breaks: int = 0) -> None:
        self.breaks = breaks

    async def dispatch(self, connection: AsyncConnection[Any], messages: Sequence[Message]) -> None:
        await connection.execute("CREATE TABLE IF NOT EXISTS received (seq serial, topic text)")
        for message in messages:
            await connection.execute("INSERT INTO received (topic) VALUES (%s)", [message.topic])
        if self.breaks:
            self.breaks -= 1
            raise Broken


async def received(opened: Database) -> list[str]:
    async with opened.connection() as connection:
        return [
            topic for (topic,) in await (await connection.execute("SELECT topic FROM received ORDER BY seq")).fetchall()
        ]


def test_messages_are_handed_on_in_order_and_once(postgres: TestServer) -> None:
    async def play() -> None:
        async with database(postgres) as opened:
            messages = await put(opened, 25)
            receiver = Receiver()
            moved = [await relay(opened, receiver.dispatch, most=10) for _ in range(4)]
            assert moved == [10, 10, 5, 0]
            assert await received(opened) == [message.topic for message in messages]
            async with opened.work() as work:
                assert await waiting_messages(work) == []

    asyncio.run(play())


def test_a_relay_that_breaks_leaves_its_messages_for_the_next_one(postgres: TestServer) -> None:
    async def play() -> None:
        async with database(postgres) as opened:
            messages = await put(opened, 3)
            receiver = Receiver(breaks=1)
            with pytest.raises(Broken):
                await relay(opened, receiver.dispatch)
            async with opened.work() as work:
                assert await waiting_messages(work) == messages
            assert await relay(opened, receiver.dispatch) == 3
            assert await received(opened) == [message.topic for message in messages]

    asyncio.run(play())


def test_relays_that_run_at_once_do_not_get_in_each_others_way(postgres: TestServer) -> None:
    async def play() -> None:
        async with database(postgres) as opened:
            messages = await put(opened, 40)
            receiver = Receiver()
            await relay(opened, receiver.dispatch, most=1)
            while sum(await asyncio.gather(*(relay(opened, receiver.dispatch, most=3) for _ in range(4)))):
                pass
            assert await received(opened) == [message.topic for message in messages]

    asyncio.run(play())
