"""Parked jobs in memory."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from booking_domain.jobs.model import ParkedJob, ParkedJobId
from booking_domain.jobs.ports import ParkedJobCounts, ParkedJobFilter, ParkedJobReads, ParkedJobs
from booking_domain.testing.kit.tables import Group, Lookup, Part, Repository, Table

PARKED_JOBS: Final = Table[ParkedJobId, ParkedJob]("parked_jobs")
TABLES: Final = (PARKED_JOBS,)


class MemoryParkedJobs(Repository[ParkedJobId, ParkedJob], ParkedJobs):
    """The parked jobs of one database transaction."""

    table = PARKED_JOBS

    async def save(self, job: ParkedJob) -> None:
        self._rows[job.id] = job


class MemoryParkedJobReads(Lookup[ParkedJobId, ParkedJob], ParkedJobReads):
    """The committed parked jobs."""

    table = PARKED_JOBS

    async def page(self, criteria: ParkedJobFilter) -> Sequence[ParkedJob]:
        return self._rows.page(
            lambda each: criteria.given_up in {None, each.given_up} and criteria.name in {None, each.name},
            criteria.after,
            criteria.limit,
        )

    async def due(self, now: datetime, limit: int) -> Sequence[ParkedJob]:
        return self._rows.due(lambda each: each.retry_at if each.due(now) else None, now, limit)

    async def counts(self) -> ParkedJobCounts:
        given_up = sum(each.given_up for each in self._rows.values())
        return ParkedJobCounts(waiting=len(self._rows) - given_up, given_up=given_up)


class JobRepositories(Group):
    """The repositories of this context."""

    parked_jobs: Final = Part(MemoryParkedJobs)


class JobReadGroup(Group):
    """The reads of this context."""

    parked_jobs: Final = Part(MemoryParkedJobReads)
