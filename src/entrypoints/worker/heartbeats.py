"""The worker's heartbeat: when it last relayed, ended a job, and swept."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final, Protocol

from procrastinate import JobContext

from booking_domain.shared.heartbeats import Activity
from entrypoints.worker.declarations import DEFAULT, MESSAGES, REMOTE, SWEEP, WEBHOOKS

RECORD_EVERY_SECONDS: Final = 5
_QUEUES: Final = {
    DEFAULT: Activity.JOBS,
    REMOTE: Activity.REMOTE_JOBS,
    WEBHOOKS: Activity.WEBHOOK_JOBS,
    MESSAGES: Activity.MESSAGE_JOBS,
}


class Record(Protocol):
    """Where heartbeats are stored."""

    async def beat(self, activities: Iterable[Activity]) -> None:
        """Record that the worker did these activities now."""
        ...


class HeartbeatRecorder:
    """Collects the worker's activities, and records them every few seconds."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._unrecorded: set[Activity] = set()

    def beat(self, activity: Activity) -> None:
        """Note that this activity happened now."""
        self._unrecorded.add(activity)

    async def beat_after_job(self, call_next: Callable[[], Awaitable[Any]], context: JobContext, _: object) -> Any:
        """As procrastinate's middleware, note that a job has succeeded or failed, or that a sweep has succeeded."""
        try:
            result = await call_next()
        finally:
            self.beat(_QUEUES[context.job.queue])
        if context.job.task_name == SWEEP:
            self.beat(Activity.SWEEP)
        return result

    async def record(self) -> None:
        """Record the noted activities, every few seconds."""
        while True:
            await asyncio.sleep(RECORD_EVERY_SECONDS)
            if recorded := sorted(self._unrecorded):
                await self._record.beat(recorded)
                # Activities noted meanwhile are recorded next time; if recording fails, so are these.
                self._unrecorded.difference_update(recorded)
