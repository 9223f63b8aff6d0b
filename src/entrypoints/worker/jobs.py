"""Runs the jobs of all contexts on procrastinate. Every job is safe to run any number of times."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import procrastinate
import structlog
from psycopg import AsyncConnection

from adapters.postgres.outbox.event_codec import EVENTS, from_json, to_json
from booking_domain.shared.errors import Unavailable
from booking_domain.shared.events import Event
from booking_domain.workflows.declarations import Notify
from booking_domain.workflows.send_messages import StoringNotifier
from entrypoints.container import Container
from entrypoints.languages.notices import OverridingTranslator
from entrypoints.worker.contexts import CONTEXTS
from entrypoints.worker.declarations import (
    RETRY,
    SWEEP,
    Enqueue,
    Job,
    JobRequest,
    Subscription,
    WorkerContext,
)
from entrypoints.worker.notifications import send_to
from entrypoints.worker.results import requeue
from entrypoints.worker.supervision import queue_errors

log: Final = structlog.get_logger()
Handlers = Mapping[type[Event], Sequence[Callable[[Any], Iterable[JobRequest]]]]


class Jobs:
    """The tasks of all contexts over one container; dispatches events to jobs."""

    def __init__(
        self, container: Container, app: procrastinate.App, contexts: Sequence[WorkerContext] = CONTEXTS
    ) -> None:
        self.app = app
        self._container = container
        self._notices: Final = _notices(contexts)
        self._notify = Job(name="notify", run=self._keep_notices)
        self._handlers: Final = handlers(contexts, notify=self._notify)
        self._sweeps: Final = tuple(sweep for context in contexts for sweep in context.sweeps)
        self._tasks: Final = {
            job.name: app.task(name=job.name, queue=job.queue, retry=job.retry, priority=job.priority)(self._bound(job))
            for job in (self._notify, *(job for context in contexts for job in context.jobs))
        }
        for each in (each for context in contexts for each in context.periodic):
            self._schedule(each.name, each.cron, each.run)
        self._schedule(SWEEP, "* * * * *", self._sweep)

    async def dispatch(self, connection: AsyncConnection[Any], events: Sequence[Event]) -> None:
        """Put the jobs of events into the queue, in the transaction that removes the events from the outbox."""
        for event in events:
            for handler in self._handlers[type(event)]:
                for request in handler(event):
                    await self._defer(request, connection=connection)

    async def enqueue(self, request: JobRequest) -> None:
        """Put a job into the queue, unless a job with the same `once` key waits there."""
        with suppress(procrastinate.exceptions.AlreadyEnqueued):
            await self._defer(request)

    async def reclaim(self, seconds: float) -> None:
        """Requeue the running jobs of workers that have sent no heartbeat for this long."""
        with queue_errors():
            for job in await self.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=seconds):
                await requeue(job, self.app.connector)

    async def _defer(self, request: JobRequest, **options: Any) -> None:
        task = self._tasks[request.job.name].configure(
            schedule_at=request.at, lock=request.lock, queueing_lock=request.once, **options
        )
        with queue_errors():
            await task.defer_async(**request.arguments)

    async def _keep_notices(self, _: Container, *, message: str) -> Sequence[JobRequest]:
        event, notifier = (
            from_json(message),
            StoringNotifier(self._container.executor(), self._container.reads().external_identities),
        )
        overrides = await self._container.reads().message_overrides.all()
        translator = OverridingTranslator(self._container.translator(), overrides)
        # A job of an earlier version may hold an event that no longer has a notice.
        for notify in self._notices.get(type(event), ()):
            await notify(
                event,
                reads=self._container.reads(),
                notifier=notifier,
                translator=translator,
            )
        return [send_to(user_id) for user_id in sorted(notifier.notified)]

    async def _sweep(self, _: Container, enqueue: Enqueue) -> None:
        """Run every sweep, even if some of them fail."""
        failures = []
        for sweep in self._sweeps:
            try:
                await sweep.run(self._container, enqueue)
            except Exception as error:  # noqa: BLE001 - raised below
                log.warning("sweep.failed", sweep=sweep.name, error=type(error).__name__)
                failures.append(error)
        if failures and all(isinstance(failure, Unavailable) for failure in failures):
            raise failures[0]  # is retried
        if failures:
            raise ExceptionGroup("sweeps failed", failures)

    def _bound(self, job: Job) -> Callable[..., Awaitable[None]]:
        async def run(**arguments: str) -> None:
            for following in await job.run(self._container, **arguments) or ():
                await self.enqueue(following)

        return run

    def _schedule(self, name: str, cron: str, run: Callable[[Container, Enqueue], Awaitable[None]]) -> None:
        async def run_now(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it to every periodic task
            await run(self._container, self.enqueue)

        self.app.periodic(cron=cron)(self.app.task(name=name, queueing_lock=name, retry=RETRY)(run_now))


def handlers(contexts: Sequence[WorkerContext], *, notify: Job) -> Handlers:
    """Return the handlers of each event.

    Raises:
        ValueError: an event has no subscriber, or a subscriber's event cannot be stored.
    """
    found: defaultdict[type[Event], list[Callable[[Any], Iterable[JobRequest]]]] = defaultdict(list)
    notices = _notices(contexts)
    every = Subscription(tuple(notices), lambda event: [_notification(notify, event)])
    for subscription in (every, *(each for context in contexts for each in context.subscriptions)):
        for event in subscription.events:
            found[event].append(subscription.handler)
    known = set(EVENTS.values())
    if unknown := found.keys() - known:
        raise ValueError(f"subscribers of unknown events: {_names(unknown)}")
    if unheard := known - found.keys():
        raise ValueError(f"events without a subscriber: {_names(unheard)}")
    return dict(found)


def _notification(notify: Job, event: Event) -> JobRequest:
    """Notifications of one subject are stored one after the other, in order."""
    return notify.request(lock=f"notify {event.subject}", message=to_json(event))


def _notices(contexts: Sequence[WorkerContext]) -> Mapping[type[Event], Sequence[Notify[Any]]]:
    found: defaultdict[type[Event], list[Notify[Any]]] = defaultdict(list)
    for notice in (notice for context in contexts for notice in context.notices):
        for event in notice.events:
            found[event].append(notice.notify)
    return dict(found)


def _names(events: Iterable[type[Event]]) -> str:
    return ", ".join(sorted(event.__name__ for event in events))
