"""A studio on PostgreSQL with the parts of a worker."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import procrastinate
from psycopg import AsyncConnection
from tests.contract.backends import Storages
from tests.unit.entrypoints.api import OpenGateway

from adapters.postgres.database import Database
from adapters.postgres.outbox.relay import relay
from booking_domain.notifications.ports import OutgoingMessage
from booking_domain.testing.memory import MemoryMessageSender
from booking_domain.testing.studio import Studio
from entrypoints.container import Container
from entrypoints.settings.main import Settings
from entrypoints.worker.declarations import DEFAULT, Job, JobRequest
from entrypoints.worker.jobs import Jobs

_LATER: Final = timedelta(days=365_000)
"""PostgreSQL's clock, by which the queue compares, may be before or after the studio's."""


class StudioJobs(Jobs):
    """Jobs; scheduled ones stay scheduled, whatever the real time is."""

    async def _defer(self, request: JobRequest, **options: Any) -> None:
        at = None if request.at is None else request.at + _LATER
        await super()._defer(replace(request, at=at), **options)


def studio_jobs(container: Container, url: str) -> StudioJobs:
    """The jobs of a worker on this database; periodic ones run by `run_periodic`, not by the clock."""
    connector = procrastinate.PsycopgConnector(conninfo=url, min_size=1, max_size=4)
    jobs = StudioJobs(container, procrastinate.App(connector=connector))
    jobs.app.periodic_registry.periodic_tasks.clear()
    return jobs


async def run_due_jobs(jobs: Jobs) -> None:
    """Run the jobs without a time."""
    await jobs.app.run_worker_async(wait=False, listen_notify=False, install_signal_handlers=False)


class Workshop:
    """A studio with the container, jobs and sender of a worker."""

    def __init__(
        self, studio: Studio, database: Database, container: Container, jobs: Jobs, sender: "TellingSender"
    ) -> None:
        self.studio = studio
        self.database = database
        self.container = container
        self.jobs = jobs
        self.sender = sender

    async def relay(self) -> None:
        while (await relay(self.database, self.jobs.dispatch)).total:
            pass

    async def run(self, job: Job, **arguments: str) -> None:
        await job.run(self.container, **arguments)

    async def run_periodic(self, name: str) -> None:
        await self.jobs.app.tasks[name].func(0)

    async def run_due_jobs(self) -> None:
        """Run the jobs without a time."""
        await run_due_jobs(self.jobs)

    async def waiting_jobs(self) -> list[tuple[Any, ...]]:
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT task_name, args, scheduled_at, lock FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id"
            )
            rows = await cursor.fetchall()
        return [(name, args, None if at is None else at - _LATER, lock) for name, args, at, lock in rows]

    def subjects(self) -> list[str]:
        return [message.subject.partition(": ")[2] for message in self.sender.delivered]


async def fetch_job(connection: AsyncConnection[Any]) -> str:
    """Start the next job of the default queue as a worker does, but do not run it; return its name."""
    cursor = await connection.execute("SELECT task_name FROM procrastinate_fetch_job_v2(%s, NULL)", ([DEFAULT],))
    [(name,)] = await cursor.fetchall()
    return str(name)


class TellingSender(MemoryMessageSender):
    """Sets an event on each delivery."""

    def __init__(self) -> None:
        super().__init__()
        self.has_delivered = asyncio.Event()

    async def send(self, message: OutgoingMessage) -> None:
        await super().send(message)
        self.has_delivered.set()


@asynccontextmanager
async def workshop(storages: Storages) -> AsyncIterator[Workshop]:
    async with storages.opened() as database:
        with tempfile.TemporaryDirectory() as data:
            environ = {"DATABASE_URL": database.conninfo, "BOOKING_DATA_DIR": data}
            container = Container(settings=Settings.from_environment(environ))
            studio = await Studio.opened(database, gateway=OpenGateway(authorises=True))
            async with database.connection() as connection:  # of the opening, of which the tests do not speak
                await connection.execute("DELETE FROM outbox")
            container.database.override(database)
            container.clock.override(studio.clock)
            container.gateway.override(studio.gateway)
            sender = TellingSender()
            container.message_sender.override(sender)
            jobs = studio_jobs(container, database.conninfo)
            await database.queue.open(wait=True)
            async with jobs.app.open_async(database.queue):
                yield Workshop(studio, database, container, jobs, sender)
