"""Readiness: the worker's heartbeat, as clients see it."""

from datetime import timedelta

import pytest
from tests.databases import TestServer
from tests.unit.entrypoints.api import Api

from booking_domain.shared.heartbeats import STALE_AFTER, Activity, Heartbeat
from booking_domain.testing.memory.platform import MONDAY_MORNING

NAMES = {
    Activity.RELAY: "relay",
    Activity.JOBS: "jobs",
    Activity.REMOTE_JOBS: "remoteJobs",
    Activity.WEBHOOK_JOBS: "webhookJobs",
    Activity.MESSAGE_JOBS: "messageJobs",
    Activity.SWEEP: "sweep",
}


@pytest.mark.parametrize("activity", STALE_AFTER)
async def test_a_stale_worker_is_named_and_the_api_stays_ready(api: Api, activity: Activity) -> None:
    limit = STALE_AFTER[activity]
    for age, status, stale in (
        (limit, "ok", []),
        (limit + timedelta(microseconds=1), "degraded", [NAMES[activity]]),
    ):
        api.database.last[activity] = Heartbeat(MONDAY_MORNING - age, age)
        answer = await api.get("/health/ready")
        assert (answer.status_code, answer.json()["status"], answer.json()["stale"]) == (200, status, stale)


async def test_without_a_worker_everything_is_stale_and_the_api_is_ready(postgres: TestServer) -> None:
    with postgres.database() as url:
        api = Api({"DATABASE_URL": url}, in_memory=False)
        async with api.opened():
            answer = await api.get("/health/ready")
            assert answer.status_code == 200
            assert answer.json() == {
                "status": "degraded",
                "stale": ["relay", "jobs", "remoteJobs", "webhookJobs", "messageJobs", "sweep"],
                "worker": {},
            }
            await api.container.database().beat([Activity.RELAY])
            answer = await api.get("/health/ready")
            assert answer.json()["stale"] == ["jobs", "remoteJobs", "webhookJobs", "messageJobs", "sweep"]
            assert answer.json()["worker"]["relay"]
