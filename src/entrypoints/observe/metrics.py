"""The metrics that a process keeps; those of the platform as a whole are in `platform`."""

from collections.abc import Callable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, GCCollector, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.watching import watchers
from booking_domain.notifications.ports import MessageSender, OutgoingMessage
from booking_domain.shared.errors import DomainError
from entrypoints.observe.current import TRACE
from entrypoints.observe.timings import Timings

Samples = Callable[[], Iterator[Metric]]
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "WEBSOCKET"})
_SENT: Final = "sent"
_JOB_SECONDS: Final = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60)


class Metrics:
    """The metrics of this process. Nothing is counted for requests and statements unless they are `on`."""

    def __init__(self, *, on: bool) -> None:
        self.on = on
        self.registry = registry = CollectorRegistry(auto_describe=False)
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
        self._requests = Timings(
            "booking_request_seconds",
            "How long requests took; a WebSocket, and a stream of live events, until it was closed.",
            ("method", "route", "status"),
        )
        self._statements = Timings(
            "booking_statement_seconds", "How long statements took, until their results arrived.", ("operation",)
        )
        self.jobs = Histogram(
            "booking_job_seconds",
            "How long jobs took.",
            ("job", "result"),
            buckets=_JOB_SECONDS,
            registry=registry,
        )
        self.parked = Counter("booking_jobs_parked", "Jobs that were parked.", ("job",), registry=registry)
        self.events = Counter("booking_events", "Events that the relay handed on.", ("topic",), registry=registry)
        self._messages = Counter(
            "booking_messages_sent", "Attempts to send messages.", ("channel", "result"), registry=registry
        )
        registry.register(self._requests)
        registry.register(self._statements)

    def read(self, samples: Samples) -> None:
        """Read these samples, too, whenever Prometheus asks."""
        self.registry.register(_Read(samples))

    def request(self, method: str, route: str | None, status: int | None, seconds: float, *, request_id: str) -> None:
        """Count a request. Neither methods nor addresses that clients invent become labels."""
        labels = method if method in _METHODS else "other", route or "none", "left" if status is None else status
        trace = TRACE.get()
        exemplar = ("request_id", request_id) if trace is None or not trace.sampled else ("trace_id", trace.id)
        self._requests.add(labels, seconds, exemplar)

    def statement(self, statement: Statement, began: float, ended: float) -> None:
        """Count a statement."""
        self._statements.add((statement.operation,), ended - began)

    def counted(self, sender: MessageSender) -> MessageSender:
        """Count what a sender sends."""
        return _Counted(sender, self._messages)

    async def open(self) -> None:
        """Begin to count statements."""
        if self.on:
            watchers.append(self.statement)

    async def close(self) -> None:
        """Count no more statements."""
        if self.on:
            watchers.remove(self.statement)


class _Read(Collector):
    def __init__(self, samples: Samples) -> None:
        self._samples = samples

    def collect(self) -> Iterator[Metric]:
        return self._samples()


class _Counted(MessageSender):
    """Counts attempts by channel and result: `sent`, or the code of the error."""

    def __init__(self, sender: MessageSender, attempts: Counter) -> None:
        self._sender = sender
        self._attempts = attempts

    async def send(self, message: OutgoingMessage) -> None:
        result = "failed"
        try:
            await self._sender.send(message)
            result = _SENT
        except DomainError as error:
            result = error.code
            raise
        finally:
            self._attempts.labels(message.channel, result).inc()


def gauge(name: str, documentation: str, value: float) -> Metric:
    """A gauge without labels."""
    return GaugeMetricFamily(name, documentation, value)


def counter(name: str, documentation: str, value: float) -> Metric:
    """A counter without labels."""
    return CounterMetricFamily(name, documentation, value)
