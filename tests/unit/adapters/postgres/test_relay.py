"""The relay dispatches every message once and in order."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb
from tests.databases import CIPHER, TestServer

from adapters.postgres.database import Database
from adapters.postgres.outbox.relay import Relayed, count_parked, relay, release_parked, waiting_events
from booking_domain.bookings.events import BookingConfirmed
from booking_domain.bookings.transitions import Status
from booking_domain.shared.events import Event
from booking_domain.shared.ids import BookingId, EventId, ProviderId

BOOKING = BookingId(UUID(int=7))


class Broken(Exception):
    pass


@pytest.fixture
async def opened(postgres: TestServer) -> AsyncIterator[Database]:
    with postgres.database() as url:
        opened = Database(url, cipher=CIPHER)
        await opened.open()
        try:
            yield opened
            async with opened.connection() as connection:
                await connection.execute("DROP TABLE IF EXISTS received")  # the database is as new: others use it
        finally:
            await opened.close()


async def put(opened: Database, count: int) -> list[Event]:
    events = [
        BookingConfirmed(
            id=EventId(uuid4()),
            occurred_at=datetime(2026, 11, 21, tzinfo=UTC),
            booking_id=BOOKING,
            provider_id=ProviderId(uuid4()),
            to=Status.CONFIRMED,
        )
        for _ in range(count)
    ]
    for event in events:
        async with opened.begin() as tx:
            await tx.outbox.put([event])
    return list(events)


class Receiver:
    """Records events in a table, in the relay's transaction; fails on demand."""

    def __init__(self, *, breaks: int = 0) -> None:
        self.breaks = breaks

    async def dispatch(self, connection: AsyncConnection[Any], events: Sequence[Event], _: Mapping[UUID, str]) -> None:
        await connection.execute("CREATE TABLE IF NOT EXISTS received (seq serial, event uuid)")
        for event in events:
            await connection.execute("INSERT INTO received (event) VALUES (%s)", [event.id])
        if self.breaks:
            self.breaks -= 1
            raise Broken


async def received(opened: Database) -> list[UUID]:
    async with opened.connection() as connection:
        return [
            each for (each,) in await (await connection.execute("SELECT event FROM received ORDER BY seq")).fetchall()
        ]


async def test_messages_are_relayed_in_order_and_once(opened: Database) -> None:
    events = await put(opened, 25)
    receiver = Receiver()
    moved = [(await relay(opened, receiver.dispatch, most=10)).total for _ in range(4)]
    assert moved == [10, 10, 5, 0]
    assert await received(opened) == [event.id for event in events]
    async with opened.work() as work:
        assert await waiting_events(work) == []


async def test_a_failed_relay_leaves_its_messages_for_the_next_one(opened: Database) -> None:
    events = await put(opened, 3)
    receiver = Receiver(breaks=1)
    with pytest.raises(Broken):
        await relay(opened, receiver.dispatch)
    async with opened.work() as work:
        assert await waiting_events(work) == events
    assert await relay(opened, receiver.dispatch) == Relayed(dispatched=3)
    assert await received(opened) == [event.id for event in events]


async def test_concurrent_relays_keep_the_order(opened: Database) -> None:
    events = await put(opened, 40)
    receiver = Receiver()
    await relay(opened, receiver.dispatch, most=1)
    relayed = [Relayed(dispatched=1)]
    while any(each.total for each in relayed):
        relayed = await asyncio.gather(*(relay(opened, receiver.dispatch, most=3) for _ in range(4)))
    assert await received(opened) == [event.id for event in events]


async def insert(opened: Database, *, topic: str, payload: dict[str, str]) -> UUID:
    """A row as another version of the program wrote it."""
    message_id = uuid4()
    async with opened.connection() as connection:
        await connection.execute(
            "INSERT INTO outbox (id, topic, subject, payload, occurred_at) VALUES (%s, %s, %s, %s, now())",
            [message_id, topic, BOOKING, Jsonb(payload)],
        )
    return message_id


async def test_an_unreadable_message_is_parked_reported_and_blocks_no_other(opened: Database) -> None:
    first = await put(opened, 1)
    unknown = await insert(opened, topic="review.praised", payload={"stars": "5"})
    broken = await insert(opened, topic="booking.confirmed", payload={"to": "sideways"})
    last = await put(opened, 1)
    receiver = Receiver()
    relayed = await relay(opened, receiver.dispatch)
    assert (relayed.dispatched, [each.message.id for each in relayed.parked]) == (2, [unknown, broken])
    assert [each.reason for each in relayed.parked] == [
        "unknown topic 'review.praised'",
        "booking.confirmed: Invalid enum value 'sideways' - at `$.to`",
    ]
    assert await received(opened) == [event.id for event in (*first, *last)]
    assert await relay(opened, receiver.dispatch) == Relayed()
    assert await count_parked(opened) == 2


async def test_parked_messages_of_a_topic_that_has_become_known_are_relayed_after_a_restart(opened: Database) -> None:
    await insert(opened, topic="review.praised", payload={})
    known = await insert(opened, topic="booking.cancelled", payload={"to": "cancelled"})
    async with opened.connection() as connection:
        await connection.execute("UPDATE outbox SET parked_at = now()")
    receiver = Receiver()
    assert await release_parked(opened) == 1
    assert await relay(opened, receiver.dispatch) == Relayed(dispatched=1)
    assert await received(opened) == [known]
    assert await count_parked(opened) == 1


async def test_a_failed_relay_parks_nothing(opened: Database) -> None:
    await put(opened, 1)
    await insert(opened, topic="review.praised", payload={})
    with pytest.raises(Broken):
        await relay(opened, Receiver(breaks=1).dispatch)
    assert await count_parked(opened) == 0
