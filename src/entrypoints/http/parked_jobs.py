"""`/admin/parked-jobs`: jobs of the worker that failed after all their attempts, for admins."""

import json
from typing import Final
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath

from booking_domain.jobs.model import ParkedJob, ParkedJobId
from booking_domain.jobs.ports import ParkedJobFilter
from booking_domain.shared.actor import Actor
from booking_domain.use_cases.jobs import commands as use_cases
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.cursors import PAGE_AND_ONE, Page, PageQuery
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.fields import Json, Timestamp
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import projection
from entrypoints.http.kit.running import Run


class ParkedJobsQuery(PageQuery, frozen=True, kw_only=True):
    """A page of parked jobs."""

    given_up: bool | None = None
    """Only those that are repeated no more, or only those that are."""


_chosen: Final = projection(ParkedJobsQuery, ParkedJobFilter, default=("name",), **PAGE_AND_ONE)


class ParkedJobJson(Json, frozen=True, kw_only=True):
    """A job that failed after all its attempts."""

    id: UUID
    name: str
    arguments: dict[str, str]
    """Ids, or an event with ids."""
    error: str
    """The type of the last error. The log of the worker has more."""
    failures: int
    """How often it has failed after all its attempts."""
    parked_at: Timestamp
    """When it last failed."""
    retry_at: Timestamp | None = None
    """When it is repeated. Absent: it was given up."""


class ParkedJobsJson(Page[ParkedJobJson], frozen=True, kw_only=True):
    """A page of parked jobs."""


parked_job_json: Final = projection(ParkedJob, ParkedJobJson, arguments=lambda job: json.loads(job.arguments))
"""Show a parked job."""


# Examples for the API's documentation.


@get("/admin/parked-jobs", opt=documented(use_cases.list_parked_jobs))
async def list_parked_jobs(
    params: Injected[ParkedJobsQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> ParkedJobsJson:
    """List the jobs of the worker that failed after all their attempts, by id; for admins.

    Each is repeated after five minutes, then after growing pauses up to a day. After seven failures it is given up. It
    leaves the list once it succeeds.
    """
    found = await use_cases.list_parked_jobs(actor, _chosen(params), reads.parked_jobs)
    return ParkedJobsJson.of(found, params.limit, parked_job_json, lambda each: each.id)


@post(
    "/admin/parked-jobs/{job_id:str}/retry",
    status_code=200,
    opt=documented(use_cases.retry_parked_job),
)
async def retry_parked_job(job_id: FromPath[ParkedJobId], run: Injected[Run]) -> Response[ParkedJobJson]:
    """Let the worker repeat a parked job within a minute; for admins. If it fails again, it waits or is given up."""
    return await run(use_cases.retry_parked_job, job_id, answer=parked_job_json)


routes: Final = Router(
    "/",
    route_handlers=[list_parked_jobs, retry_parked_job],
    opt=about("jobs", "Jobs of the worker that failed after all their attempts, for admins."),
)
