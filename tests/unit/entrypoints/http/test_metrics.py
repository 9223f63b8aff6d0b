"""Metrics as Prometheus reads them, from a port of each process."""

import asyncio
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families
from tests.gates import PATIENCE_SECONDS
from tests.ports import free_port
from tests.unit.entrypoints.api import Api, serving
from tests.unit.features.jobs import parked

from adapters.kit.circuit_breaker import FAILURES, GuardedGateway
from booking_domain.shared.errors import StorageUnavailable
from booking_domain.shared.heartbeats import STALE_AFTER, Activity, Backlog, Heartbeat, ReceivedLog, Waiting
from booking_domain.testing.memory.platform import MONDAY_MORNING
from entrypoints.observe.port import MetricsPort

LOCAL = (ip_network("127.0.0.0/8"),)
OPEN_METRICS = "application/openmetrics-text; version=1.0.0"


def scraped(port: int, accept: str = "*/*") -> str:
    return httpx.get(
        f"http://127.0.0.1:{port}/metrics", headers={"Accept": accept}, trust_env=False, timeout=PATIENCE_SECONDS
    ).text


def samples(text: str) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def metrics_of(api: Api) -> dict[tuple[str, ...], float]:
    registry = api.container.metrics().registry
    return samples((await asyncio.to_thread(generate_latest, registry)).decode())


async def test_requests_are_counted_by_method_route_and_status_with_an_exemplar() -> None:
    port = free_port()
    async with serving(BOOKING_METRICS_PORT=str(port)) as api:
        await api.get("/health/live")
        await api.call("BREW", "/health/live")
        await api.get("/providers/0198f2f6-aaaa-7000-8000-000000000000")
        await api.get("/nowhere/of/this/name", headers={"X-Request-Id": "the-request"})
        text = await asyncio.to_thread(scraped, port, OPEN_METRICS)
    families: Any = open_metrics(text)  # type: ignore[no-untyped-call]
    [family] = [each for each in families if each.name == "booking_request_seconds"]
    counted = {tuple(each.labels.values()): each.value for each in family.samples if each.name.endswith("_count")}
    assert counted == {
        ("GET", "/health/live", "200"): 1,
        ("other", "none", "405"): 1,
        ("GET", "/api/v1/providers/{provider_id}", "404"): 1,
        ("GET", "none", "404"): 1,
    }
    exemplars = [
        each.exemplar.labels
        for each in family.samples
        if each.exemplar and each.labels["route"] == "none" and each.labels["method"] == "GET"
    ]
    assert exemplars == [{"request_id": "the-request"}]


async def test_without_a_port_nothing_is_counted() -> None:
    async with serving() as api:
        await api.get("/health/live")
        assert not [each for each in await metrics_of(api) if each[0].startswith("booking_request_seconds")]


async def test_the_platform_and_the_parts_of_a_process_are_shown(api: Api) -> None:
    limit = STALE_AFTER[Activity.RELAY] + timedelta(seconds=1)
    api.database.last[Activity.RELAY] = Heartbeat(MONDAY_MORNING - limit, limit)
    del api.database.last[Activity.SWEEP]
    api.database.outbox = Backlog(waiting=7, parked=1, oldest_seconds=12.5)
    api.database.undone = [
        Waiting(what="jobs messages", count=3, oldest_seconds=0),
        Waiting(what="expiries", count=2, oldest_seconds=90),
        Waiting(what="payments", count=4, oldest_seconds=600),
    ]
    api.database.last[Activity.BACKUP] = Heartbeat(MONDAY_MORNING - timedelta(days=1), timedelta(days=1))
    api.database.log = ReceivedLog(receiver=False, archiver=True, waiting_bytes=4096)
    await parked(api)
    [guarded] = api.container.gateways()
    assert isinstance(guarded, GuardedGateway)
    for _ in range(FAILURES):
        guarded.breaker.failed_now()
    assert not guarded.breaker.admits()
    monday = MONDAY_MORNING.timestamp()
    last, stale = "booking_worker_last_activity_timestamp_seconds", "booking_worker_stale"
    found = await metrics_of(api)
    assert {key: value for key, value in found.items() if key[0].startswith("booking_")} == {
        ("booking_database_up",): 1,
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
        ("booking_statistics_findings",): 0,
        ("booking_ledger_differences", "gift_card"): 0,
        ("booking_ledger_differences", "gift_card_payment"): 0,
        ("booking_ledger_differences", "package_visits"): 0,
        ("booking_ledger_differences", "package_price"): 0,
        ("booking_ledger_differences", "points"): 0,
        ("booking_jobs_due", "default"): 0,
        ("booking_jobs_due", "feeds"): 0,
        ("booking_jobs_due", "messages"): 3,
        ("booking_jobs_due", "webhooks"): 0,
        ("booking_expiries_due",): 2,
        ("booking_expiries_oldest_seconds",): 90,
        ("booking_payments_pending",): 4,
        ("booking_payments_oldest_seconds",): 600,
        ("booking_backup_last_timestamp_seconds",): monday - timedelta(days=1).total_seconds(),
        ("booking_log_received", "receiver"): 0,
        ("booking_log_received", "archiver"): 1,
        ("booking_log_waiting_bytes",): 4096,
        ("booking_database_connections", "used"): 3,
        ("booking_database_connections", "idle"): 1,
        ("booking_database_connections_max",): 10,
        ("booking_database_waiting",): 2,
        ("booking_database_wait_seconds_total",): 1.5,
        ("booking_database_refused_total",): 0,
        ("booking_answers_total", "hit"): 0,
        ("booking_answers_total", "miss"): 0,
        ("booking_live_streams",): 0,
        ("booking_computations",): 0,
        ("booking_computations_failed_total",): 0,
        ("booking_gateway_circuit_open", "qpay"): 1,
        ("booking_gateway_failures_total", "qpay"): 5,
        ("booking_gateway_refused_calls_total", "qpay"): 1,
    }
    api.database.down = StorageUnavailable()
    found = await metrics_of(api)
    assert (found["booking_database_up",], found["booking_live_streams",]) == (0, 0)
    assert (stale, "relay") not in found


async def test_kept_answers_are_hits(api: Api) -> None:
    _, provider_id = await api.open_provider()
    before = await metrics_of(api)
    for _ in range(3):
        assert (await api.get(f"/providers/{provider_id}")).status_code == 200
    after = await metrics_of(api)
    made, kept = ("booking_answers_total", "miss"), ("booking_answers_total", "hit")
    assert (after[made] - before[made], after[kept] - before[kept]) == (1, 2)


async def test_each_process_has_a_port_which_answers_only_known_networks() -> None:
    first = free_port()
    mine, other = CollectorRegistry(), CollectorRegistry()
    ports = [first, free_port()]

    def port(registry: CollectorRegistry, networks: Any = LOCAL) -> MetricsPort:
        return MetricsPort(registry, host="127.0.0.1", ports=ports, networks=networks)

    one, two, late = port(mine), port(other, (ip_network("10.0.0.0/8"),)), port(mine)
    for each in (one, two, late):
        await each.open()
    assert await asyncio.to_thread(scraped, ports[0]) == ""
    with pytest.raises(httpx.TransportError):
        await asyncio.to_thread(scraped, ports[1])
    for each in (one, two, late):
        await each.close()
