"""`python -m benchmarks.bookings`: `POST /bookings` beside a bare ASGI application that runs the same SQL, in one run.

It asserts nothing about speed. docs/benchmarks.md says how to read what it prints.
"""

import argparse
import asyncio
import os
import pickle
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Final

from benchmarks import kept, report
from benchmarks.environment import database, production
from benchmarks.floor import RECORDING
from benchmarks.jobs import Job, Measured
from benchmarks.recording import Recording
from benchmarks.servers import Server, generate, served
from benchmarks.studio import Studio
from entrypoints.container import Container
from entrypoints.settings import Settings

OURS: Final = "the application"
FLOOR: Final = "floor: bare ASGI, same SQL"
PIPELINED: Final = "floor in psycopg's pipeline mode"
STEPWISE: Final = "floor statement by statement"
_PATHS: Final = {OURS: "/api/v1/bookings", FLOOR: "/exchanges", PIPELINED: "/pipelined", STEPWISE: "/stepwise"}
_NOTHING: Final = "/nothing"
_WARM_UP: Final = 300
_LONGEST_SECONDS: Final = 40
"""For one number of connections, no new round begins after this."""


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--requests", type=int, default=400, help="of each server in each round")
    parser.add_argument("--connections", type=int, nargs="+", default=[16, 64])
    return parser.parse_args()


def main(asked: argparse.Namespace) -> None:
    """Measure, print, and leave nothing behind."""
    signal.signal(signal.SIGTERM, _interrupt)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True)))
        folder.chmod(0o711)
        url = stack.enter_context(database(folder))
        environ = production(url)
        container = Container(settings=Settings.from_environment(environ))
        studio = Studio(container)
        recording = asyncio.run(recorded(container, studio))
        (folder / "recording").write_bytes(pickle.dumps(recording))
        ours = stack.enter_context(served("entrypoints.http.asgi:create", environ))
        environ[RECORDING] = str(folder / "recording")
        floor = stack.enter_context(served("benchmarks.floor:create", environ))
        print(report.machine(url))
        waits = sum(step.waited_for for step in recording.steps)
        print(
            f"A booking: BEGIN, {len(recording.steps)} statements, COMMIT; {waits + 1} of them waited for.\n",
            flush=True,
        )
        bench = _Bench(url, studio, {OURS: ours, FLOOR: floor, PIPELINED: floor, STEPWISE: floor})
        bench.warm_up()
        for connections in asked.connections:
            bench.compare(connections, asked.rounds, asked.requests, time.monotonic() + _LONGEST_SECONDS)


class _Bench:
    """The servers, and what they are sent."""

    def __init__(self, url: str, studio: Studio, servers: dict[str, Server]) -> None:
        self._url = url
        self._studio = studio
        self._servers = servers

    def warm_up(self) -> None:
        """Let each server fill its pool, prepare its statements, and know its customers."""
        for name in _PATHS:
            self._measure(name, 64, _WARM_UP)

    def compare(self, connections: int, rounds: int, requests: int, until: float) -> None:
        """Measure the servers in turn, several times, and print what came of it."""
        seen: dict[str, list[Measured]] = {name: [] for name in _PATHS}
        for number in range(rounds):
            if number and time.monotonic() > until:
                break
            for name in _PATHS if number % 2 == 0 else reversed(_PATHS):
                seen[name].append(self._measure(name, connections, requests))
        idle = Job(self._servers[FLOOR].port, connections, 201, self._studio.requests(2 * requests, _NOTHING))
        print(f"{connections} connections, {len(seen[OURS])} rounds of {requests} bookings each")
        for name, measured in seen.items():
            print(report.line(name, measured))
        print(report.line("the load generator's ceiling", [generate(idle)]))
        for name in (FLOOR, PIPELINED, STEPWISE):
            print(report.ratio(f"application ÷ {name}", seen[OURS], seen[name]))
        print(flush=True)

    def _measure(self, name: str, connections: int, requests: int) -> Measured:
        before = kept.rows(self._url)
        server = self._servers[name]
        used = server.processor_seconds()
        measured = generate(Job(server.port, connections, 201, self._studio.requests(requests, _PATHS[name])))
        measured.processor_seconds = server.processor_seconds() - used
        kept.check(self._url, before, len(measured.latencies))
        return measured


async def recorded(container: Container, studio: Studio) -> Recording:
    """Make what is booked in the database of the container, and take one booking down."""
    await container.database().open()
    try:
        return await studio.open()
    finally:
        await container.database().close()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def run(before: Callable[[], object] = lambda: None) -> None:
    """Run as a program, something else before it; when interrupted, say so."""
    asked = arguments()
    try:
        before()
        main(asked)
    except KeyboardInterrupt:
        os.write(sys.stderr.fileno(), b"interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    run()
