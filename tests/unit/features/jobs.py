"""Parked jobs, for admins."""

from typing import Final

from hypothesis import strategies as st
from tests.unit.entrypoints.api import Api
from tests.unit.features.declarations import Feature, Ids, Kind, Request, Row, World

from booking_domain.jobs.model import ParkedJob
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.jobs.commands import ParkJob, park_job

_PATH: Final = "/admin/parked-jobs"


async def parked(api: Api, name: str = "reconcile", **arguments: str) -> ParkedJob:
    """A job that has failed."""
    command = ParkJob(name=name, arguments=arguments, lock=None, error=OverflowError())
    return await api.container.executor().run(park_job, command, actor=SYSTEM)


async def parked_job(world: World, who: str) -> Ids:
    return {"job_id": str((await parked(world.api, run_id=who)).id)}


async def retry(api: Api) -> Request:
    return await api.an_admin(), f"{_PATH}/{(await parked(api, run_id='1')).id}/retry", {}


FEATURE: Final = Feature(
    routes={
        f"GET {_PATH}": Row(Permission.MANAGE_JOBS),
        f"POST {_PATH}/{{job_id}}/retry": Row(Permission.MANAGE_JOBS, Kind(parked_job, ("admin",)), once=retry),
    },
    permissions="job.manage admin:any",
    samples={(ParkedJob, "arguments"): st.sampled_from(["{}", '{"id": "1"}'])},
)
