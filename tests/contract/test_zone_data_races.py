"""Bookings that follow new time zone data while customers book, reschedule and cancel, on PostgreSQL."""

from collections.abc import Awaitable
from dataclasses import replace

import pytest
from tests.contract.backends import PostgresBackend
from tests.unit.use_cases.scenes import FREE

from booking_domain.bookings.transitions import Status
from booking_domain.shared.actor import SYSTEM
from booking_domain.testing.builders import HOUR, TOMORROW
from booking_domain.testing.kit.storage import race
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.bookings.follow_zone_data import FollowZoneData, follow_zone_data
from booking_domain.use_cases.bookings.reschedule_booking import RescheduleBooking, reschedule_booking


@pytest.mark.parametrize("attempt", range(5))
async def test_following_zone_data_overlaps_and_loses_no_booking(
    postgres_backend: PostgresBackend, attempt: int
) -> None:
    backend = postgres_backend
    studio = await Studio.opened(backend, terms=FREE)
    row = [await studio.book(TOMORROW + n * HOUR) for n in range(1, 7)]
    async with backend.begin() as tx:
        for booking in row:  # as after a change of zone data: each local time is an hour earlier
            await tx.bookings.save(replace(booking, local_start=booking.local_start - HOUR), was=booking)
    follow = FollowZoneData(provider_id=studio.provider_id, booking_ids=[booking.id for booking in row])
    evening = RescheduleBooking(booking_id=row[5].id, slot=TOMORROW + 8 * HOUR)

    async def run_the_command() -> None:
        await studio.run(follow_zone_data, follow, by=SYSTEM)

    async def reschedule() -> None:
        await studio.run(reschedule_booking, evening, by=studio.customer)

    attempts: list[Awaitable[object]] = [run_the_command(), run_the_command(), reschedule()]
    _, refusals = await race(
        [
            *attempts,
            studio.move(row[0], Status.CANCELLED),
            studio.book(TOMORROW),
            studio.book(TOMORROW + 6 * HOUR),
        ]
    )
    assert {refusal.code for refusal in refusals} <= {"booking.slot_taken"}
    assert await studio.violations() == []
    topics = await studio.topics(row[2])
    assert topics.count("booking.clock_changed") <= 1
