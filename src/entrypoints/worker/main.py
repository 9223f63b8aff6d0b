"""Runs the worker until SIGINT or SIGTERM: the relay and the jobs, side by side."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any
from uuid import UUID

import procrastinate
import structlog
from prometheus_client import Histogram
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.kit.trace_parent import TRACE_KEY
from adapters.kit.zone_data import use_pinned_zone_data
from adapters.postgres.database import RECONNECT_SECONDS
from adapters.postgres.kit.work import Work
from adapters.postgres.live import PostgresLiveEvents
from adapters.postgres.outbox.relay import relay, release_parked
from booking_domain.shared.audit import Origin
from booking_domain.shared.events import Event
from booking_domain.shared.heartbeats import Activity
from booking_domain.use_cases.webhooks.announce import announce
from entrypoints.container import Container
from entrypoints.languages.values import written_for
from entrypoints.logs import configure_logs
from entrypoints.observe.processes import gateway_metrics, pool_metrics
from entrypoints.settings.main import READABLE, Settings
from entrypoints.settings.origins import set_origin
from entrypoints.wiring.root import opened
from entrypoints.worker.declarations import DEFAULT, MESSAGES, REMOTE, WEBHOOKS
from entrypoints.worker.heartbeats import HeartbeatRecorder
from entrypoints.worker.jobs import Jobs
from entrypoints.worker.results import PersistentResults
from entrypoints.worker.supervision import keep_running

if TYPE_CHECKING:
    from entrypoints.observe.traces import Traces

PAUSE_SECONDS = 0.2
JOB_POLL_SECONDS = 0.5
GRACE_SECONDS = 10
HEARTBEAT_SECONDS = 2
STALLED_SECONDS = 10
DATABASE_PATIENCE_SECONDS = 3

log = structlog.get_logger()


async def work(container: Container, stop: asyncio.Event) -> None:
    """Relay messages and run jobs until `stop` is set, then let the running jobs finish.

    A part that ends for any reason is restarted. The database may be unreachable at the start, or later.
    """
    database, metrics = container.database(), container.metrics()
    metrics.read(lambda: pool_metrics(database))
    metrics.read(lambda: gateway_metrics(container.gateways()))
    adapters = opened(
        *container.observers(),
        database,
        container.gateways(),
        container.feed_reader(),
        container.sms_sender(),
        container.webhook_sender(),
        container.web_push(),
        container.object_storage(),
        container.worker_metrics_port(),
        container.usage_keeper(),
    )
    heartbeats = HeartbeatRecorder(database)
    timing = [heartbeats.beat_after_job, partial(time_job, metrics.jobs)]
    traces = container.traces()
    if traces is not None:
        timing.append(partial(trace_job, traces))
    parts: dict[str, Callable[[Jobs], Awaitable[None]]] = {
        "jobs": lambda jobs: _run_jobs(jobs, timing, DEFAULT, concurrency=8),
        "remote jobs": lambda jobs: _run_jobs(jobs, timing, REMOTE, concurrency=4),
        "webhooks": lambda jobs: _run_jobs(jobs, timing, WEBHOOKS, concurrency=16),
        "messages": lambda jobs: _run_jobs(jobs, timing, MESSAGES, concurrency=8),
        "reclaim": _reclaim,
        "relay": lambda jobs: _relay(container, jobs, heartbeats),
        "heartbeat": lambda _: heartbeats.record(),
    }
    async with adapters, _queue(database.conninfo) as app, asyncio.TaskGroup() as group:
        jobs = Jobs(container, app)
        running = [group.create_task(keep_running(name, partial(run, jobs))) for name, run in parts.items()]
        with written_for(container.settings().region):
            await stop.wait()
        for part in running:
            part.cancel()


@asynccontextmanager
async def _queue(conninfo: str) -> AsyncIterator[procrastinate.App]:
    """Open the queue. procrastinate's own pool would ignore signals while it waits for the database."""
    pool = AsyncConnectionPool(
        conninfo,
        min_size=1,
        max_size=6,
        timeout=DATABASE_PATIENCE_SECONDS,
        open=False,
        reconnect_timeout=RECONNECT_SECONDS,
        check=AsyncConnectionPool.check_connection,
    )
    app = procrastinate.App(connector=procrastinate.PsycopgConnector())
    app.job_manager = PersistentResults(app.connector)
    async with pool, app.open_async(pool):
        yield app


async def _run_jobs(jobs: Jobs, middleware: Sequence[Any], queue: str, *, concurrency: int) -> None:
    """Run the jobs of a queue. procrastinate's worker ends when it loses the database, sometimes without an error."""
    await jobs.app.run_worker_async(
        queues=[queue],
        concurrency=concurrency,
        fetch_job_polling_interval=JOB_POLL_SECONDS,
        shutdown_graceful_timeout=GRACE_SECONDS,
        delete_jobs="successful",
        install_signal_handlers=False,
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=STALLED_SECONDS,
        worker_middleware=list(middleware),
    )


async def _reclaim(jobs: Jobs) -> None:
    """Requeue the jobs of dead workers. Their locks would keep later jobs of the same subject waiting."""
    while True:
        await jobs.reclaim(STALLED_SECONDS)
        await asyncio.sleep(HEARTBEAT_SECONDS)


async def _relay(container: Container, jobs: Jobs, heartbeats: HeartbeatRecorder) -> None:
    await release_parked(container.database())
    while True:
        moved = await relay_once(container, jobs)
        heartbeats.beat(Activity.RELAY)
        if not moved:
            await asyncio.sleep(PAUSE_SECONDS)


async def relay_once(container: Container, jobs: Jobs) -> int:
    """Relay the oldest messages, log those that were parked, and return how many there were."""
    handed_on: Sequence[Event] = ()

    async def dispatch(connection: AsyncConnection[Any], events: Sequence[Event], traced: Mapping[UUID, str]) -> None:
        nonlocal handed_on
        handed_on = events
        await jobs.dispatch(connection, events, traced)
        await announce(events, PostgresLiveEvents(Work(connection)), container.clock().now())

    relayed = await relay(container.database(), dispatch)
    for event in handed_on:
        container.metrics().events.labels(event.topic).inc()
    for parked in relayed.parked:
        message = parked.message
        log.error("outbox.message_parked", topic=message.topic, message_id=str(message.id), reason=parked.reason)
    return relayed.total


async def time_job(
    times: Histogram, call_next: Callable[[], Awaitable[Any]], context: procrastinate.JobContext, _: object
) -> Any:
    """As procrastinate's middleware, time each job."""
    result, began = "failed", perf_counter()
    try:
        value = await call_next()
        result = "succeeded"
    finally:
        times.labels(context.job.task_name, result).observe(perf_counter() - began)
    return value


async def trace_job(
    traces: "Traces", call_next: Callable[[], Awaitable[Any]], context: procrastinate.JobContext, _: object
) -> Any:
    """As procrastinate's middleware, trace each job, in the trace from which it follows."""
    parent = context.job.task_kwargs.get(TRACE_KEY)
    with traces.job(context.job.task_name, None if parent is None else str(parent)):
        return await call_next()


async def _until_signalled(container: Container) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await work(container, stop)


def main(kind: type[Container] = Container) -> None:
    """Run from the environment; tests pass a container with another clock."""
    use_pinned_zone_data()
    settings = Settings.from_environment(os.environ)
    configure_logs(settings.log_level, readable=settings.log_format == READABLE)
    set_origin(lambda: Origin(user_agent="worker"))
    with suppress(asyncio.CancelledError):
        asyncio.run(_until_signalled(kind(settings=settings)))
