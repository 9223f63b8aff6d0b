"""What operators see of the processes."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from entrypoints.settings.environment import NETWORKS, TEXT, setting, whole

_LAST: int = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class ObserveSettings:
    """Metrics.

    Prometheus reads them from ports of their own, one for each process: see [observe.md](observe.md).
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
