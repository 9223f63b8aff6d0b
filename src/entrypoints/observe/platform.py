"""The metrics of the platform as a whole, which the API reads from the database whenever Prometheus asks."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final, Protocol

import structlog
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from booking_domain.reconciliation.model import LedgerKind
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import Unavailable
from booking_domain.shared.heartbeats import STALE_AFTER, Activity, Backlog, Heartbeat, ReceivedLog, Waiting, stale
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.observe.metrics import gauge

PATIENCE_SECONDS: Final = 5
_WEEK: Final = timedelta(days=7)
_JOBS: Final = "jobs "
_QUEUES: Final = ("default", "feeds", "messages", "webhooks")
log: Final = structlog.get_logger()


class PlatformRecord(Protocol):
    """What the database knows of the worker, of what waits for it, and of back-ups."""

    async def heartbeats(self) -> Mapping[Activity, Heartbeat]: ...
    async def backlog(self) -> Backlog: ...
    async def waiting(self) -> Sequence[Waiting]: ...
    async def received_log(self) -> ReceivedLog: ...


class ReplicaState(Protocol):
    """How late the replica is."""

    @property
    def up(self) -> bool: ...
    @property
    def lag_seconds(self) -> float: ...
    @property
    def lag_bytes(self) -> int: ...


class ReplicaRecord(Protocol):
    """What is known of the replica."""

    @property
    def served(self) -> int: ...
    @property
    def passed_on(self) -> int: ...
    async def state(self) -> ReplicaState: ...


class PlatformMetrics(Collector):
    """Reads the metrics on the event loop, for the thread that serves them. All API processes read the same."""

    def __init__(
        self, record: PlatformRecord, reads: Reads, clock: Clock, replica: ReplicaRecord | None = None
    ) -> None:
        self._record = record
        self._replica = replica
        self._reads = reads
        self._clock = clock
        self._loop = asyncio.get_running_loop()

    def collect(self) -> Iterator[Metric]:
        reading = asyncio.run_coroutine_threadsafe(self._read(), self._loop)
        try:
            found = reading.result(PATIENCE_SECONDS)
        except (Unavailable, TimeoutError) as error:
            reading.cancel()
            log.warning("metrics.not_read", error=type(error).__name__)
            found = []
        yield gauge("booking_database_up", "1 if the database answers.", bool(found))
        yield from found

    async def _read(self) -> list[Metric]:
        heartbeats, backlog = await self._record.heartbeats(), await self._record.backlog()
        waiting = {each.what: each for each in await self._record.waiting()}
        log_of_server = await self._record.received_log()
        receivers = {"receiver": log_of_server.receiver, "archiver": log_of_server.archiver}
        parked = await self._reads.parked_jobs.counts()
        findings = await self._reads.search.finding_counts(self._clock.now() - _WEEK)
        wrong = await self._reads.statistics.findings(self._clock.now() - _WEEK)
        unequal = Counter(each.ledger for each in await self._reads.reconciliation.ledger_differences())
        late, nothing = stale(heartbeats), Waiting(what="", count=0, oldest_seconds=0)
        expiries, payments = waiting.get("expiries", nothing), waiting.get("payments", nothing)
        queues = {queue: waiting.get(_JOBS + queue, nothing) for queue in _QUEUES}
        replica = [] if self._replica is None else await replica_metrics(self._replica)
        return [
            *replica,
            _by(
                "booking_worker_last_activity_timestamp_seconds",
                "The time of the worker's last activity of this kind; 0 if never.",
                "activity",
                {each: _last(heartbeats, each) for each in STALE_AFTER},
            ),
            _by(
                "booking_worker_stale",
                "1 if the last activity of this kind is too long ago.",
                "activity",
                {each: each in late for each in STALE_AFTER},
            ),
            _by(
                "booking_outbox_messages",
                "Messages in the outbox.",
                "state",
                {"waiting": backlog.waiting, "parked": backlog.parked},
            ),
            gauge("booking_outbox_oldest_seconds", "The age of the oldest waiting message.", backlog.oldest_seconds),
            _by(
                "booking_parked_jobs",
                "Jobs that failed after all their attempts.",
                "state",
                {"waiting": parked.waiting, "given_up": parked.given_up},
            ),
            _by(
                "booking_search_findings",
                "Wrong entries of search in a week.",
                "state",
                {"repaired": findings.repaired, "not_repaired": findings.not_repaired},
            ),
            gauge("booking_statistics_findings", "Providers whose figures were wrong, in a week.", len(wrong)),
            _by(
                "booking_ledger_differences",
                "What is stored and not the sum of its entries, by ledger.",
                "ledger",
                {each.value: unequal[each] for each in LedgerKind},
            ),
            _by(
                "booking_jobs_due",
                "Jobs that could run now.",
                "queue",
                {name: each.count for name, each in queues.items()},
            ),
            gauge("booking_expiries_due", "Bookings that are past their deadline.", expiries.count),
            gauge("booking_expiries_oldest_seconds", "How long the first is past it.", expiries.oldest_seconds),
            gauge("booking_payments_pending", "Payments that wait for the gateway.", payments.count),
            gauge("booking_payments_oldest_seconds", "How long the first waits.", payments.oldest_seconds),
            gauge(
                "booking_backup_last_timestamp_seconds",
                "The end of the last back-up; 0 if there is none.",
                _last(heartbeats, Activity.BACKUP),
            ),
            _by(
                "booking_log_received",
                "1 if the write-ahead log is received, and if it is archived.",
                "by",
                {name: works for name, works in receivers.items() if works is not None},
            ),
            gauge("booking_log_waiting_bytes", "What waits for the receiver.", log_of_server.waiting_bytes),
        ]


def _last(heartbeats: Mapping[Activity, Heartbeat], activity: Activity) -> float:
    """The time of the last one in seconds; 0 if it never happened."""
    return heartbeats[activity].at.timestamp() if activity in heartbeats else 0


def _by(name: str, documentation: str, label: str, values: Mapping[str, float]) -> Metric:
    """A gauge with one label."""
    family = GaugeMetricFamily(name, documentation, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


async def replica_metrics(replica: ReplicaRecord) -> list[Metric]:
    """How far the replica is, as the process that reads it sees it."""
    state = await replica.state()
    reads = CounterMetricFamily(
        "booking_replica_reads", "Reads that the replica may answer, by who has answered.", labels=["by"]
    )
    reads.add_metric(["replica"], replica.served)
    reads.add_metric(["primary"], replica.passed_on)
    return [
        gauge("booking_replica_up", "1 if the replica answers and follows the primary.", state.up),
        gauge("booking_replica_lag_seconds", "How old what the replica shows may be.", state.lag_seconds),
        gauge("booking_replica_lag_bytes", "What the replica has not replayed yet.", state.lag_bytes),
        reads,
    ]
