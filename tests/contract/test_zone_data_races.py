"""While bookings follow their zones, people go on booking, moving and cancelling: on PostgreSQL, all at once."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace

from tests.contract.test_postgres_storage import PostgresBackend
from tests.databases import CIPHER, TestServer
from tests.unit.workflows.scenes import FREE

from booking_domain.bookings.transitions import Status
from booking_domain.shared.actor import SYSTEM
from booking_domain.testing.builders import HOUR, TOMORROW
from booking_domain.testing.contracts.storage import race
from booking_domain.testing.studio import Studio
from booking_domain.workflows.follow_zone_data import FollowZoneData, follow_zone_data
from booking_domain.workflows.reschedule_booking import RescheduleBooking, reschedule_booking


async def _played(url: str) -> None:
    backend = PostgresBackend(url, cipher=CIPHER, pool_size=10)
    await backend.open()
    try:
        studio = await Studio.opened(backend, asks=FREE)
        row = [await studio.book(TOMORROW + n * HOUR) for n in range(1, 7)]
        async with backend.begin() as tx:
            for booking in row:  # as if their zone's rules had changed: each belongs an hour earlier
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
        told = await studio.told(row[2])
        assert told.count("booking.clock_changed") <= 1
    finally:
        await backend.close()


def test_nothing_overlaps_and_nothing_is_lost(postgres: TestServer) -> None:
    for _ in range(5):
        with postgres.database() as url:
            asyncio.run(_played(url))
