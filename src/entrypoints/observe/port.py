"""The port of the metrics: it answers operators' networks, and nobody else."""

import asyncio
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from socket import AF_INET, AF_INET6
from threading import Thread
from typing import Any, Final
from wsgiref.simple_server import WSGIRequestHandler

import structlog
from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer

from booking_domain.identity.blocked_networks import lies_within

SECONDS: Final = 2
"""How long a client may take to ask."""
_POLL_SECONDS: Final = 0.05
log: Final = structlog.get_logger()


class MetricsPort:
    """Serves the metrics of a process from a thread, on the first of these ports that is free.

    Each process has its own: Prometheus adds what processes count, and sees when one begins anew.
    """

    def __init__(
        self,
        registry: CollectorRegistry,
        *,
        host: str,
        ports: Iterable[int],
        networks: Sequence[IPv4Network | IPv6Network],
    ) -> None:
        self._registry = registry
        self._host = host
        self._ports = ports
        self._networks = networks
        self._server: ThreadingWSGIServer | None = None

    async def open(self) -> None:
        """Serve. If no port is free, say so and go on: the process has more important work."""
        failure: OSError | None = None
        for port in self._ports:
            try:
                self._server = _Server((self._host, port), self._networks)
            except OSError as error:
                failure = error
                continue
            self._server.set_app(make_wsgi_app(self._registry))
            Thread(target=self._server.serve_forever, args=(_POLL_SECONDS,), name="metrics", daemon=True).start()
            return
        if failure is not None:
            log.warning("metrics.port_not_opened", host=self._host, error=failure.strerror)

    async def close(self) -> None:
        """Stop, once what was asked is answered: that needs the event loop."""
        if self._server is not None:
            await asyncio.to_thread(self._server.shutdown)
            await asyncio.to_thread(self._server.server_close)


class _Handler(WSGIRequestHandler):
    timeout = SECONDS

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the standard library
        """Log nothing."""


class _Server(ThreadingWSGIServer):
    daemon_threads = False  # closing waits for them

    def __init__(self, address: tuple[str, int], networks: Sequence[IPv4Network | IPv6Network]) -> None:
        self.address_family = AF_INET6 if ":" in address[0] else AF_INET
        self._networks = networks
        super().__init__(address, _Handler)

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002 - as the standard library calls
        """Answer only clients of the networks."""
        address = ip_address(client_address[0].partition("%")[0])
        return lies_within(getattr(address, "ipv4_mapped", None) or address, self._networks)
