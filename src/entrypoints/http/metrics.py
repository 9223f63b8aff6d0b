"""`GET /metrics`: the worker's heartbeat, the outbox and the payment gateways, for Prometheus."""

from collections.abc import Iterator
from datetime import timedelta
from hmac import compare_digest
from typing import Any, Final, Protocol, runtime_checkable

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from booking_domain.identity.errors import InvalidToken
from booking_domain.payments.gateways import Gateways
from booking_domain.shared.clock import Clock
from booking_domain.shared.heartbeats import STALE_AFTER, stale
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.health import WorkerRecord
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.settings.main import Settings

_WEEK: Final = timedelta(days=7)
_HIDDEN: Final = {**PUBLIC, **documented(raises=(InvalidToken,)), "hidden": True}


@get("/metrics", opt=_HIDDEN)
async def metrics(
    request: Request[Any, Any, Any],
    *,
    settings: Injected[Settings],
    database: Injected[WorkerRecord],
    gateways: Injected[Gateways],
    reads: Injected[Reads],
    clock: Injected[Clock],
) -> Response[str]:
    """The metrics of the installation, for callers with a token of `BOOKING_METRICS_TOKEN`; without one, 404."""
    if not settings.metrics_tokens:
        raise NotFoundException
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    known = [compare_digest(given.strip().encode(), token.encode()) for token in settings.metrics_tokens]
    if scheme.lower() != "bearer" or not any(known):
        raise InvalidToken
    return Response(
        generate_latest(await _measured(database, gateways, reads, clock)).decode(),
        headers={"Content-Type": CONTENT_TYPE_LATEST},
    )


async def _measured(database: WorkerRecord, gateways: Gateways, reads: Reads, clock: Clock) -> CollectorRegistry:
    heartbeats, backlog = await database.heartbeats(), await database.backlog()
    counts = await reads.parked_jobs.counts()
    registry = CollectorRegistry(auto_describe=False)
    last = Gauge(
        "booking_worker_last_activity_timestamp_seconds",
        "The time of the worker's last activity of this kind; 0 if never.",
        ["activity"],
        registry=registry,
    )
    is_stale = Gauge(
        "booking_worker_stale", "1 if the last activity of this kind is too long ago.", ["activity"], registry=registry
    )
    for activity in STALE_AFTER:
        heartbeat = heartbeats.get(activity)
        last.labels(activity).set(0 if heartbeat is None else heartbeat.at.timestamp())
        is_stale.labels(activity).set(activity in stale(heartbeats))
    messages = Gauge("booking_outbox_messages", "Messages in the outbox.", ["state"], registry=registry)
    messages.labels("waiting").set(backlog.waiting)
    messages.labels("parked").set(backlog.parked)
    oldest = Gauge("booking_outbox_oldest_seconds", "The age of the oldest waiting message.", registry=registry)
    oldest.set(backlog.oldest_seconds)
    parked = Gauge("booking_parked_jobs", "Jobs that failed after all their attempts.", ["state"], registry=registry)
    parked.labels("waiting").set(counts.waiting)
    parked.labels("given_up").set(counts.given_up)
    findings = Gauge("booking_search_findings", "Wrong entries of search in a week.", ["state"], registry=registry)
    found = await reads.search.finding_counts(clock.now() - _WEEK)
    findings.labels("repaired").set(found.repaired)
    findings.labels("not_repaired").set(found.not_repaired)
    registry.register(_Circuits(gateways))
    return registry


class _Circuit(Protocol):
    """The counts of a circuit breaker."""

    @property
    def is_open(self) -> bool: ...
    @property
    def failed(self) -> int: ...
    @property
    def refused(self) -> int: ...


@runtime_checkable
class _Guarded(Protocol):
    """A gateway behind a circuit breaker."""

    @property
    def name(self) -> str: ...
    @property
    def breaker(self) -> _Circuit: ...


class _Circuits(Collector):
    """The circuit breakers of the process that answers: each process has its own."""

    def __init__(self, gateways: Gateways) -> None:
        self._guarded = [gateway for gateway in gateways if isinstance(gateway, _Guarded)]

    def collect(self) -> Iterator[Metric]:
        is_open = GaugeMetricFamily(
            "booking_gateway_circuit_open", "1 if calls of the payment gateway fail at once.", labels=["gateway"]
        )
        failures = CounterMetricFamily(
            "booking_gateway_failures", "Calls that the payment gateway did not answer.", labels=["gateway"]
        )
        refused = CounterMetricFamily(
            "booking_gateway_refused_calls", "Calls that the open circuit refused.", labels=["gateway"]
        )
        for gateway in self._guarded:
            is_open.add_metric([gateway.name], gateway.breaker.is_open)
            failures.add_metric([gateway.name], gateway.breaker.failed)
            refused.add_metric([gateway.name], gateway.breaker.refused)
        yield from (is_open, failures, refused)
