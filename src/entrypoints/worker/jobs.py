"""Runs the jobs of all contexts on procrastinate. Every job is safe to run any number of times.

A job that fails is repeated a few times, then parked: it is repeated after growing pauses, and given up in the end. So
nothing is lost, and nothing repeats for ever. Meanwhile no sweep puts it into the queue.
"""

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

import procrastinate
import structlog
from psycopg import AsyncConnection

from adapters.kit.trace_parent import TRACE_KEY, TRACE_PARENT
from adapters.postgres.outbox.event_codec import EVENTS, from_json, to_json
from booking_domain.jobs.model import ParkedJobId, parked_job_id
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.errors import Unavailable
from booking_domain.shared.events import Event
from booking_domain.use_cases.jobs.commands import ParkJob, forget_parked_job, park_job
from booking_domain.use_cases.messages.notify import NOTIFIED_EVENTS, notify
from booking_domain.use_cases.messages.send_messages import StoringNotifier
from entrypoints.container import Container
from entrypoints.languages.notices import OverridingTranslator
from entrypoints.worker.contexts import CONTEXTS
from entrypoints.worker.declarations import (
    DEFAULT,
    RETRY_OUTAGES,
    SWEEP,
    Enqueue,
    Job,
    JobRequest,
    Subscription,
    Sweep,
    WorkerContext,
)
from entrypoints.worker.notifications import send_to
from entrypoints.worker.results import requeue
from entrypoints.worker.supervision import queue_errors

log: Final = structlog.get_logger()
_PARKED_PER_SWEEP: Final = 200
_PARKING_SECONDS: Final = 60
Handlers = Mapping[type[Event], Sequence[Callable[[Any], Iterable[JobRequest]]]]


class Jobs:
    """The tasks of all contexts over one container; dispatches events to jobs."""

    def __init__(
        self, container: Container, app: procrastinate.App, contexts: Sequence[WorkerContext] = CONTEXTS
    ) -> None:
        self.app = app
        self._container = container
        self._notify = Job(name="notify", run=self._keep_notices)
        self._handlers: Final = handlers(contexts, notify=self._notify)
        self._sweeps: Final = (
            *(sweep for context in contexts for sweep in context.sweeps),
            Sweep("parked jobs", self._release_parked),
        )
        self._again = Job(name="retry_parked", run=self._run_again)
        every = (self._notify, self._again, *(job for context in contexts for job in context.jobs))
        self._jobs: Final = {job.name: job for job in every}
        self._tasks: Final = {
            job.name: app.task(
                name=job.name, queue=job.queue, retry=_Unending(job.retry), priority=job.priority, pass_context=True
            )(self._bound(job))
            for job in every
        }
        for each in (each for context in contexts for each in context.periodic):
            self._schedule(each.name, each.cron, each.run)
        self._schedule(SWEEP, "* * * * *", self._sweep)

    async def dispatch(
        self, connection: AsyncConnection[Any], events: Sequence[Event], traced: Mapping[UUID, str]
    ) -> None:
        """Put the jobs of events into the queue, in the transaction that removes the events from the outbox."""
        for event in events:
            for handler in self._handlers[type(event)]:
                for request in handler(event):
                    await self._defer(request, trace_parent=traced.get(event.id), connection=connection)

    async def enqueue(self, request: JobRequest) -> None:
        """Put a job into the queue, unless it is parked, or a job with the same `once` key waits there."""
        if await self._container.reads().parked_jobs.get(parked_job_id(request.job.name, request.arguments)):
            return
        with suppress(procrastinate.exceptions.AlreadyEnqueued):
            await self._defer(request, trace_parent=TRACE_PARENT.get())

    async def reclaim(self, seconds: float) -> None:
        """Requeue the running jobs of workers that have sent no heartbeat for this long."""
        with queue_errors():
            for job in await self.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=seconds):
                await requeue(job, self.app.connector)

    async def _defer(self, request: JobRequest, *, trace_parent: str | None = None, **options: Any) -> None:
        """A job that runs at once continues the trace. One of a later time has its own."""
        traced = {} if trace_parent is None or request.at is not None else {TRACE_KEY: trace_parent}
        task = self._tasks[request.job.name].configure(
            schedule_at=request.at, lock=request.lock, queueing_lock=request.once, **options
        )
        with queue_errors():
            await task.defer_async(**request.arguments, **traced)

    async def _keep_notices(self, _: Container, *, message: str) -> Sequence[JobRequest]:
        event, notifier = (
            from_json(message),
            StoringNotifier(self._container.executor(), self._container.reads().external_identities),
        )
        overrides = await self._container.reads().message_overrides.all()
        translator = OverridingTranslator(self._container.translator(), overrides)
        await notify(event, reads=self._container.reads(), notifier=notifier, translator=translator)
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
        async def run(context: procrastinate.JobContext, **arguments: str) -> None:
            arguments.pop(TRACE_KEY, None)  # the middleware has read it
            try:
                await self._run(job, arguments)
            except Exception as error:
                if job.retry.get_retry_decision(exception=error, job=context.job) is not None:
                    raise
                await self._park(job.name, arguments, context.job.lock, error)

        return run

    async def _run(self, job: Job, arguments: Mapping[str, str]) -> None:
        for following in await job.run(self._container, **arguments) or ():
            await self.enqueue(following)

    async def _park(self, name: str, arguments: Mapping[str, str], lock: str | None, error: Exception) -> None:
        command = ParkJob(name=name, arguments=arguments, lock=lock, error=error)
        parked = await self._container.executor().run(park_job, command, actor=SYSTEM)
        self._container.metrics().parked.labels(name).inc()
        event = "job.given_up" if parked.given_up else "job.parked"
        log.error(event, job=name, parked_id=str(parked.id), failures=parked.failures, exc_info=error)

    async def _release_parked(self, container: Container, _: Enqueue) -> None:
        """Put the parked jobs that are due into the queue, each in that of its kind, one at a time for a lock."""
        for parked in await container.reads().parked_jobs.due(container.clock().now(), _PARKED_PER_SWEEP):
            job, key = self._jobs.get(parked.name), f"parked {parked.id}"
            request = self._again.request(lock=parked.lock or key, once=key, parked_id=str(parked.id))
            with suppress(procrastinate.exceptions.AlreadyEnqueued):
                await self._defer(request, queue=DEFAULT if job is None else job.queue)

    async def _run_again(self, container: Container, *, parked_id: str) -> None:
        """Run a parked job, and forget it if it succeeds."""
        parked = await container.reads().parked_jobs.get(ParkedJobId(UUID(parked_id)))
        if parked is None or not parked.due(container.clock().now()):
            return
        arguments: dict[str, str] = json.loads(parked.arguments)
        try:
            await self._run(self._jobs[parked.name], arguments)
        except Exception as error:  # noqa: BLE001 - any error parks it again
            await self._park(parked.name, arguments, parked.lock, error)
        else:
            await container.executor().run(forget_parked_job, parked.id, actor=SYSTEM)

    def _schedule(self, name: str, cron: str, run: Callable[[Container, Enqueue], Awaitable[None]]) -> None:
        async def run_job(container: Container) -> None:
            await run(container, self.enqueue)

        async def run_now(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it to every periodic task
            try:
                await run_job(self._container)
            except Unavailable:
                raise  # is retried
            except Exception as error:
                await self._park(name, {}, None, error)
                if name == SWEEP:
                    raise  # only a sweep that succeeded is a heartbeat
            else:
                await self._container.executor().run(forget_parked_job, parked_job_id(name, {}), actor=SYSTEM)

        self._jobs[name] = Job(name=name, run=run_job)
        self.app.periodic(cron=cron)(self.app.task(name=name, queueing_lock=name, retry=RETRY_OUTAGES)(run_now))


class _Unending(procrastinate.BaseRetryStrategy):
    """Repeats a job that could not be parked, because the database did not answer: it must not be lost."""

    def __init__(self, retry: procrastinate.BaseRetryStrategy) -> None:
        self._retry = retry

    def get_retry_decision(
        self, *, exception: BaseException, job: procrastinate.jobs.Job
    ) -> procrastinate.RetryDecision | None:
        decision = self._retry.get_retry_decision(exception=exception, job=job)
        return decision or procrastinate.RetryDecision(retry_in={"seconds": _PARKING_SECONDS})


def handlers(contexts: Sequence[WorkerContext], *, notify: Job) -> Handlers:
    """Return the handlers of each event.

    Raises:
        ValueError: an event has no subscriber, or a subscriber's event cannot be stored.
    """
    found: defaultdict[type[Event], list[Callable[[Any], Iterable[JobRequest]]]] = defaultdict(list)
    notifying = Subscription(tuple(NOTIFIED_EVENTS), lambda event: [_notification(notify, event)])
    for subscription in (notifying, *(each for context in contexts for each in context.subscriptions)):
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


def _names(events: Iterable[type[Event]]) -> str:
    return ", ".join(sorted(event.__name__ for event in events))
