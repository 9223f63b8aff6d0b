"""The worker's heartbeat: recorded as long as the work is done."""

import asyncio
from collections.abc import Iterable

import pytest
from tests.gates import PATIENCE_SECONDS
from tests.unit.entrypoints.worker.workshop import Workshop

from booking_domain.shared.heartbeats import STALE_AFTER, Activity
from entrypoints.worker import heartbeats
from entrypoints.worker.main import relay_once, work


async def test_a_running_worker_records_each_activity(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any event: a sweep runs at the start, and puts a job into the queue of remote jobs."""
    monkeypatch.setattr(heartbeats, "RECORD_EVERY_SECONDS", 0.05)
    everything, recorded, record = asyncio.Event(), set[Activity](), shop.database.beat

    async def recording(activities: list[Activity]) -> None:
        await record(activities)
        recorded.update(activities)
        if recorded == set(STALE_AFTER):
            everything.set()

    monkeypatch.setattr(shop.database, "beat", recording)
    async with asyncio.timeout(PATIENCE_SECONDS):
        stop = asyncio.Event()
        worker = asyncio.create_task(work(shop.container, stop))
        await everything.wait()
        assert set(await shop.database.heartbeats()) == set(STALE_AFTER)
        stop.set()
        await worker
    [done] = [
        sample.value
        for family in shop.container.metrics().registry.collect()
        for sample in family.samples
        if sample.name == "booking_job_seconds_count" and sample.labels == {"job": "sweep", "result": "succeeded"}
    ]
    assert done >= 1


async def test_what_waits_for_the_worker_and_for_gateways_is_counted(shop: Workshop) -> None:
    assert await shop.database.waiting() == []
    booking = await shop.studio.book()
    await shop.studio.bill(booking)
    assert await relay_once(shop.container, shop.jobs)
    async with shop.database.connection() as connection:  # the studio's clock is not PostgreSQL's
        await connection.execute("UPDATE bookings SET due_at = now() - interval '1 minute'")
    counted = {each.what: each.count for each in await shop.database.waiting()}
    assert counted.pop("jobs default") >= 1
    assert counted == {"payments": 1, "expiries": 1}
    registry = shop.container.metrics().registry
    assert registry.get_sample_value("booking_events_total", {"topic": "booking.placed"}) == 1


async def test_an_activity_during_a_record_is_recorded_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeats, "RECORD_EVERY_SECONDS", 0)
    records: list[list[Activity]] = []

    class Recorder:
        async def beat(self, activities: Iterable[Activity]) -> None:
            records.append(list(activities))
            if len(records) == 1:
                beating.beat(Activity.SWEEP)
            else:
                raise EndOfTest

    beating = heartbeats.HeartbeatRecorder(Recorder())
    beating.beat(Activity.RELAY)
    with pytest.raises(EndOfTest):
        async with asyncio.timeout(PATIENCE_SECONDS):
            await beating.record()
    assert records == [[Activity.RELAY], [Activity.SWEEP]]


class EndOfTest(Exception):
    """Ends the endless recording."""
