"""A part of the worker that ends, for whatever reason, runs again."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import procrastinate
import pytest
from psycopg import AsyncConnection
from structlog.testing import capture_logs
from tests.gates import PATIENCE_SECONDS
from tests.unit.entrypoints.worker.workshop import Workshop

from booking_domain.shared.errors import StorageUnavailable
from booking_domain.shared.events import Event
from entrypoints.worker import supervision
from entrypoints.worker.jobs import Jobs
from entrypoints.worker.main import work
from entrypoints.worker.supervision import keep_running

_DIE_ON_FIRST_DELETE = """
    CREATE SEQUENCE deletions;
    CREATE FUNCTION die_once() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF nextval('deletions') = 1 THEN  -- a sequence keeps its value when the transaction is lost
            PERFORM pg_terminate_backend(pg_backend_pid()), pg_sleep(10);
        END IF;
        RETURN OLD;
    END $$;
    CREATE TRIGGER die_once BEFORE DELETE ON procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION die_once();
"""


async def test_the_relay_survives_a_connection_lost_while_it_puts_jobs_into_the_queue(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatch, lost = Jobs.dispatch, asyncio.Event()

    async def lose_the_first(
        jobs: Jobs, connection: AsyncConnection[Any], events: Sequence[Event], traced: Mapping[UUID, str]
    ) -> None:
        if events and not lost.is_set():
            lost.set()
            async with shop.database.connection() as other:
                await other.execute("SELECT pg_terminate_backend(%s, 10000)", [connection.info.backend_pid])
        await dispatch(jobs, connection, events, traced)

    monkeypatch.setattr(Jobs, "dispatch", lose_the_first)
    async with asyncio.timeout(PATIENCE_SECONDS):
        stop = asyncio.Event()
        worker = asyncio.create_task(work(shop.container, stop))
        await shop.studio.book()
        await shop.sender.has_delivered.wait()
        stop.set()
        await worker
    assert lost.is_set()
    assert shop.subjects() == ["please pay the deposit"]


async def test_a_job_is_finished_although_the_connection_was_lost_while_its_result_was_stored(shop: Workshop) -> None:
    async with shop.database.connection() as connection:
        await connection.execute(_DIE_ON_FIRST_DELETE)
    async with asyncio.timeout(PATIENCE_SECONDS):
        stop = asyncio.Event()
        worker = asyncio.create_task(work(shop.container, stop))
        await shop.studio.book()
        await shop.sender.has_delivered.wait()
        stop.set()
        await worker
    async with await AsyncConnection.connect(shop.database.conninfo) as connection:
        left = await connection.execute("SELECT status FROM procrastinate_jobs WHERE task_name = 'notify'")
        deletions = await connection.execute("SELECT last_value FROM deletions")
        assert await left.fetchall() == []
        assert await deletions.fetchall() >= [(2,)]
    assert shop.subjects() == ["please pay the deposit"]


@pytest.mark.parametrize(
    ("end", "event"),
    [
        (None, "worker.part_ended"),
        (StorageUnavailable(), "worker.part_interrupted"),
        (procrastinate.exceptions.ConnectorException(), "worker.part_failed"),
        (RuntimeError(), "worker.part_failed"),
    ],
    ids=["returned", "no database", "no queue", "bug"],
)
async def test_a_part_that_ends_is_logged_and_runs_again(
    monkeypatch: pytest.MonkeyPatch, end: Exception | None, event: str
) -> None:
    monkeypatch.setattr(supervision, "FIRST_PAUSE_SECONDS", 0)
    runs, thrice = 0, asyncio.Event()

    async def run() -> None:
        nonlocal runs
        runs += 1
        if runs == 3:
            thrice.set()
            await asyncio.Event().wait()
        if end is not None:
            raise end

    with capture_logs() as logged:
        part = asyncio.create_task(keep_running("part", run))
        async with asyncio.timeout(PATIENCE_SECONDS):
            await thrice.wait()
        part.cancel()
        with pytest.raises(asyncio.CancelledError):
            await part
    assert [(entry["event"], entry["part"]) for entry in logged] == [(event, "part")] * 2


async def test_a_part_that_answers_its_cancellation_with_an_error_ends() -> None:
    """So does procrastinate while the database is unreachable."""
    running = asyncio.Event()

    async def run() -> None:
        running.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise procrastinate.exceptions.ConnectorException from None

    part = asyncio.create_task(keep_running("part", run))
    await running.wait()
    part.cancel()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await part
