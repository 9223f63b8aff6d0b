"""Housekeeping of what every request shares: stored responses, rate limits, and the outbox."""

from typing import Final

import structlog

from adapters.postgres.outbox.relay import count_parked
from entrypoints.container import Container
from entrypoints.worker.declarations import Enqueue, Sweep, WorkerContext

log: Final = structlog.get_logger()


async def _forget_answers(container: Container, _: Enqueue) -> None:
    await container.database().forget_answers(container.clock().now())


async def _forget_rates(container: Container, _: Enqueue) -> None:
    await container.postgres_rate_limiter().forget(container.clock().now())


async def _report_parked(container: Container, _: Enqueue) -> None:
    """Log the number of parked messages each minute, so that an alert can rely on it."""
    parked = await count_parked(container.database())
    if parked:
        log.error("outbox.parked", messages=parked)


CONTEXT: Final = WorkerContext(
    sweeps=(
        Sweep("stored responses", _forget_answers),
        Sweep("rate limits", _forget_rates),
        Sweep("parked messages", _report_parked),
    )
)
