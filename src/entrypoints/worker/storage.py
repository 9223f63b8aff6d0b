"""Housekeeping of stored responses, rate limits and the outbox."""

from typing import Final

import structlog

from adapters.postgres.outbox.relay import count_parked
from entrypoints.container import Container
from entrypoints.worker.declarations import REMOTE, Enqueue, Job, Sweep, WorkerContext

log: Final = structlog.get_logger()


async def _remove_stored_responses(container: Container, _: Enqueue) -> None:
    await container.database().forget_answers(container.clock().now())


async def _remove_expired_rates(container: Container, _: Enqueue) -> None:
    await container.postgres_rate_limiter().remove_expired(container.clock().now())


async def _report_parked(container: Container, _: Enqueue) -> None:
    """Log the number of parked messages every minute, for alerts."""
    parked = await count_parked(container.database())
    if parked:
        log.error("outbox.parked", messages=parked)


async def _do_nothing(_: Container) -> None:
    pass


HEARTBEAT: Final = Job(name="pulse", run=_do_nothing, queue=REMOTE)
"""A heartbeat of the queue of remote jobs, even while it has no other jobs."""


async def _start_heartbeat(_: Container, enqueue: Enqueue) -> None:
    await enqueue(HEARTBEAT.request(once="pulse"))


CONTEXT: Final = WorkerContext(
    jobs=(HEARTBEAT,),
    sweeps=(
        Sweep("pulse of remote jobs", _start_heartbeat),
        Sweep("stored responses", _remove_stored_responses),
        Sweep("rate limits", _remove_expired_rates),
        Sweep("parked messages", _report_parked),
    ),
)
