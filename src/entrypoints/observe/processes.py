"""What a process shows of its parts: connections, caches, streams, computations, gateways."""

from collections.abc import Iterator, Mapping
from typing import Protocol, runtime_checkable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from booking_domain.payments.gateways import Gateways
from entrypoints.observe.metrics import counter, gauge


class Pooled(Protocol):
    """A database with a pool of connections."""

    def pool_statistics(self) -> Mapping[str, int]: ...


class Caching(Protocol):
    """What keeps answers."""

    @property
    def served(self) -> int: ...
    @property
    def made(self) -> int: ...


class Streaming(Protocol):
    """What has streams open."""

    @property
    def open_streams(self) -> int: ...


class Computers(Protocol):
    """What computes in other processes."""

    @property
    def running(self) -> int: ...
    @property
    def failed(self) -> int: ...


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


def pool_metrics(database: Pooled) -> Iterator[Metric]:
    """The connections of the pool, and what waits for one."""
    counts = database.pool_statistics()
    size, idle = counts.get("pool_size", 0), counts.get("pool_available", 0)
    connections = GaugeMetricFamily("booking_database_connections", "Connections of the pool.", labels=["state"])
    connections.add_metric(["used"], size - idle)
    connections.add_metric(["idle"], idle)
    yield connections
    yield gauge("booking_database_connections_max", "The size of the pool.", counts.get("pool_max", 0))
    yield gauge("booking_database_waiting", "Who waits for a connection.", counts.get("requests_waiting", 0))
    yield counter("booking_database_wait_seconds", "The time of waiting.", counts.get("requests_wait_ms", 0) / 1_000)
    yield counter("booking_database_refused", "Who waited in vain.", counts.get("requests_errors", 0))


def api_metrics(answers: Caching, streams: Streaming, computers: Computers) -> Iterator[Metric]:
    """What an API process keeps, streams and computes."""
    kept = CounterMetricFamily("booking_answers", "Public answers, by whether they were kept.", labels=["cache"])
    kept.add_metric(["hit"], answers.served)
    kept.add_metric(["miss"], answers.made)
    yield kept
    yield gauge("booking_live_streams", "Open streams of live events.", streams.open_streams)
    yield gauge("booking_computations", "Computations that run now.", computers.running)
    yield counter("booking_computations_failed", "Computations that took too long, or died.", computers.failed)


def gateway_metrics(gateways: Gateways) -> Iterator[Metric]:
    """The circuit breakers of the process: each process has its own."""
    is_open = GaugeMetricFamily(
        "booking_gateway_circuit_open", "1 if calls of the payment gateway fail at once.", labels=["gateway"]
    )
    failures = CounterMetricFamily(
        "booking_gateway_failures", "Calls that the payment gateway did not answer.", labels=["gateway"]
    )
    refused = CounterMetricFamily(
        "booking_gateway_refused_calls", "Calls that the open circuit refused.", labels=["gateway"]
    )
    for gateway in gateways:
        if isinstance(gateway, _Guarded):
            is_open.add_metric([gateway.name], gateway.breaker.is_open)
            failures.add_metric([gateway.name], gateway.breaker.failed)
            refused.add_metric([gateway.name], gateway.breaker.refused)
    yield from (is_open, failures, refused)
