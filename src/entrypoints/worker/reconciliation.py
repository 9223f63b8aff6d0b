"""Reconciliation in the worker: compare each gateway's books of a day with the platform's once the day is over."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Final
from uuid import UUID

from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.reconciliation.events import RunRequested
from booking_domain.reconciliation.model import RunId
from booking_domain.shared.actor import SYSTEM
from booking_domain.use_cases.reconciliation.reconcile import reconcile
from booking_domain.use_cases.reconciliation.runs import schedule_runs
from entrypoints.container import Container
from entrypoints.worker.declarations import (
    REMOTE,
    Enqueue,
    Job,
    JobRequest,
    Periodic,
    Subscription,
    Sweep,
    WorkerContext,
)

_RETRIES_PER_SWEEP: Final = 20


async def _reconcile(container: Container, *, run_id: str) -> None:
    """Execute a run. If the gateway is unavailable, the sweep restarts it."""
    with suppress(GatewayUnavailable):
        await reconcile(
            RunId(UUID(run_id)),
            reads=container.reads(),
            executor=container.executor(),
            gateways=container.gateways(),
        )


async def _schedule(container: Container, _: Enqueue) -> None:
    """Add the runs that are due, including those missed while no worker ran."""
    zones = [(gateway.name, gateway.day_zone) for gateway in container.gateways()]
    await container.executor().run(schedule_runs, zones, actor=SYSTEM)


async def _retry(container: Container, enqueue: Enqueue) -> None:
    for run in await container.reads().reconciliation.to_retry(container.clock().now(), _RETRIES_PER_SWEEP):
        await enqueue(RECONCILE.request(once=f"reconcile {run.id}", run_id=str(run.id)))


RECONCILE: Final = Job(name="reconcile", run=_reconcile, queue=REMOTE)


def _start(event: RunRequested) -> Iterator[JobRequest]:
    yield RECONCILE.request(run_id=str(event.run_id))


CONTEXT: Final = WorkerContext(
    jobs=(RECONCILE,),
    subscriptions=(Subscription((RunRequested,), _start),),
    sweeps=(Sweep("reconciliation runs to repeat", _retry),),
    periodic=(Periodic(name="schedule_reconciliation", cron="17 * * * *", run=_schedule),),
)
