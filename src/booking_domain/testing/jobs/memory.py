"""Parked jobs in memory."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from booking_domain.jobs.model import ParkedJob, ParkedJobId
from booking_domain.jobs.ports import ParkedJobCounts, ParkedJobFilter, ParkedJobReads, ParkedJobs
from booking_domain.testing.kit.tables import ReadGroup, RepositoryGroup, State, Table

PARKED_JOBS: Final = Table[ParkedJobId, ParkedJob]("parked_jobs")
TABLES: Final = (PARKED_JOBS,)


class MemoryParkedJobs(ParkedJobs):
    """The parked jobs of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def lock(self, job_id: ParkedJobId) -> ParkedJob | None:
        return self._state[PARKED_JOBS].get(job_id)

    async def save(self, job: ParkedJob) -> None:
        self._state[PARKED_JOBS][job.id] = job

    async def remove(self, job_id: ParkedJobId) -> None:
        self._state[PARKED_JOBS].pop(job_id, None)


class MemoryParkedJobReads(ParkedJobReads):
    """The committed parked jobs."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def get(self, job_id: ParkedJobId) -> ParkedJob | None:
        return self._committed()[PARKED_JOBS].get(job_id)

    async def page(self, criteria: ParkedJobFilter) -> Sequence[ParkedJob]:
        found = (
            each
            for each in self._committed()[PARKED_JOBS].values()
            if criteria.given_up in {None, each.given_up}
            and criteria.name in {None, each.name}
            and (criteria.after is None or each.id > criteria.after)
        )
        return sorted(found, key=lambda each: each.id)[: criteria.limit]

    async def due(self, now: datetime, limit: int) -> Sequence[ParkedJob]:
        found = ((each.retry_at, each.id, each) for each in self._all() if each.retry_at is not None and each.due(now))
        return [each for *_, each in sorted(found, key=lambda row: row[:2])][:limit]

    async def counts(self) -> ParkedJobCounts:
        given_up = sum(each.given_up for each in self._all())
        return ParkedJobCounts(waiting=len(self._all()) - given_up, given_up=given_up)

    def _all(self) -> Sequence[ParkedJob]:
        return tuple(self._committed()[PARKED_JOBS].values())


class JobRepositories(RepositoryGroup):
    """The repositories of this context."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.parked_jobs = MemoryParkedJobs(state)


class JobReadGroup(ReadGroup):
    """The reads of this context."""

    def __init__(self, committed: Callable[[], State]) -> None:
        super().__init__(committed)
        self.parked_jobs = MemoryParkedJobReads(committed)
