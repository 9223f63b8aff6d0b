"""Announcements in the worker: publish them at their start, withdraw them at their end."""

from collections.abc import Iterator
from typing import Final

from booking_domain.announcements.events import EVENTS, AnnouncementEvent
from booking_domain.shared.actor import SYSTEM
from booking_domain.use_cases.announcements.commands import publish_due_announcements
from entrypoints.container import Container
from entrypoints.worker.declarations import Enqueue, JobRequest, Subscription, Sweep, WorkerContext


def _live_only(_: AnnouncementEvent) -> Iterator[JobRequest]:
    """Return no job: the relay pushes the event to connected clients, and others read announcements when they open."""
    return iter(())


async def _publish(container: Container, _: Enqueue) -> None:
    while await container.executor().run(publish_due_announcements, None, actor=SYSTEM):
        pass


CONTEXT: Final = WorkerContext(
    subscriptions=(Subscription(EVENTS, _live_only),), sweeps=(Sweep("announcements that are due", _publish),)
)
