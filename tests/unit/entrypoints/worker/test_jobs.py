"""From the outbox to jobs and their effects, over the real queue on PostgreSQL."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import procrastinate
from tests.databases import CIPHER, TestServer
from tests.unit.entrypoints.api import OpenGateway

from adapters.postgres.database import Database
from adapters.postgres.outbox.relay import relay
from booking_domain.bookings.transitions import Status
from booking_domain.notifications.ports import Notification
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.shared.actor import SYSTEM
from booking_domain.testing.memory import MemoryNotifier
from booking_domain.testing.studio import PAYMENT_WINDOW, Studio
from booking_domain.workflows.record_payment_hint import RecordPaymentHint, record_payment_hint
from entrypoints.container import Container
from entrypoints.settings import Settings
from entrypoints.worker.bookings import EXPIRE
from entrypoints.worker.declarations import Job
from entrypoints.worker.jobs import Jobs
from entrypoints.worker.main import STALLED_SECONDS, work


class Workshop:
    """A studio on PostgreSQL with the parts of a worker."""

    def __init__(
        self, studio: Studio, database: Database, container: Container, jobs: Jobs, notifier: "TellingNotifier"
    ) -> None:
        self.studio = studio
        self.database = database
        self.container = container
        self.jobs = jobs
        self.notifier = notifier

    async def relay(self) -> None:
        while (await relay(self.database, self.jobs.dispatch)).total:
            pass

    async def run(self, job: Job, **arguments: str) -> None:
        await job.run(self.container, **arguments)

    async def run_periodic(self, name: str) -> None:
        await self.jobs.app.tasks[name].func(0)

    async def run_due_jobs(self) -> None:
        """Run the jobs that are due now."""
        await self.jobs.app.run_worker_async(wait=False, listen_notify=False, install_signal_handlers=False)

    async def waiting_jobs(self) -> list[tuple[Any, ...]]:
        async with self.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT task_name, args, scheduled_at, lock FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id"
            )
            return await cursor.fetchall()

    def subjects(self) -> list[str]:
        return [notification.subject.partition(": ")[2] for notification in self.notifier.delivered]


class TellingNotifier(MemoryNotifier):
    """Sets an event on each delivery."""

    def __init__(self) -> None:
        super().__init__()
        self.has_delivered = asyncio.Event()

    async def send(self, notification: Notification) -> None:
        await super().send(notification)
        self.has_delivered.set()


class Backend(Database):
    async def outbox_events(self) -> list[Any]:
        return []


@asynccontextmanager
async def workshop(server: TestServer) -> AsyncIterator[Workshop]:
    with server.database() as url, tempfile.TemporaryDirectory() as data:
        database = Backend(url, cipher=CIPHER)
        environ = {"DATABASE_URL": url, "BOOKING_DATA_DIR": data}
        container = Container(settings=Settings.from_environment(environ))
        await database.open()
        try:
            studio = await Studio.opened(database, gateway=OpenGateway())
            container.database.override(database)
            container.clock.override(studio.clock)
            container.gateway.override(studio.gateway)
            notifier = TellingNotifier()
            container.notifier.override(notifier)
            connector = procrastinate.PsycopgConnector(conninfo=url, min_size=1, max_size=4)
            jobs = Jobs(container, procrastinate.App(connector=connector))
            async with jobs.app.open_async():
                yield Workshop(studio, database, container, jobs, notifier)
        finally:
            await database.close()


def test_the_parties_are_notified_of_each_event_in_order(postgres: TestServer) -> None:
    async def play() -> None:
        async with workshop(postgres) as shop:
            booking = await shop.studio.book()
            payment = await shop.studio.bill(booking)
            shop.studio.pay(payment)
            await shop.studio.settle(payment)
            await shop.relay()
            await shop.run_due_jobs()
            assert shop.subjects() == ["please pay the deposit", "confirmed", "confirmed"]
            texts = [notification.text for notification in shop.notifier.delivered]
            assert all("Ink" in text or "Someone" in text for text in texts)
            assert {notification.channel for notification in shop.notifier.delivered} == {"email"}

    asyncio.run(play())


def test_an_unpaid_booking_gets_an_expiry_job_at_its_due_time(postgres: TestServer) -> None:
    async def play() -> None:
        async with workshop(postgres) as shop:
            booking = await shop.studio.book()
            await shop.relay()
            expiries = [(args, at) for task, args, at, _ in await shop.waiting_jobs() if task == "expire"]
            assert expiries == [({"booking_id": str(booking.id)}, booking.due_at)]

    asyncio.run(play())


def test_the_expiry_job_expires_only_an_overdue_booking(postgres: TestServer) -> None:
    async def play() -> None:
        async with workshop(postgres) as shop:
            booking = await shop.studio.book()
            await shop.run(EXPIRE, booking_id=str(booking.id))
            assert (await shop.studio.seen(booking)).status is Status.PENDING
            shop.studio.clock.advance(PAYMENT_WINDOW)
            await shop.run(EXPIRE, booking_id=str(booking.id))
            await shop.run(EXPIRE, booking_id=str(booking.id))
            assert (await shop.studio.seen(booking)).status is Status.EXPIRED

    asyncio.run(play())


def test_the_sweep_recovers_a_lost_expiry_job(postgres: TestServer) -> None:
    async def play() -> None:
        async with workshop(postgres) as shop:
            booking = await shop.studio.book()
            shop.studio.clock.advance(PAYMENT_WINDOW + timedelta(seconds=1))
            await shop.run_periodic("sweep")
            await shop.run_periodic("sweep")  # the job for this booking already waits
            assert len([job for job in await shop.waiting_jobs() if job[0] == "expire"]) == 1
            await shop.run_due_jobs()
            assert (await shop.studio.seen(booking)).status is Status.EXPIRED

    asyncio.run(play())


def test_a_payment_hint_is_settled_by_a_job(postgres: TestServer) -> None:
    async def play() -> None:
        async with workshop(postgres) as shop:
            booking = await shop.studio.book()
            payment = await shop.studio.bill(booking)
            assert payment.invoice is not None
            shop.studio.gateway.pay(payment.invoice.reference, payment.amount)
            hint = RecordPaymentHint(payment_id=payment.id, booking_id=payment.booking_id)
            await shop.studio.run(record_payment_hint, hint, by=SYSTEM)
            await shop.relay()
            await shop.run_due_jobs()
            assert (await shop.studio.seen(booking)).status is Status.CONFIRMED

    asyncio.run(play())


def test_the_invoice_of_a_cancelled_booking_is_withdrawn(postgres: TestServer) -> None:
    async def play() -> None:
        async with workshop(postgres) as shop:
            booking = await shop.studio.book()
            payment = await shop.studio.bill(booking)
            assert payment.invoice is not None
            await shop.studio.move(booking, Status.CANCELLED)
            await shop.relay()
            await shop.run_due_jobs()
            assert shop.studio.gateway.bills[payment.invoice.reference].cancelled
            kept = await shop.studio.reads.payments.get(payment.id)
            assert kept is not None
            assert kept.status is PaymentStatus.CANCELLED

    asyncio.run(play())


def test_a_notification_is_retried_while_the_notifier_is_down(postgres: TestServer) -> None:
    async def play() -> None:
        async with workshop(postgres) as shop:
            await shop.studio.book()
            shop.notifier.available = False
            await shop.relay()
            await shop.run_due_jobs()
            again = [(task, at) for task, _, at, _ in await shop.waiting_jobs() if task == "notify"]
            assert len(again) == 1
            assert again[0][1] is not None

    asyncio.run(play())


def test_the_worker_relays_and_runs_jobs_until_it_is_stopped(postgres: TestServer) -> None:
    async def play() -> None:
        async with workshop(postgres) as shop, asyncio.timeout(30):
            stop = asyncio.Event()
            worker = asyncio.create_task(work(shop.container, stop))
            await shop.studio.book()
            await shop.notifier.has_delivered.wait()
            stop.set()
            await worker
            assert shop.subjects() == ["please pay the deposit"]

    asyncio.run(play())


def test_the_job_of_a_killed_worker_is_requeued(postgres: TestServer) -> None:
    async def play() -> None:
        async with workshop(postgres) as shop:
            await shop.studio.book()
            await shop.relay()
            async with shop.database.connection() as connection:
                # The state that a worker leaves if it is killed during a job; its last heartbeat was a minute ago.
                await connection.execute(
                    "WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat)"
                    " VALUES (now() - interval '1 minute') RETURNING id)"
                    " UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM dead)"
                    " WHERE task_name = 'notify'"
                )
            await shop.run_due_jobs()
            assert shop.subjects() == []
            await shop.jobs.reclaim(STALLED_SECONDS)
            await shop.run_due_jobs()
            assert shop.subjects() == ["please pay the deposit"]

    asyncio.run(play())
