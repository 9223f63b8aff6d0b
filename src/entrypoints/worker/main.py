"""Runs the worker until SIGINT or SIGTERM: the relay and the jobs, side by side."""

import asyncio
import os
import signal
from contextlib import suppress

import procrastinate
import structlog

from adapters.postgres.outbox.relay import relay, release_parked
from booking_domain.shared.audit import Origin
from booking_domain.shared.errors import DomainError
from entrypoints.container import Container
from entrypoints.logs import configure_logs
from entrypoints.origins import set_origin
from entrypoints.settings import Settings
from entrypoints.worker.declarations import DEFAULT, REMOTE
from entrypoints.worker.jobs import Jobs
from entrypoints.zone_data import use_pinned_zone_data

PAUSE_SECONDS = 0.2
JOB_POLL_SECONDS = 0.5
GRACE_SECONDS = 10
HEARTBEAT_SECONDS = 2
STALLED_SECONDS = 10
DATABASE_PATIENCE_SECONDS = 3

log = structlog.get_logger()


async def work(container: Container, stop: asyncio.Event) -> None:
    """Relay messages and run jobs until `stop` is set, then let the running jobs finish."""
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
            working = group.create_task(_work_on(jobs, DEFAULT, stop, concurrency=8))
            reading = group.create_task(_work_on(jobs, REMOTE, stop, concurrency=4))
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


async def _work_on(jobs: Jobs, queue: str, stop: asyncio.Event, *, concurrency: int) -> None:
    """Run the jobs of a queue until cancelled.

    procrastinate's worker stops, without an error, when it loses the database; it is then started again. If it is
    cancelled while the database is unreachable, it raises `ConnectorException` instead of `CancelledError`; `stop`
    then ends the loop.
    """
    while not stop.is_set():
        try:
            await jobs.app.run_worker_async(
                queues=[queue],
                concurrency=concurrency,
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
    """Requeue the jobs of dead workers, whose locks would keep later jobs of the same subject waiting."""
    while True:
        try:
            await jobs.reclaim(STALLED_SECONDS)
        except procrastinate.exceptions.ConnectorException as error:
            log.warning("reclaim.interrupted", error=type(error).__name__)
        await asyncio.sleep(HEARTBEAT_SECONDS)


async def _relay_on(container: Container, jobs: Jobs) -> None:
    released = False
    while True:
        moved = 0
        try:
            if not released:
                await release_parked(container.database())
                released = True
            moved = await relay_once(container, jobs)
        except DomainError as error:
            log.warning("relay.interrupted", code=error.code)
        if not moved:
            await asyncio.sleep(PAUSE_SECONDS)


async def relay_once(container: Container, jobs: Jobs) -> int:
    """Relay the oldest messages, log those that were parked, and return how many there were."""
    relayed = await relay(container.database(), jobs.dispatch)
    for parked in relayed.parked:
        message = parked.message
        log.error("outbox.message_parked", topic=message.topic, message_id=str(message.id), reason=parked.reason)
    return relayed.total


async def _until_signalled(container: Container) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await work(container, stop)


def main() -> None:
    """Run from the environment."""
    use_pinned_zone_data(os.environ)
    settings = Settings.from_environment(os.environ)
    configure_logs(settings.log_level)
    set_origin(lambda: Origin(user_agent="worker"))
    with suppress(asyncio.CancelledError):
        asyncio.run(_until_signalled(Container(settings=settings)))
