"""Ports of parked jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from booking_domain.jobs.model import ParkedJob, ParkedJobId


class ParkedJobs(Protocol):
    """The parked jobs of a database transaction."""

    async def lock(self, job_id: ParkedJobId) -> ParkedJob | None:
        """One job, locked until the database transaction ends."""
        ...

    async def save(self, job: ParkedJob) -> None:
        """Store a job in place of the one with its id."""
        ...

    async def remove(self, job_id: ParkedJobId) -> None:
        """Remove a job; without effect if there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedJobFilter:
    """A page of parked jobs, by id; None matches any value."""

    given_up: bool | None = None
    name: str | None = None
    after: ParkedJobId | None = None
    """The last one of the previous page."""
    limit: int


@dataclass(frozen=True, slots=True)
class ParkedJobCounts:
    """How many jobs are parked."""

    waiting: int = 0
    """They will be repeated."""
    given_up: int = 0


class ParkedJobReads(Protocol):
    """Reads of parked jobs, outside any database transaction."""

    async def get(self, job_id: ParkedJobId) -> ParkedJob | None:
        """One job."""
        ...

    async def page(self, criteria: ParkedJobFilter) -> Sequence[ParkedJob]:
        """All jobs of a page."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[ParkedJob]:
        """Jobs that are due, those first that have waited longest."""
        ...

    async def counts(self) -> ParkedJobCounts:
        """How many jobs are parked."""
        ...


class JobRepositories(Protocol):
    """The repositories of this context."""

    @property
    def parked_jobs(self) -> ParkedJobs: ...


class JobReadGroup(Protocol):
    """The reads of this context."""

    @property
    def parked_jobs(self) -> ParkedJobReads: ...
