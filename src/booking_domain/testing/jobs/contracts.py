"""The contract of `ParkedJobs` and `ParkedJobReads`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from booking_domain.jobs.model import ParkedJob
from booking_domain.jobs.ports import ParkedJobCounts, ParkedJobFilter, ParkedJobReads, ParkedJobs
from booking_domain.testing.builders import HOUR, NOW
from booking_domain.testing.kit.storage import StorageContract


def a_parked_job(
    name: str = "expire", arguments: Mapping[str, str] | None = None, lock: str | None = "a lock"
) -> ParkedJob:
    """Return a job that has failed for the first time."""
    return ParkedJob.first(name, arguments or {}, lock, OverflowError("day 0"), NOW)


class ParkedJobsContract(StorageContract):
    """Parked jobs in a database transaction, and reads of them."""

    async def test_a_job_is_stored_replaced_and_removed(self) -> None:
        job = a_parked_job(arguments={"booking_id": "1", "дугаар": "№\n"})
        again = job.failed_again(ValueError(), NOW + HOUR)
        for saved in (job, again, replace(again, lock=None, retry_at=None)):
            await self.alone.parked_jobs.save(saved)
            assert await self.reads.parked_jobs.get(job.id) == saved
            assert await self.alone.parked_jobs.lock(job.id) == saved
        await self.excludes(lambda tx: tx.parked_jobs.lock(job.id))
        for _ in range(2):
            async with self.begin() as tx:
                await tx.parked_jobs.remove(job.id)
                assert await tx.parked_jobs.lock(job.id) is None
        assert await self.reads.parked_jobs.get(job.id) is None

    async def test_jobs_are_listed_found_when_due_and_counted(self) -> None:
        early, late, given_up = (a_parked_job(arguments={"id": each}) for each in "abc")
        late = replace(late, name="erase", retry_at=NOW + HOUR)
        given_up = replace(given_up, retry_at=None)
        async with self.begin() as tx:
            for each in (late, given_up, early):
                await tx.parked_jobs.save(each)
        reads = self.reads.parked_jobs
        by_id = sorted([early, late, given_up], key=lambda each: each.id)
        assert list(await reads.page(ParkedJobFilter(limit=2))) == by_id[:2]
        assert list(await reads.page(ParkedJobFilter(after=by_id[1].id, limit=2))) == by_id[2:]
        assert list(await reads.page(ParkedJobFilter(given_up=True, limit=9))) == [given_up]
        assert list(await reads.page(ParkedJobFilter(given_up=False, name="erase", limit=9))) == [late]
        assert list(await reads.due(NOW, 9)) == []
        assert list(await reads.due(NOW + HOUR, 9)) == [early, late]
        assert list(await reads.due(NOW + HOUR, 1)) == [early]
        assert await reads.counts() == ParkedJobCounts(waiting=2, given_up=1)


CONTRACTS: Final[dict[type, type]] = {ParkedJobs: ParkedJobsContract, ParkedJobReads: ParkedJobsContract}
