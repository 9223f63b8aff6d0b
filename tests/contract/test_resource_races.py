"""Many providers of one salon who want the units of one resource at once, on PostgreSQL: exactly what fits is booked.

`make reliability` tries 2,000 times.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

import pytest
from tests.contract.backends import PostgresBackend
from tests.contract.test_resources import House, a_house
from tests.reliability import scale
from tests.unit.use_cases.scenes import FREE

from adapters.postgres.restoring import broken
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.scheduling.claiming import slot_window
from booking_domain.scheduling.errors import SlotTaken
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import DomainError
from booking_domain.testing.builders import HOUR, TOMORROW
from booking_domain.testing.identity.memory.security import memory_security_ports
from booking_domain.testing.studio import Studio

ATTEMPTS: Final = scale.of(2_000, less=60)
CUSTOMERS: Final = scale.of(200, less=10)
MEMBERS: Final = scale.of(25, less=5)
AT_ONCE: Final = 40
UNITS: Final = 2
STARTS: Final = tuple(TOMORROW + number * HOUR / 2 for number in range(5))


@pytest.fixture
async def house(postgres_backend: PostgresBackend) -> AsyncIterator[House]:
    studio = await Studio.opened(postgres_backend, terms=FREE, ports=(memory_security_ports(),))
    yield await a_house(studio, members=MEMBERS, quantity=UNITS)
    assert await studio.violations() == []
    assert {*(await broken(postgres_backend)).values()} == {0}


async def taken_units(database: PostgresBackend) -> int:
    async with database.connection() as connection:
        cursor = await connection.execute("SELECT count(*) FROM resource_units")
        return int((await cursor.fetchall())[0][0])


async def test_of_many_attempts_at_once_as_many_book_as_there_are_units(
    house: House, postgres_backend: PostgresBackend
) -> None:
    customers = [await house.studio.joined() for _ in range(CUSTOMERS)]
    free = asyncio.Semaphore(AT_ONCE)

    async def attempt(number: int) -> type[DomainError] | Status:
        async with free:
            try:
                return (await house.book(number % MEMBERS, by=customers[number % CUSTOMERS])).status
            except DomainError as error:
                return type(error)

    results = Counter(await asyncio.gather(*map(attempt, range(ATTEMPTS))))
    assert results == {Status.CONFIRMED: UNITS, SlotTaken: ATTEMPTS - UNITS}
    assert await taken_units(postgres_backend) == UNITS


async def act(house: House, customer: Actor, chance: random.Random) -> None:
    """Book, move and cancel with any member, as chance has it."""
    mine: list[Booking] = []
    for _ in range(ATTEMPTS // CUSTOMERS):
        with suppress(DomainError):
            if not mine or chance.random() < 0.5:
                mine.append(await house.book(chance.randrange(MEMBERS), chance.choice(STARTS), by=customer))
                continue
            booking = mine.pop(chance.randrange(len(mine)))
            if chance.random() < 0.5:
                await house.studio.move(booking, Status.CANCELLED, by=customer)
            else:
                mine.append(await house.studio.reschedule(booking, chance.choice(STARTS), by=customer))


async def test_no_unit_is_taken_twice_while_customers_book_move_and_cancel(
    house: House, postgres_backend: PostgresBackend
) -> None:
    customers = [await house.studio.joined() for _ in range(CUSTOMERS)]
    free = asyncio.Semaphore(AT_ONCE)

    async def acting(number: int) -> None:
        async with free:
            await act(house, customers[number], random.Random(number))  # noqa: S311

    await asyncio.gather(*map(acting, range(CUSTOMERS)))
    schedules = await house.studio.reads.schedules.of_all(house.members, slot_window(TOMORROW))
    live = [claim for schedule in schedules for claim in schedule.claims]
    assert await taken_units(postgres_backend) == len(live)
    for start in STARTS:
        at_once = sum(claim.span.start <= start < claim.span.end for claim in live)
        assert at_once <= UNITS
