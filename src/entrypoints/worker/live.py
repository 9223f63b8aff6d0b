"""Live events in the worker: removes old ones. The relay itself announces new ones, so that no queue delays them."""

from collections.abc import Iterator
from typing import Final

from booking_domain.notifications.events import NotificationKept
from booking_domain.scheduling.events import CalendarChanged
from booking_domain.shared.actor import SYSTEM
from booking_domain.use_cases.live.commands import remove_old_live_events
from entrypoints.container import Container
from entrypoints.worker.declarations import Enqueue, JobRequest, Subscription, Sweep, WorkerContext


def _announced_only(_: NotificationKept | CalendarChanged) -> Iterator[JobRequest]:
    """Return no job."""
    return iter(())


async def _remove_old(container: Container, _: Enqueue) -> None:
    await container.executor().run(remove_old_live_events, None, actor=SYSTEM)


CONTEXT: Final = WorkerContext(
    subscriptions=(Subscription((NotificationKept, CalendarChanged), _announced_only),),
    sweeps=(Sweep("old live events", _remove_old),),
)
