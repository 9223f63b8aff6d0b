"""Stores the results of jobs even if the database was lost, or an equal job was queued, while they ran."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from procrastinate.connector import BaseConnector
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from psycopg.errors import RaiseException

from booking_domain.shared.errors import Unavailable
from entrypoints.worker.supervision import queue_errors

PATIENCE_SECONDS: Final = 10.0
"""By then procrastinate has noticed the loss itself, and its worker is restarted, so that the job is reclaimed."""
PAUSE_SECONDS: Final = 0.5

# The row stays locked: another worker that found the job stalled waits, then finds it requeued or running elsewhere.
_REQUEUE: Final = """
    WITH stalled AS MATERIALIZED (
        SELECT id FROM procrastinate_jobs
        WHERE id = %(job_id)s AND status = 'doing' AND worker_id IS NOT DISTINCT FROM %(worker_id)s
        FOR UPDATE
    )
    SELECT procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL) FROM stalled
"""
_GIVE_WAY: Final = """
    DELETE FROM procrastinate_jobs
    WHERE id = %(job_id)s AND status = 'doing' AND worker_id IS NOT DISTINCT FROM %(worker_id)s
"""

log: Final = structlog.get_logger()


async def requeue(job: Job, connector: BaseConnector) -> None:
    """Queue the job of a dead worker again, or delete it if an equal job is queued.

    Does nothing if another worker has requeued the job since it was read; that worker may already run it.
    """
    try:
        await connector.execute_query_async(_REQUEUE, job_id=job.id, worker_id=job.worker_id)
    except UniqueViolation:
        await connector.execute_query_async(_GIVE_WAY, job_id=job.id, worker_id=job.worker_id)


class PersistentResults(JobManager):
    """A `JobManager` that retries to store a job's result, and deletes a job if an equal one is queued.

    procrastinate tries once. If a result is not stored, the job stays "running" on a living worker: nobody reclaims it,
    and its lock blocks later jobs forever. The same happens to a job that cannot be requeued because a job with the
    same queueing lock was queued while it ran. That job does the same work, so this one is deleted.
    """

    async def finish_job(self, *args: Any, **named: Any) -> None:
        """Store that a job has ended."""
        await self._store(lambda: super(PersistentResults, self).finish_job(*args, **named))

    async def retry_job(self, job: Job, *args: Any, **named: Any) -> None:
        """Store that a job runs again later, or delete it if an equal job is queued."""
        try:
            await self._store(lambda: super(PersistentResults, self).retry_job(job, *args, **named))
        except UniqueViolation:
            await self.finish_job(job, Status.ABORTED, delete_job=True)

    async def _store(self, store: Callable[[], Awaitable[None]]) -> None:
        loop = asyncio.get_running_loop()
        deadline, lost = loop.time() + PATIENCE_SECONDS, False
        while True:
            try:
                with queue_errors():
                    return await store()
            except Unavailable as error:
                log.warning("jobs.result_not_stored", code=error.code)
                if loop.time() > deadline:
                    raise
            except ConnectorException as error:
                # The job is not running: an earlier attempt was committed, and only the database's answer was lost.
                if lost and isinstance(error.__cause__, RaiseException):
                    return None
                raise
            lost = True
            await asyncio.sleep(PAUSE_SECONDS)
