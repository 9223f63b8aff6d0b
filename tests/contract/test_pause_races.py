"""Many customers at once want a time with a pause and the time in it, on PostgreSQL: nothing is worked twice."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Final

import pytest
from tests.contract.backends import PostgresBackend
from tests.contract.test_pauses import a_colour, a_service
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
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking

CUSTOMERS: Final = scale.of(200, less=12)
STARTS: Final = tuple(TOMORROW + number * HOUR / 2 for number in range(7))


@pytest.fixture
async def studio(postgres_backend: PostgresBackend) -> AsyncIterator[Studio]:
    studio = await Studio.opened(postgres_backend, terms=FREE)
    yield studio
    assert await studio.violations() == []
    assert {*(await broken(postgres_backend)).values()} == {0}


async def act(studio: Studio, services: Sequence[Service], customer: Actor, chance: random.Random) -> None:
    """Book, and move or cancel what was booked, as often as not."""
    booked: list[Booking] = []
    for _ in range(4):
        with suppress(SlotTaken, SlotNotOffered, InvalidBookingTransition, BookingNotFound):
            if booked and chance.random() < 0.5:
                booking = booked.pop()
                if chance.random() < 0.5:
                    await studio.move(booking, Status.CANCELLED, by=customer)
                else:
                    booked.append(await studio.reschedule(booking, chance.choice(STARTS), by=customer))
            else:
                service = chance.choice(services)
                command = PlaceBooking(
                    provider_id=studio.provider_id, slot=chance.choice(STARTS), service_ids=(service.id,)
                )
                booked.append(await studio.run(place_booking, command, by=customer))


async def test_no_work_overlaps_while_customers_book_move_and_cancel(studio: Studio) -> None:
    services = [await a_colour(studio), await a_service(studio), await a_service(studio, 30)]
    customers = [await studio.joined() for _ in range(CUSTOMERS)]
    chance = random.Random(36)  # noqa: S311 - which requests come first is up to the database
    _, refusals = await race([act(studio, services, each, random.Random(chance.random())) for each in customers])  # noqa: S311
    assert refusals == []


async def test_of_many_attempts_at_a_pause_one_books_it(studio: Studio) -> None:
    colour, cut = await a_colour(studio), await a_service(studio)
    customers = [await studio.joined() for _ in range(CUSTOMERS)]

    def booking(service: Service, number: int, customer: Actor) -> PlaceBooking:
        slot = TOMORROW + (HOUR if service is cut else 0 * HOUR)
        return PlaceBooking(provider_id=studio.provider_id, slot=slot, service_ids=(service.id,), notes=f"{number}")

    attempts = [
        studio.run(place_booking, booking((cut, colour)[number % 2], number, customer), by=customer)
        for number, customer in enumerate(customers)
    ]
    booked, refusals = await race(attempts)
    assert sorted(each.minutes for each in booked) == [60, 180]
    assert {type(refusal) for refusal in refusals} == {SlotTaken}
