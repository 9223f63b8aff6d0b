"""Customers in the worker: delete the personal data of walk-ins who have not booked for a long time."""

from typing import Final

from booking_domain.use_cases.customers.commands import remove_inactive_walk_ins
from entrypoints.container import Container
from entrypoints.worker.declarations import Enqueue, Periodic, WorkerContext


async def _remove_inactive(container: Container, _: Enqueue) -> None:
    before = container.clock().now() - container.settings().walk_ins_kept
    await remove_inactive_walk_ins(before, reads=container.reads(), executor=container.executor())


CONTEXT: Final = WorkerContext(periodic=(Periodic(name="delete_walk_ins", cron="11 4 * * *", run=_remove_inactive),))
