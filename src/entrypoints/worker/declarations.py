"""The declarations of a context for the worker: jobs, subscriptions, sweeps and periodic jobs."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

import procrastinate

from booking_domain.shared.errors import Unavailable
from booking_domain.shared.events import Event
from entrypoints.container import Container

EventT = TypeVar("EventT", bound=Event)

DEFAULT: Final = "default"
REMOTE: Final = "feeds"
"""The queue of jobs that call servers of third parties, which may be slow. It has its own workers, so that other jobs
do not wait for it."""
WEBHOOKS: Final = "webhooks"
"""The queue of jobs that send webhooks to servers of integrators, which may be slow."""
MESSAGES: Final = "messages"
"""The queue of jobs that send messages to users, over mail servers and SMS providers that may be slow."""
SWEEP: Final = "sweep"
"""The job that runs the sweeps every minute."""
URGENT: Final = 1
"""The priority of jobs whose result a user is waiting for: they run before waiting notifications."""
_AFTER_ERRORS: Final = procrastinate.RetryStrategy(max_attempts=3, exponential_wait=4)
"""An error that is no outage is probably the same again."""


class Retry(procrastinate.BaseRetryStrategy):
    """Attempts of a job: of one kind during an outage, fewer after any other error. Then the job is parked."""

    def __init__(self, during_outages: procrastinate.RetryStrategy) -> None:
        self._during_outages = during_outages

    def get_retry_decision(
        self, *, exception: BaseException, job: procrastinate.jobs.Job
    ) -> procrastinate.RetryDecision | None:
        strategy = self._during_outages if isinstance(exception, Unavailable) else _AFTER_ERRORS
        return strategy.get_retry_decision(exception=exception, job=job)


RETRY: Final = Retry(procrastinate.RetryStrategy(max_attempts=12, exponential_wait=2))
RETRY_SOON: Final = Retry(procrastinate.RetryStrategy(max_attempts=12, linear_wait=5))
"""For jobs whose result is worthless after a few minutes."""
RETRY_OUTAGES: Final = procrastinate.RetryStrategy(max_attempts=12, exponential_wait=2, retry_exceptions=[Unavailable])
"""For periodic jobs, which run again anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A unit of work in the queue. It may run any number of times."""

    name: str
    """Stored with each queued job: renaming it orphans waiting jobs."""
    run: Callable[..., Awaitable["Sequence[JobRequest] | None"]]
    """Takes the container, and the arguments by name; may return follow-up jobs."""
    queue: str = DEFAULT
    retry: procrastinate.BaseRetryStrategy = field(default_factory=lambda: RETRY)
    priority: int = 0
    """Waiting jobs of a higher priority run first."""

    def request(
        self, *, at: datetime | None = None, lock: str | None = None, once: str | None = None, **arguments: str
    ) -> "JobRequest":
        """Return a request to run this job; see `JobRequest`."""
        return JobRequest(job=self, arguments=arguments, at=at, lock=lock, once=once)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """A job to put into the queue."""

    job: Job
    arguments: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None
    """The earliest start; None is now."""
    lock: str | None = None
    """Jobs with the same lock run one after the other, in the order of the queue."""
    once: str | None = None
    """At most one job with this key waits; a second request is ignored."""


Enqueue = Callable[[JobRequest], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subscription(Generic[EventT]):
    """Maps events to jobs. The handler runs inside the relay's transaction and must be pure."""

    events: tuple[type[EventT], ...]
    handler: Callable[[EventT], Iterable[JobRequest]]


@dataclass(frozen=True, slots=True)
class Sweep:
    """Work done every minute: recovers jobs that were lost or ran too early, and removes expired rows."""

    name: str
    run: Callable[[Container, Enqueue], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Periodic:
    """A job with a schedule of its own."""

    name: str
    cron: str
    """Five fields, in UTC."""
    run: Callable[[Container, Enqueue], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerContext:
    """Everything that one context declares for the worker."""

    jobs: tuple[Job, ...] = ()
    subscriptions: tuple[Subscription[Any], ...] = ()
    sweeps: tuple[Sweep, ...] = ()
    periodic: tuple[Periodic, ...] = ()
