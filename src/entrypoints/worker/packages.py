"""Packages in the worker: reminders of visits that expire soon, and their expiry."""

from typing import Final

from booking_domain.packages.model import REMINDED_BEFORE
from booking_domain.shared.actor import SYSTEM
from booking_domain.use_cases.packages.expiry import expire_package, remind_of_package
from entrypoints.container import Container
from entrypoints.worker.declarations import Enqueue, Sweep, WorkerContext

_PER_SWEEP: Final = 200


async def _sweep(container: Container, _: Enqueue) -> None:
    reads, now = container.reads().packages, container.clock().now()
    for package_id in await reads.to_expire(now, _PER_SWEEP):
        await container.executor().run(expire_package, package_id, actor=SYSTEM)
    for package_id in await reads.to_remind(now + REMINDED_BEFORE, _PER_SWEEP):
        await container.executor().run(remind_of_package, package_id, actor=SYSTEM)


CONTEXT: Final = WorkerContext(sweeps=(Sweep("packages", _sweep),))
