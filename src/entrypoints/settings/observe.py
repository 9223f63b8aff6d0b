"""What operators see of the processes."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network

from entrypoints.settings.environment import NETWORKS, PRIVATE_TEXT, TEXT, URL, setting, whole

_LAST: int = 65_535
_NEEDED: dict[str, str] = {"BOOKING_OTLP_URL": "opentelemetry", "BOOKING_SENTRY_DSN": "sentry_sdk"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ObserveSettings:
    """Metrics, traces, error reports, slow statements.

    [observe.md](observe.md) explains them. All of them are off unless they are set.
    """

    port: int = setting("BOOKING_METRICS_PORT", 0, whole(0, _LAST), "`9464`")
    """The port of the metrics of the first API process; each further one takes the next port that is free; 0: none."""
    worker_port: int = setting("BOOKING_WORKER_METRICS_PORT", 0, whole(0, _LAST), "`9463`")
    """The port of the metrics of the worker; 0: none."""
    host: str = setting("BOOKING_METRICS_HOST", "127.0.0.1", TEXT, "an address of the private network")
    """The address that these ports listen on."""
    networks: tuple[IPv4Network | IPv6Network, ...] = setting(
        "BOOKING_METRICS_NETWORKS",
        (ip_network("127.0.0.0/8"), ip_network("::1/128")),
        NETWORKS,
        "the addresses of Prometheus",
    )
    """The addresses and networks that get answers there, separated by commas."""
    otlp_url: str = setting("BOOKING_OTLP_URL", "", URL)
    """Where traces are sent, by OTLP over HTTP, without `/v1/traces`; empty: nowhere. It needs
    `requirements/observe.txt`."""
    trace_percent: int = setting("BOOKING_TRACE_PERCENT", 1, whole(0, 100))
    """Of how many requests and jobs in a hundred the traces are sent; what a trusted proxy has decided counts more."""
    sentry_dsn: str = setting("BOOKING_SENTRY_DSN", "", PRIVATE_TEXT)
    """The address (DSN) that gets reports of errors, without personal data; empty: none. It needs
    `requirements/observe.txt`."""
    slow_milliseconds: int = setting("BOOKING_SLOW_STATEMENT_MILLISECONDS", 0, whole(0, 60_000), "`500`")
    """Statements that take this long are logged, with their plans; 0: none."""

    def contradictions(self) -> Iterator[str]:
        """What is set and cannot be done."""
        given = {"BOOKING_OTLP_URL": self.otlp_url, "BOOKING_SENTRY_DSN": self.sentry_dsn}
        for name, package in _NEEDED.items():
            if given[name] and find_spec(package) is None:
                yield f"{name} needs the packages of requirements/observe.txt"
