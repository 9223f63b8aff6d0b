"""Many customers at once want a provider at two venues, on PostgreSQL: there is always time to travel."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from typing import Final

import pytest
from tests.contract.backends import PostgresBackend
from tests.contract.test_venues import a_service, a_venue, book, travels
from tests.reliability import scale
from tests.unit.use_cases.scenes import FREE

from adapters.postgres.restoring import broken
from booking_domain.bookings.errors import BookingNotFound
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import InvalidBookingTransition, Status
from booking_domain.scheduling.errors import SlotNotOffered, SlotTaken
from booking_domain.scheduling.services import Service
from booking_domain.shared.actor import Actor
from booking_domain.testing.builders import HOUR, TOMORROW
from booking_domain.testing.kit.storage import race
from booking_domain.testing.studio import Studio

CUSTOMERS: Final = scale.of(200, less=24)
WAY: Final = timedelta(minutes=45)
STARTS: Final = tuple(TOMORROW + number * HOUR / 2 for number in range(12))


@pytest.fixture
async def studio(postgres_backend: PostgresBackend) -> AsyncIterator[Studio]:
    studio = await Studio.opened(postgres_backend, terms=FREE)
    yield studio
    assert await studio.violations() == []
    assert {*(await broken(postgres_backend)).values()} == {0}


async def act(studio: Studio, services: Sequence[Service], customer: Actor, chance: random.Random) -> list[Booking]:
    """Book, and move or cancel what was booked, as often as not; returns what is left."""
    booked: list[Booking] = []
    for _ in range(4):
        with suppress(SlotTaken, SlotNotOffered, InvalidBookingTransition, BookingNotFound):
            if booked and chance.random() < 0.5:
                booking = booked[-1]
                if chance.random() < 0.5:
                    await studio.move(booking, Status.CANCELLED, by=customer)
                    booked.pop()
                else:
                    booked[-1] = await studio.reschedule(booking, chance.choice(STARTS), by=customer)
            else:
                booked.append(await book(studio, chance.choice(services), chance.choice(STARTS), by=customer))
    return booked


async def test_of_many_attempts_at_two_venues_those_at_one_are_booked(studio: Studio) -> None:
    services = [await a_service(studio, await a_venue(studio)), await a_service(studio)]
    await travels(studio, WAY // timedelta(minutes=1))
    customers = [await studio.joined() for _ in range(CUSTOMERS)]
    attempts = [
        book(studio, services[number % 2], TOMORROW + number % 2 * HOUR, by=customer)
        for number, customer in enumerate(customers)
    ]
    booked, refusals = await race(attempts)
    assert len(booked) == 1
    assert {type(refusal) for refusal in refusals} == {SlotTaken}


async def test_there_is_time_to_travel_while_customers_book_move_and_cancel(studio: Studio) -> None:
    services = [await a_service(studio, await a_venue(studio)), await a_service(studio)]
    await travels(studio, WAY // timedelta(minutes=1))
    customers = [await studio.joined() for _ in range(CUSTOMERS)]
    chance = random.Random(59)  # noqa: S311 - which requests come first is up to the database
    done, refusals = await race(
        [act(studio, services, each, random.Random(chance.random())) for each in customers]  # noqa: S311
    )
    assert refusals == []
    left = sorted((booking for each in done for booking in each), key=lambda booking: booking.span.start)
    assert left
    for one, other in pairwise(left):
        way = timedelta(0) if one.venue_id == other.venue_id else WAY
        assert one.span.end + way <= other.span.start
