"""Run the worker until SIGINT or SIGTERM: relay and jobs side by side."""

import asyncio
import os
import signal
from contextlib import suppress

import procrastinate
import structlog

from adapters.postgres.outbox.relay import relay
from booking_domain.shared.audit import Origin
from booking_domain.shared.errors import DomainError
from entrypoints.container import Container
from entrypoints.logs import configure_logs
from entrypoints.origins import comes_from
from entrypoints.settings import Settings
from entrypoints.worker.jobs import FEEDS, Jobs
from entrypoints.zone_data import use_pinned_zone_data

PAUSE_SECONDS = 0.2
JOB_POLL_SECONDS = 0.5
GRACE_SECONDS = 10
HEARTBEAT_SECONDS = 2
STALLED_SECONDS = 10
DATABASE_PATIENCE_SECONDS = 3

log = structlog.get_logger()


async def work(container: Container, stop: asyncio.Event) -> None:
    """Relay and run jobs until `stop` is set, then finish what has begun."""
    database, gateway, feed_reader = container.database(), container.gateway(), container.feed_reader()
    sms_sender = container.sms_sender()
    await database.open()
    await gateway.open()
    await feed_reader.open()
    await sms_sender.open()
    connector = procrastinate.PsycopgConnector(
        conninfo=database.conninfo, min_size=1, max_size=6, timeout=DATABASE_PATIENCE_SECONDS
    )
    jobs = Jobs(container, procrastinate.App(connector=connector))
    try:
        async with jobs.app.open_async(), asyncio.TaskGroup() as group:
            working = group.create_task(_work_on(jobs, "default", at_once=8))
            reading = group.create_task(_work_on(jobs, FEEDS, at_once=4))
            reclaiming = group.create_task(_reclaim_on(jobs))
            relaying = group.create_task(_relay_on(container, jobs))
            await stop.wait()
            relaying.cancel()
            reclaiming.cancel()
            working.cancel()
            reading.cancel()
    finally:
        await sms_sender.close()
        await feed_reader.close()
        await gateway.close()
        await database.close()


async def _work_on(jobs: Jobs, queue: str, *, at_once: int) -> None:
    """Run a queue's jobs for ever.

    procrastinate's worker stops, by itself and without an error, when it loses the database.
    """
    while True:
        try:
            await jobs.app.run_worker_async(
                queues=[queue],
                concurrency=at_once,
                fetch_job_polling_interval=JOB_POLL_SECONDS,
                shutdown_graceful_timeout=GRACE_SECONDS,
                delete_jobs="successful",
                install_signal_handlers=False,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=STALLED_SECONDS,
            )
        except procrastinate.exceptions.ConnectorException as error:
            log.warning("jobs.interrupted", error=type(error).__name__)
        else:
            log.warning("jobs.interrupted")
        await asyncio.sleep(PAUSE_SECONDS)


async def _reclaim_on(jobs: Jobs) -> None:
    """Take back the jobs of workers that are gone: until then they keep the later ones of their booking waiting."""
    while True:
        try:
            await jobs.reclaim(STALLED_SECONDS)
        except procrastinate.exceptions.ConnectorException as error:
            log.warning("reclaim.interrupted", error=type(error).__name__)
        await asyncio.sleep(HEARTBEAT_SECONDS)


async def _relay_on(container: Container, jobs: Jobs) -> None:
    while True:
        try:
            moved = await relay(container.database(), jobs.dispatch)
        except DomainError as error:
            log.warning("relay.interrupted", code=error.code)
            moved = 0
        if not moved:
            await asyncio.sleep(PAUSE_SECONDS)


async def _until_told_to_stop(container: Container) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await work(container, stop)


def main() -> None:
    """Run from the environment."""
    use_pinned_zone_data(os.environ)
    settings = Settings.from_environment(os.environ)
    configure_logs(settings.log_level)
    comes_from(lambda: Origin(user_agent="worker"))
    with suppress(asyncio.CancelledError):
        asyncio.run(_until_told_to_stop(Container(settings=settings)))
