"""Parked jobs on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text, Uuid, bindparam, cast, delete, func, or_, select

from adapters.postgres.kit.codec import Mapper
from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part
from adapters.postgres.kit.listing import parameters
from adapters.postgres.kit.metadata import instant, metadata
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import WithWork
from booking_domain.jobs.model import ParkedJob, ParkedJobId
from booking_domain.jobs.ports import ParkedJobCounts, ParkedJobFilter, ParkedJobReads, ParkedJobs

parked_jobs: Final = Table(
    "parked_jobs",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("arguments", Text, nullable=False),
    Column("lock", Text),
    Column("error", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    instant("parked_at"),
    instant("retry_at", nullable=True),
    Index("parked_jobs_retry_at_idx", "retry_at"),
)

PARKED_JOB: Final = Mapper(parked_jobs, ParkedJob)
_j: Final = parked_jobs.c
_GIVEN_UP: Final = _j.retry_at.is_(None)
_ONLY: Final = cast(bindparam("given_up"), Boolean())
_SAVE: Final = PARKED_JOB.upsert()
_ALL: Final = select(*PARKED_JOB.columns)
_ONE: Final = _ALL.where(_j.id == bindparam("job_id"))
_GET: Final = Statement(_ONE)
_LOCK: Final = Statement(_ONE.with_for_update())
_REMOVE: Final = Statement(delete(parked_jobs).where(_j.id == bindparam("job_id")))
_PAGE: Final = Statement(
    _ALL.where(
        or_(_ONLY.is_(None), _ONLY == _GIVEN_UP),
        if_given("name", _j.name, _j.name == bindparam("name")),
        if_given("after", _j.id, _j.id > bindparam("after", type_=_j.id.type)),
    )
    .order_by(_j.id)
    .limit(bindparam("most"))
)
_DUE: Final = Statement(
    _ALL.where(_j.retry_at <= bindparam("now", type_=_j.retry_at.type))
    .order_by(_j.retry_at, _j.id)
    .limit(bindparam("most"))
)
_COUNTS: Final = Statement(select(func.count(_j.retry_at), func.count().filter(_GIVEN_UP)))


class PostgresParkedJobs(WithWork, ParkedJobs):
    """`ParkedJobs` in the table `parked_jobs`."""

    async def lock(self, job_id: ParkedJobId) -> ParkedJob | None:
        return await self._work.first(PARKED_JOB.read, _LOCK, job_id=job_id)

    async def save(self, job: ParkedJob) -> None:
        await self._work.execute(_SAVE, **PARKED_JOB.write(job))

    async def remove(self, job_id: ParkedJobId) -> None:
        await self._work.execute(_REMOVE, job_id=job_id)


class PostgresParkedJobReads(WithWork, ParkedJobReads):
    """`ParkedJobReads` of the table `parked_jobs`."""

    async def get(self, job_id: ParkedJobId) -> ParkedJob | None:
        return await self._work.first(PARKED_JOB.read, _GET, job_id=job_id)

    async def page(self, criteria: ParkedJobFilter) -> Sequence[ParkedJob]:
        return await self._work.each(PARKED_JOB.read, _PAGE, **parameters(criteria))

    async def due(self, now: datetime, limit: int) -> Sequence[ParkedJob]:
        return await self._work.each(PARKED_JOB.read, _DUE, now=now, most=limit)

    async def counts(self) -> ParkedJobCounts:
        row = await self._work.one(_COUNTS)
        return ParkedJobCounts() if row is None else ParkedJobCounts(*row)


CONTEXT: Final = PostgresContext(tables=(parked_jobs,))


class JobRepositories(RepositoryGroup):
    """The repositories of this context."""

    parked_jobs = part(PostgresParkedJobs)


class JobReadGroup(ReadGroup):
    """The reads of this context."""

    parked_jobs = part(PostgresParkedJobReads)
