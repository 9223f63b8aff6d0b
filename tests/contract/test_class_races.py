"""Many who want the places of one class at once, on PostgreSQL: as many get one as there are, whatever else happens.

`make reliability` tries 2,000 times.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from typing import Final

import pytest
from psycopg import AsyncConnection
from tests.contract.backends import PostgresBackend
from tests.contract.test_classes import a_class, book, places
from tests.reliability import scale
from tests.unit.use_cases.scenes import FREE

from adapters.postgres.restoring import broken
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.scheduling.claiming import slot_window
from booking_domain.scheduling.errors import SlotTaken
from booking_domain.scheduling.services import Service
from booking_domain.shared.actor import SYSTEM, Actor
from booking_domain.shared.errors import DomainError, StorageUnavailable
from booking_domain.shared.ids import ClaimId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, TOMORROW
from booking_domain.testing.identity.memory.security import memory_security_ports
from booking_domain.testing.kit.storage import present
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.scheduling.holds import sweep_holds

ATTEMPTS: Final = scale.of(2_000, less=60)
CUSTOMERS: Final = scale.of(200, less=20)
AT_ONCE: Final = 40
PLACES: Final = 10
CUTS: Final = scale.of(50, less=5)
STARTS: Final = (TOMORROW, TOMORROW + 3 * HOUR)
_CUT: Final = b"""
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid() LIMIT 1
"""


@pytest.fixture
async def studio(postgres_backend: PostgresBackend) -> AsyncIterator[Studio]:
    studio = await Studio.opened(postgres_backend, terms=FREE, ports=(memory_security_ports(),))
    yield studio
    assert await studio.violations() == []
    assert {*(await broken(postgres_backend)).values()} == {0}


async def test_of_many_attempts_at_once_as_many_book_as_there_are_places(studio: Studio) -> None:
    yoga = await a_class(studio, capacity=PLACES)
    customers = [await studio.joined() for _ in range(CUSTOMERS)]
    free = asyncio.Semaphore(AT_ONCE)

    async def attempt(customer: Actor) -> type[DomainError] | Status:
        async with free:
            try:
                return (await book(studio, yoga, by=customer)).status
            except DomainError as error:
                return type(error)

    results = Counter(await asyncio.gather(*(attempt(customers[number % CUSTOMERS]) for number in range(ATTEMPTS))))
    assert results == {Status.CONFIRMED: PLACES, SlotTaken: ATTEMPTS - PLACES}
    assert len(await places(studio)) == PLACES


async def act(studio: Studio, yoga: Service, massage: Service, customer: Actor, chance: random.Random) -> None:
    """Book, move and cancel, as chance has it; a booking whose connection was cut is left as it is."""
    mine: list[Booking] = []
    for _ in range(ATTEMPTS // CUSTOMERS):
        with suppress(DomainError):
            if not mine or chance.random() < 0.5:
                service = massage if chance.random() < 0.1 else yoga
                mine.append(await book(studio, service, chance.choice(STARTS), by=customer))
                continue
            booking = mine.pop()
            if chance.random() < 0.5:
                await studio.move(booking, Status.CANCELLED, by=customer)
            else:
                mine.append(await studio.reschedule(booking, chance.choice(STARTS), by=customer))


async def cut_connections(database: PostgresBackend) -> None:
    """Cut connections in the middle of what they do, as if their process died."""
    async with await AsyncConnection.connect(database.conninfo, autocommit=True) as connection:
        for _ in range(CUTS):
            await connection.execute(_CUT)


async def reconnected(studio: Studio) -> None:
    """Wait until no connection of the pool is one that was cut."""
    failed: list[object] = [None]
    while failed:
        found = await asyncio.gather(*(places(studio) for _ in range(AT_ONCE)), return_exceptions=True)
        failed = [each for each in found if isinstance(each, StorageUnavailable)]


async def test_no_class_has_too_many_places_while_customers_book_move_and_cancel_and_connections_are_cut(
    studio: Studio, postgres_backend: PostgresBackend
) -> None:
    yoga, massage = await a_class(studio, capacity=PLACES), await a_class(studio, capacity=1)
    customers = [await studio.joined() for _ in range(CUSTOMERS)]
    acting = (
        act(studio, yoga, massage, customer, random.Random(number))  # noqa: S311 - the actions of a test
        for number, customer in enumerate(customers)
    )
    await asyncio.gather(cut_connections(postgres_backend), *acting)
    await reconnected(studio)
    for start in STARTS:
        there = await places(studio, start)
        left = PLACES - len(there) if all(each.class_id for each in there) else 0
        for customer in customers[:left]:
            await book(studio, yoga, start, by=customer)
        with pytest.raises(SlotTaken):
            await book(studio, yoga, start, by=customers[-1])


async def test_the_sweep_deletes_occurrences_without_places_unless_somebody_takes_one(
    studio: Studio, postgres_backend: PostgresBackend
) -> None:
    yoga = await a_class(studio)

    async def occurrences() -> int:
        async with postgres_backend.connection() as connection:
            cursor = await connection.execute("SELECT count(*) FROM claims WHERE class_id IS NOT NULL")
            return int((await cursor.fetchall())[0][0])

    for start in STARTS:
        await studio.move(await book(studio, yoga, start), Status.CANCELLED)
    await book(studio, yoga, STARTS[1])
    async with postgres_backend.begin() as tx:
        present(await tx.schedules.lock(studio.provider_id, slot_window(STARTS[0])))
        span = TimeRange(STARTS[0], STARTS[0] + HOUR)
        place = replace(
            (await places(studio, STARTS[1]))[0], id=ClaimId(studio.entropy.new_id()), span=span, blocked=span
        )
        await tx.claims.acquire(place, studio.clock.now())
        await studio.run(sweep_holds, None, by=SYSTEM)
        await tx.claims.release(place.provider_id, place.id)
    assert await occurrences() == 2
    await studio.run(sweep_holds, None, by=SYSTEM)
    assert await occurrences() == 1
