"""Scheduling in the worker: read external calendars, remove expired holds."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from booking_domain.scheduling.events import FeedAdded
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import FeedId, ProviderId
from booking_domain.use_cases.scheduling.holds import sweep_holds
from booking_domain.use_cases.scheduling.read_feed import read_feed
from entrypoints.container import Container
from entrypoints.worker.declarations import REMOTE, Enqueue, Job, JobRequest, Subscription, Sweep, WorkerContext

_FEEDS_PER_SWEEP: Final = 1_000


async def _read_feed(container: Container, *, feed_id: str) -> None:
    """Read an external calendar that is due. Store a failure; schedule the next reading."""
    await read_feed(
        FeedId(UUID(feed_id)),
        clock=container.clock(),
        reads=container.reads(),
        executor=container.executor(),
        reader=container.feed_reader(),
    )


READ_FEED: Final = Job(name="read_feed", run=_read_feed, queue=REMOTE)


def _read_added(event: FeedAdded) -> Iterator[JobRequest]:
    yield READ_FEED.request(lock=_lock_of(event.provider_id), feed_id=str(event.feed_id))


def _lock_of(provider_id: ProviderId) -> str:
    """The lock of a provider's readings: they run one by one, so that one provider cannot occupy all workers."""
    return f"feeds of {provider_id}"


async def _sweep_due_feeds(container: Container, enqueue: Enqueue) -> None:
    for due in await container.reads().feeds.due(container.clock().now(), _FEEDS_PER_SWEEP):
        request = READ_FEED.request(
            lock=_lock_of(due.provider_id), once=f"feed {due.feed_id}", feed_id=str(due.feed_id)
        )
        await enqueue(request)


async def _sweep_holds(container: Container, _: Enqueue) -> None:
    await container.executor().run(sweep_holds, None, actor=SYSTEM)


CONTEXT: Final = WorkerContext(
    jobs=(READ_FEED,),
    subscriptions=(Subscription((FeedAdded,), _read_added),),
    sweeps=(Sweep("due feeds", _sweep_due_feeds), Sweep("expired holds", _sweep_holds)),
)
