"""The worker parks jobs that failed, and forgets those that succeeded; admins list them, and repeat one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from booking_domain.jobs.model import ParkedJob, ParkedJobId, ParkedJobNotFound, parked_job_id
from booking_domain.jobs.ports import ParkedJobFilter, ParkedJobReads, ParkedJobs
from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import NotPermitted, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query


class JobTx(Protocol):
    """What parked jobs need of a database transaction."""

    @property
    def parked_jobs(self) -> ParkedJobs: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkJob:
    """Park a job that failed after all its attempts."""

    name: str
    arguments: Mapping[str, str] = field(repr=False)
    lock: str | None
    error: Exception = field(repr=False)


async def _park(command: ParkJob, tx: JobTx, context: UseCaseContext) -> ParkedJob:
    before = await tx.parked_jobs.lock(parked_job_id(command.name, command.arguments))
    if before is None:
        parked = ParkedJob.first(command.name, command.arguments, command.lock, command.error, context.now)
    else:
        parked = before.failed_again(command.error, context.now)
    await tx.parked_jobs.save(parked)
    return parked


async def _forget(job_id: ParkedJobId, tx: JobTx, _: UseCaseContext) -> None:
    await tx.parked_jobs.remove(job_id)


async def _retry(job_id: ParkedJobId, tx: JobTx, context: UseCaseContext) -> ParkedJob:
    before = required(await tx.parked_jobs.lock(job_id), ParkedJobNotFound)
    after = before.retried(context.now)
    await tx.parked_jobs.save(after)
    return after


async def _list(actor: Actor, criteria: ParkedJobFilter, parked_jobs: ParkedJobReads) -> Sequence[ParkedJob]:
    """A page of parked jobs; for admins."""
    authorise(actor, Permission.MANAGE_JOBS)
    return await parked_jobs.page(criteria)


park_job: Final = UseCase(Permission.RUN_PLATFORM, _park)
forget_parked_job: Final = UseCase(Permission.RUN_PLATFORM, _forget)
retry_parked_job: Final = UseCase(
    Permission.MANAGE_JOBS,
    _retry,
    lambda job_id, _: Subject("parked_job", job_id),
    audited_as="job.retry",
    raises=(ParkedJobNotFound,),
)
list_parked_jobs: Final = Query(_list, (NotPermitted,))
