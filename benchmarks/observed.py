"""`python -m benchmarks.observed`: what metrics and traces cost.

The same application serves three times on one database: with nothing that looks at it, with metrics, and with
metrics and traces of one percent, sent to nobody. Bookings, slots that are kept and slots that are not are asked for
alternately, in changing order, by the same load. It asserts nothing; the goals are 0.97 of the requests with metrics,
and 0.93 with traces.
"""

import argparse
import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from itertools import count
from typing import Final

import msgspec

from benchmarks import report
from benchmarks.dataset import Dataset
from benchmarks.environment import database, production
from benchmarks.load_jobs import Job, Measurement, as_read
from benchmarks.servers import Server, run_load, served
from entrypoints.container import Container
from entrypoints.settings.main import Settings

OFF: Final = "nothing looks"
_NOBODY: Final = "http://127.0.0.1:9"
_KINDS: Final = {
    "metrics": {"BOOKING_METRICS_PORT": "29464"},
    "metrics, 1 % of traces": {
        "BOOKING_METRICS_PORT": "29564",
        "BOOKING_OTLP_URL": _NOBODY,
        "BOOKING_TRACE_PERCENT": "1",
    },
}
_misses: Final = count(1)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.observed", description=__doc__)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--requests", type=int, default=400, help="of each kind, server and round")
    parser.add_argument("--connections", type=int, default=16)
    asked = parser.parse_args()
    with ExitStack() as stack:
        environ = production(stack.enter_context(database()))
        dataset = Dataset(container := Container(settings=Settings.from_environment(environ)))
        asyncio.run(_filled(container, dataset))
        kinds = {
            name: settings
            for name, settings in {OFF: {}, **_KINDS}.items()
            if "BOOKING_OTLP_URL" not in settings or find_spec("opentelemetry")
        }
        servers = {
            name: stack.enter_context(served("entrypoints.http.asgi:create", environ | settings))
            for name, settings in kinds.items()
        }
        print(report.hardware(), flush=True)
        for server in servers.values():
            _load(server, asked.connections, 201, dataset.requests(400))
        for what, make in {"bookings": _bookings, "kept slots": _kept, "slots that are not kept": _missed}.items():
            _compare(what, servers, lambda make=make: make(dataset, asked.requests), asked)  # type: ignore[misc]


async def _filled(container: Container, dataset: Dataset) -> None:
    await container.database().open()
    try:
        await dataset.open()
    finally:
        await container.database().close()


def _compare(
    what: str, servers: dict[str, Server], make: Callable[[], tuple[int, list[bytes]]], asked: argparse.Namespace
) -> None:
    seen: dict[str, list[Measurement]] = {name: [] for name in servers}
    order = deque(servers)
    for _ in range(asked.rounds):
        for name in order:
            seen[name].append(_load(servers[name], asked.connections, *make()))
        order.rotate()
    print(f"{asked.connections} connections, {asked.rounds} rounds of {asked.requests} {what} each")
    for name, measured in seen.items():
        print(report.line(name, measured))
    for name in [each for each in servers if each != OFF]:
        print(report.ratio(f"{name} ÷ {OFF}", seen[name], seen[OFF]), flush=True)


def _load(server: Server, connections: int, status: int, requests: list[bytes]) -> Measurement:
    used = server.processor_seconds()
    measured = run_load(Job(server.port, connections, status, requests))
    measured.processor_seconds = server.processor_seconds() - used
    return measured


def _bookings(dataset: Dataset, number: int) -> tuple[int, list[bytes]]:
    return 201, dataset.requests(number)


def _kept(dataset: Dataset, number: int) -> tuple[int, list[bytes]]:
    """Ask again and again for the same slots, without a token."""
    [request] = dataset.requests(1)
    lines = _slots(request, "00Z").split(b"\r\n")
    anonymous = b"\r\n".join(line for line in lines if not line.startswith(b"authorization:"))
    return 200, [anonymous] * (5 * number)


def _missed(dataset: Dataset, number: int) -> tuple[int, list[bytes]]:
    """Ask for slots of 30 days that nobody has asked for: each window ends another microsecond later."""
    return 200, [_slots(each, f"00.{next(_misses):06}Z") for each in dataset.requests(number)]


def _slots(request: bytes, end: str) -> bytes:
    first = datetime.now(UTC).date() + timedelta(days=1)
    provider_id = msgspec.json.decode(request.partition(b"\r\n\r\n")[2])["providerId"]
    until = f"{first + timedelta(days=30)}T00:00:{end}"
    return as_read(request, f"/api/v1/providers/{provider_id}/slots?from={first}T00:00:00Z&to={until}")


if __name__ == "__main__":
    main()
