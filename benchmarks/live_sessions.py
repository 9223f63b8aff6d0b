"""`python -m benchmarks.live_sessions`: what it costs that every token needs a live session.

Two servers of this tree on one database: one keeps what it has read of sessions (the default), the other reads the
session for each request (`BOOKING_SESSION_CACHE_SECONDS=0`). Both are asked alternately, in both orders: for the
signed-in account, which is one query, and for bookings. It asserts nothing; docs/develop/benchmarks.md has results, and
`benchmarks.against` compares with a revision that reads no session.
"""

import argparse
import asyncio
import signal
import sys
from contextlib import ExitStack
from typing import Final

from benchmarks import report
from benchmarks.bookings import record_booking
from benchmarks.dataset import Dataset
from benchmarks.environment import database, production
from benchmarks.load_jobs import Job, Measurement, as_read
from benchmarks.servers import Server, run_load, served
from entrypoints.container import Container
from entrypoints.settings.main import Settings

KEPT: Final = "sessions are kept for 10 seconds"
READ: Final = "each request reads the session"
_WARM_UP: Final = 600


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live_sessions", description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--requests", type=int, default=400, help="per server and round")
    parser.add_argument("--connections", type=int, default=16)
    return parser.parse_args()


def main(options: argparse.Namespace) -> None:
    """Measure and print; removes all files and processes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with ExitStack() as stack:
        url = stack.enter_context(database())
        environ = {**production(url), "BOOKING_RATE_LIMIT_QUOTAS": "read=1000000/60"}
        container = Container(settings=Settings.from_environment(environ))
        dataset = Dataset(container)
        asyncio.run(record_booking(container, dataset))
        servers = {
            KEPT: stack.enter_context(served("entrypoints.http.asgi:create", environ)),
            READ: stack.enter_context(
                served("entrypoints.http.asgi:create", {**environ, "BOOKING_SESSION_CACHE_SECONDS": "0"})
            ),
        }
        print(report.machine(url), flush=True)
        for server in servers.values():
            measured(server, dataset, options.connections, _WARM_UP, reads=False)
        for reads in (True, False):
            compare(servers, dataset, options, reads=reads)


def compare(servers: dict[str, Server], dataset: Dataset, options: argparse.Namespace, *, reads: bool) -> None:
    """Measure both servers alternately, and print."""
    seen: dict[str, list[Measurement]] = {name: [] for name in servers}
    for number in range(options.rounds):
        for name in servers if number % 2 == 0 else reversed(servers):
            seen[name].append(measured(servers[name], dataset, options.connections, options.requests, reads=reads))
    what = "GET /auth/me" if reads else "POST /bookings"
    print(f"{what}: {options.connections} connections, {options.rounds} rounds of {options.requests} requests each")
    for name, rounds in seen.items():
        print(report.line(name, rounds))
    print(report.ratio("kept ÷ read", seen[KEPT], seen[READ]), flush=True)


def measured(server: Server, dataset: Dataset, connections: int, number: int, *, reads: bool) -> Measurement:
    """Send requests with the tokens of different customers, whose clients have just read their accounts."""
    bookings = dataset.requests(number)
    before = [as_read(each, "/api/v1/auth/me") for each in bookings]
    run_load(Job(server.port, connections, 200, before))
    requests = before if reads else bookings
    used = server.processor_seconds()
    found = run_load(Job(server.port, connections, 200 if reads else 201, requests))
    found.processor_seconds = server.processor_seconds() - used
    return found


if __name__ == "__main__":
    main(arguments())
