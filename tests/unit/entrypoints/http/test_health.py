"""Readiness and metrics: the worker's heartbeat, as clients and operators see it."""

from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.databases import TestServer
from tests.unit.entrypoints.api import Api, assert_problem, serving
from tests.unit.features.jobs import parked

from adapters.kit.circuit_breaker import FAILURES, GuardedGateway
from booking_domain.shared.errors import StorageUnavailable
from booking_domain.shared.heartbeats import STALE_AFTER, Activity, Backlog, Heartbeat
from booking_domain.testing.memory.platform import MONDAY_MORNING

TOKEN = "metrics-token-of-at-least-32-characters"
OLDER_TOKEN = "older-metrics-token-of-at-least-32-chars"
NAMES = {
    Activity.RELAY: "relay",
    Activity.JOBS: "jobs",
    Activity.REMOTE_JOBS: "remoteJobs",
    Activity.WEBHOOK_JOBS: "webhookJobs",
    Activity.MESSAGE_JOBS: "messageJobs",
    Activity.SWEEP: "sweep",
}


@pytest.mark.parametrize("activity", Activity)
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


async def test_metrics_need_a_token_that_is_configured() -> None:
    async with serving() as api:
        assert_problem(await api.get("/metrics", TOKEN), 404, "http.not_found")
    async with serving(BOOKING_METRICS_TOKEN=f"{TOKEN},{OLDER_TOKEN}") as api:
        for wrong in (None, "", TOKEN[:-1], await api.admin()):
            assert_problem(await api.get("/metrics", wrong), 401, "auth.invalid_token")
        for right in (TOKEN, OLDER_TOKEN):
            assert (await api.get("/metrics", right)).status_code == 200


async def test_metrics_show_the_heartbeat_and_the_outbox() -> None:
    async with serving(BOOKING_METRICS_TOKEN=TOKEN) as api:
        limit = STALE_AFTER[Activity.RELAY] + timedelta(seconds=1)
        api.database.last[Activity.RELAY] = Heartbeat(MONDAY_MORNING - limit, limit)
        del api.database.last[Activity.SWEEP]
        api.database.outbox = Backlog(waiting=7, parked=1, oldest_seconds=12.5)
        await parked(api)
        [guarded] = api.container.gateways()
        assert isinstance(guarded, GuardedGateway)
        for _ in range(FAILURES):
            guarded.breaker.failed_now()
        assert not guarded.breaker.admits()
        answer = await api.get("/metrics", TOKEN)
        found = {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
        }
        monday = MONDAY_MORNING.timestamp()
        last, stale = "booking_worker_last_activity_timestamp_seconds", "booking_worker_stale"
        assert found == {
            (last, "relay"): monday - limit.total_seconds(),
            (last, "jobs"): monday,
            (last, "remote_jobs"): monday,
            (last, "webhook_jobs"): monday,
            (last, "message_jobs"): monday,
            (last, "sweep"): 0,
            (stale, "relay"): 1,
            (stale, "jobs"): 0,
            (stale, "remote_jobs"): 0,
            (stale, "webhook_jobs"): 0,
            (stale, "message_jobs"): 0,
            (stale, "sweep"): 1,
            ("booking_outbox_messages", "waiting"): 7,
            ("booking_outbox_messages", "parked"): 1,
            ("booking_outbox_oldest_seconds",): 12.5,
            ("booking_parked_jobs", "waiting"): 1,
            ("booking_parked_jobs", "given_up"): 0,
            ("booking_search_findings", "repaired"): 0,
            ("booking_search_findings", "not_repaired"): 0,
            ("booking_gateway_circuit_open", "qpay"): 1,
            ("booking_gateway_failures_total", "qpay"): 5,
            ("booking_gateway_refused_calls_total", "qpay"): 1,
        }
        assert answer.headers["Content-Type"].startswith("text/plain")
        api.database.down = StorageUnavailable()
        assert_problem(await api.get("/metrics", TOKEN), 503, "service.unavailable")
