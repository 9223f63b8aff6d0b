"""Usage in the worker: the last days are counted again every hour."""

from typing import Final

from booking_domain.shared.actor import SYSTEM
from booking_domain.use_cases.usage.counting import CountUsage, count_usage
from entrypoints.container import Container
from entrypoints.worker.declarations import Enqueue, Periodic, WorkerContext


async def _count(container: Container, _: Enqueue) -> None:
    await container.executor().run(
        count_usage, CountUsage(time_zone=container.settings().default_time_zone), actor=SYSTEM
    )


CONTEXT: Final = WorkerContext(periodic=(Periodic(name="count_usage", cron="7 * * * *", run=_count),))
"""Usage in the worker."""
