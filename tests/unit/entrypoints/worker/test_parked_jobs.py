"""Jobs that fail are repeated, parked and given up: nothing is lost, and nothing repeats for ever."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import procrastinate
import pytest
from tests.unit.entrypoints.worker.workshop import StudioJobs, Workshop
from tests.unit.features.reconciliation import a_run

from booking_domain.jobs.model import PAUSES, ParkedJob
from booking_domain.jobs.ports import ParkedJobCounts, ParkedJobFilter
from booking_domain.reconciliation.model import Run, RunStatus
from booking_domain.reconciliation.ports import RunFilter
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import StorageUnavailable
from booking_domain.shared.ids import UserId
from booking_domain.testing.builders import Builder
from booking_domain.use_cases.jobs.commands import retry_parked_job
from entrypoints.container import Container
from entrypoints.worker import jobs as worker_jobs
from entrypoints.worker.contexts import CONTEXTS
from entrypoints.worker.declarations import Enqueue, Job, Periodic, Sweep, WorkerContext
from entrypoints.worker.reconciliation import RECONCILE

ATTEMPTS: Final = 4
MINUTE: Final = timedelta(minutes=1)
ADMIN: Final = Actor(UserId(Builder(7).entropy.new_id()), Role.ADMIN)


async def a_poisoned_run(shop: Workshop) -> Run:
    """A run of the first day of year 1, which an earlier version accepted: its window cannot be computed."""
    run = replace(a_run(Builder(), shop.studio.gateway.name), day=date(1, 1, 1), retry_at=shop.studio.clock.now())
    async with shop.database.begin() as tx:
        await tx.reconciliation.add_run(run)
    return run


async def run_all_attempts(shop: Workshop) -> None:
    """Run the jobs, also those that wait for their next attempt."""
    for _ in range(ATTEMPTS + 1):
        await shop.run_due_jobs()
        async with shop.database.connection() as connection:
            await connection.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE attempts > 0")
            await connection.commit()


async def swept(shop: Workshop, later: timedelta = MINUTE) -> None:
    shop.studio.clock.advance(later)
    await shop.run_periodic("sweep")
    await run_all_attempts(shop)


async def parked(shop: Workshop) -> list[ParkedJob]:
    return list(await shop.database.reads.parked_jobs.page(ParkedJobFilter(limit=9)))


async def test_a_job_that_always_fails_is_parked_and_given_up(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    run_job = worker_jobs.Jobs._run

    async def counted(self: worker_jobs.Jobs, job: Job, arguments: dict[str, str]) -> None:
        started.append(job.name)
        await run_job(self, job, arguments)

    monkeypatch.setattr(worker_jobs.Jobs, "_run", counted)
    run = await a_poisoned_run(shop)
    await swept(shop)
    [first] = await parked(shop)
    assert (first.name, first.arguments) == ("reconcile", f'{{"run_id": "{run.id}"}}')
    assert (first.error, first.failures) == ("OverflowError", 1)
    assert started.count("reconcile") == ATTEMPTS
    await shop.jobs.enqueue(RECONCILE.request(run_id=str(run.id)))  # as the sweep does
    assert await shop.waiting_jobs() == []
    for failures, pause in enumerate(PAUSES, start=2):
        await swept(shop, pause)
        [again] = await parked(shop)
        assert (again.failures, again.given_up) == (failures, failures > len(PAUSES))
    attempts = started.count("reconcile")
    assert attempts == ATTEMPTS + len(PAUSES)
    for _ in range(3):
        await swept(shop, timedelta(days=30))
    assert started.count("reconcile") == attempts
    assert await shop.database.reads.parked_jobs.counts() == ParkedJobCounts(waiting=0, given_up=1)
    async with shop.database.connection() as connection:
        cursor = await connection.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")
        assert await cursor.fetchone() == (0,)


async def test_an_admin_repeats_a_job_that_was_given_up_and_it_leaves_the_list_when_it_succeeds(
    shop: Workshop,
) -> None:
    run = await a_poisoned_run(shop)
    await swept(shop)
    for pause in PAUSES:
        await swept(shop, pause)
    [given_up] = await parked(shop)
    assert given_up.given_up
    await shop.studio.run(retry_parked_job, given_up.id, by=ADMIN)
    await swept(shop)
    [again] = await parked(shop)
    assert (again.failures, again.given_up) == (given_up.failures + 1, True)
    async with shop.database.connection() as connection:
        await connection.execute("UPDATE reconciliation_runs SET day = '2026-11-21' WHERE id = %s", (run.id,))
        await connection.commit()
    await shop.studio.run(retry_parked_job, given_up.id, by=ADMIN)
    await swept(shop)
    assert await parked(shop) == []
    assert [each.status for each in await shop.studio.reads.reconciliation.runs(RunFilter())] == [RunStatus.FINISHED]


async def test_a_periodic_job_that_fails_is_listed_until_it_succeeds(shop: Workshop) -> None:
    errors: list[Exception] = []

    async def fragile(_: Container, __: Enqueue) -> None:
        if errors:
            raise errors[-1]

    context = WorkerContext(
        sweeps=(Sweep("fragile", fragile),), periodic=(Periodic(name="fragile", cron="* * * * *", run=fragile),)
    )
    app = procrastinate.App(connector=shop.jobs.app.connector)
    shop.jobs = StudioJobs(shop.container, app, (*CONTEXTS, context))
    app.periodic_registry.periodic_tasks.clear()
    errors.append(OverflowError())
    await shop.run_periodic("fragile")
    with pytest.raises(ExceptionGroup):
        await shop.run_periodic("sweep")
    assert sorted((each.name, each.failures) for each in await parked(shop)) == [("fragile", 1), ("sweep", 1)]
    errors.append(StorageUnavailable())
    with pytest.raises(StorageUnavailable):
        await shop.run_periodic("fragile")
    assert {each.failures for each in await parked(shop)} == {1}
    errors.clear()
    await shop.run_periodic("sweep")
    assert [each.name for each in await parked(shop)] == ["fragile"]
    await swept(shop, PAUSES[0])  # repeats what is parked
    assert await parked(shop) == []


async def test_a_job_that_cannot_be_parked_stays_in_the_queue(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def unavailable(*_: object) -> None:
        raise StorageUnavailable

    await a_poisoned_run(shop)
    monkeypatch.setattr(worker_jobs.Jobs, "_park", unavailable)
    await swept(shop)
    assert await parked(shop) == []
    assert [name for name, *_ in await shop.waiting_jobs()] == ["reconcile"]
    monkeypatch.undo()
    await run_all_attempts(shop)
    assert [each.failures for each in await parked(shop)] == [1]
