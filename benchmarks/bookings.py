"""`python -m benchmarks.bookings`: compares `POST /bookings` with a bare ASGI application that runs the same SQL.

It asserts nothing about speed; docs/develop/benchmarks.md explains the output.
"""

import argparse
import asyncio
import os
import pickle
import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType
from typing import Final

from benchmarks import report, row_counts
from benchmarks.dataset import CUSTOMERS, Dataset
from benchmarks.environment import database_in, production, temporary_folder
from benchmarks.floor import RECORDING
from benchmarks.load_jobs import Job, Measurement
from benchmarks.recording import Recording
from benchmarks.servers import Server, run_load, served
from entrypoints.container import Container
from entrypoints.settings.main import Settings

APPLICATION: Final = "the application"
FLOOR: Final = "floor: bare ASGI, same SQL"
PIPELINED: Final = "floor in psycopg's pipeline mode"
STEPWISE: Final = "floor statement by statement"
_PATHS: Final = {APPLICATION: "/api/v1/bookings", FLOOR: "/exchanges", PIPELINED: "/pipelined", STEPWISE: "/stepwise"}
_NO_OP_PATH: Final = "/nothing"
_WARM_UP: Final = 300
_MAX_SECONDS: Final = 40
"""Time limit per number of connections; no new round starts after it."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--requests", type=int, default=400, help="per server and round")
    parser.add_argument("--connections", type=int, nargs="+", default=[16, 64])
    return parser.parse_args()


def main(options: argparse.Namespace) -> None:
    """Measure and print; removes all files and processes."""
    signal.signal(signal.SIGTERM, _interrupt)
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        url = stack.enter_context(database_in(folder))
        environ = production(url)
        container = Container(settings=Settings.from_environment(environ))
        dataset = Dataset(container)
        recording = asyncio.run(record_booking(container, dataset))
        (folder / "recording").write_bytes(pickle.dumps(recording))
        ours = stack.enter_context(served("entrypoints.http.asgi:create", environ))
        environ[RECORDING] = str(folder / "recording")
        floor = stack.enter_context(served("benchmarks.floor:create", environ))
        print(report.machine(url))
        waits = sum(step.awaited for step in recording.steps)
        print(
            f"A booking: BEGIN, {len(recording.steps)} statements, COMMIT; {waits + 1} round trips.\n",
            flush=True,
        )
        bench = _Bench(url, dataset, {APPLICATION: ours, FLOOR: floor, PIPELINED: floor, STEPWISE: floor})
        bench.warm_up()
        for connections in options.connections:
            bench.compare(connections, options.rounds, options.requests, time.monotonic() + _MAX_SECONDS)


class _Bench:
    def __init__(self, url: str, dataset: Dataset, servers: dict[str, Server]) -> None:
        self._url = url
        self._dataset = dataset
        self._servers = servers

    def warm_up(self) -> None:
        """Fill the pools, prepare the statements and cache the customers' tokens on each server."""
        for name in _PATHS:
            self._measure(name, 64, _WARM_UP)

    def compare(self, connections: int, rounds: int, requests: int, until: float) -> None:
        """Measure the servers alternately for several rounds and print the results."""
        seen: dict[str, list[Measurement]] = {name: [] for name in _PATHS}
        for number in range(rounds):
            if number and time.monotonic() > until:
                break
            for name in _PATHS if number % 2 == 0 else reversed(_PATHS):
                seen[name].append(self._measure(name, connections, requests))
        idle = Job(self._servers[FLOOR].port, connections, 201, self._dataset.requests(2 * requests, _NO_OP_PATH))
        print(f"{connections} connections, {len(seen[APPLICATION])} rounds of {requests} bookings each")
        for name, measured in seen.items():
            print(report.line(name, measured))
        print(report.line("the load generator's ceiling", [run_load(idle)]))
        for name in (FLOOR, PIPELINED, STEPWISE):
            print(report.ratio(f"application ÷ {name}", seen[APPLICATION], seen[name]))
        print(flush=True)

    def _measure(self, name: str, connections: int, requests: int) -> Measurement:
        before = row_counts.count_rows(self._url)
        server = self._servers[name]
        used = server.processor_seconds()
        measured = run_load(Job(server.port, connections, 201, self._dataset.requests(requests, _PATHS[name])))
        measured.processor_seconds = server.processor_seconds() - used
        row_counts.check_growth(self._url, before, len(measured.latencies))
        return measured


async def record_booking(container: Container, dataset: Dataset, customers: int = CUSTOMERS) -> Recording:
    """Create the dataset in the container's database, and record the SQL of one booking."""
    await container.database().open()
    try:
        return await dataset.open(customers=customers)
    finally:
        await container.database().close()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def run(before: Callable[[], object] = lambda: None) -> None:
    """Run as a program, after calling `before`; exits with status 130 when interrupted."""
    options = arguments()
    try:
        before()
        main(options)
    except KeyboardInterrupt:
        os.write(sys.stderr.fileno(), b"interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    run()
