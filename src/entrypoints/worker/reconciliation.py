"""Reconciliation in the worker: the books of each gateway, once a day is over, and our own ledgers every night."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Final
from uuid import UUID

import structlog

from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.reconciliation.events import RunRequested
from booking_domain.reconciliation.model import RunId
from booking_domain.shared.actor import SYSTEM
from booking_domain.use_cases.reconciliation.compare_ledgers import compare_ledgers
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

log: Final = structlog.get_logger()
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


async def _compare_ledgers(container: Container, _: Enqueue) -> None:
    """Compare gift cards, packages and points with their entries. What differs is logged each night."""
    found = await container.executor().run(compare_ledgers, None, actor=SYSTEM)
    for each in found:
        log.error(
            "ledger.differs",
            ledger=each.ledger.value,
            subject_id=str(each.subject_id),
            stored=each.stored,
            entries=each.entries,
        )
    log.info("ledgers.compared", differences=len(found))


RECONCILE: Final = Job(name="reconcile", run=_reconcile, queue=REMOTE)


def _start(event: RunRequested) -> Iterator[JobRequest]:
    yield RECONCILE.request(run_id=str(event.run_id))


CONTEXT: Final = WorkerContext(
    jobs=(RECONCILE,),
    subscriptions=(Subscription((RunRequested,), _start),),
    sweeps=(Sweep("reconciliation runs to repeat", _retry),),
    periodic=(
        Periodic(name="schedule_reconciliation", cron="17 * * * *", run=_schedule),
        Periodic(name="compare_ledgers", cron="20 19 * * *", run=_compare_ledgers),
    ),
)
