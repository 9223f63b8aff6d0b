"""`python -m benchmarks.live`: streams of live events on one API process, and how long after the commit they receive.

Each event goes the whole way: outbox, relay of a worker, LISTEN/NOTIFY, hub, stream. It asserts nothing about speed.
"""

import argparse
import asyncio
import os
import random
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles
from typing import IO
from uuid import uuid4

import psycopg

from benchmarks.dataset import Dataset
from benchmarks.environment import database, production
from benchmarks.servers import log_of
from booking_domain.scheduling.events import CalendarChanged
from booking_domain.shared.ids import EventId, ProviderId
from entrypoints.container import Container
from entrypoints.settings.main import Settings
from entrypoints.worker.main import PAUSE_SECONDS

_READY_SECONDS = 60


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live", description=__doc__)
    parser.add_argument("--streams", type=int, default=1_000)
    parser.add_argument("--events", type=int, default=100, help="each is received by two streams")
    return parser.parse_args()


class _Streams:
    """Connections that follow one provider each; two follow the same."""

    def __init__(self, port: int, providers: list[ProviderId]) -> None:
        self._port = port
        self._providers = [each for each in providers for _ in range(2)]
        self._received: dict[str, asyncio.Queue[float]] = {str(each): asyncio.Queue() for each in self._providers}
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        opened = asyncio.Semaphore(50)
        ready = [asyncio.Event() for _ in self._providers]
        self._tasks = [
            asyncio.create_task(self._follow(each, when, opened))
            for each, when in zip(self._providers, ready, strict=True)
        ]
        async with asyncio.timeout(_READY_SECONDS):
            await asyncio.gather(*(each.wait() for each in ready))

    async def latencies(self, container: Container, number: int) -> list[float]:
        """Commit a change of one provider, and return how long after it each of its streams received it."""
        provider = self._providers[2 * number % len(self._providers)]
        await asyncio.sleep(random.random() * PAUSE_SECONDS)  # noqa: S311 - else each commit would just miss the relay
        event = CalendarChanged(id=EventId(uuid4()), occurred_at=container.clock().now(), provider_id=provider)
        async with container.database().begin() as tx:
            await tx.outbox.put([event])
        committed = time.perf_counter()
        async with asyncio.timeout(_READY_SECONDS):
            return [await self._received[str(provider)].get() - committed for _ in range(2)]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _follow(self, provider: ProviderId, ready: asyncio.Event, opened: asyncio.Semaphore) -> None:
        async with opened:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            path = f"/api/v1/events?channels=availability&providerId={provider}"
            writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            await reader.readuntil(b"event: ready")
            ready.set()
        try:
            while True:
                await reader.readuntil(b"availability.changed")
                self._received[str(provider)].put_nowait(time.perf_counter())
        finally:
            writer.close()


async def prepare(environ: dict[str, str], number: int) -> list[ProviderId]:
    """Create providers that take bookings, without the messages about them."""
    container = Container(settings=Settings.from_environment(environ))
    await container.database().open()
    try:
        return await Dataset(container).providers(number)
    finally:
        await container.database().close()
        with psycopg.connect(environ["DATABASE_URL"]) as connection:
            connection.execute("TRUNCATE outbox")


async def measure(
    container: Container, port: int, options: argparse.Namespace, pid: int, providers: list[ProviderId]
) -> None:
    """Open the streams, commit event after event, and print."""
    streams = _Streams(port, providers)
    await container.database().open()
    before = _resident(pid)
    try:
        began = time.perf_counter()
        await streams.open()
        print(f"{2 * len(providers)} streams opened in {time.perf_counter() - began:.1f} s", flush=True)
        print(f"memory of the process: {before} kB before, {_resident(pid)} kB with them", flush=True)
        await streams.latencies(container, 0)
        seen = [each for number in range(options.events) for each in await streams.latencies(container, number)]
    finally:
        await streams.close()
        await container.database().close()
    last = quantiles(seen, n=20)[-1]
    print(f"{len(seen)} receipts after the commit: median {1_000 * median(seen):.0f} ms, 95 % {1_000 * last:.0f} ms")


def _resident(pid: int) -> int:
    """The resident memory of the child that serves, in kB."""
    child = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0]
    lines = Path(f"/proc/{child}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def main(options: argparse.Namespace) -> None:
    """Measure and print; removes all files and processes."""
    with ExitStack() as stack:
        url = stack.enter_context(database())
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        environ = production(url) | {
            "PORT": str(port),
            "BOOKING_REQUIRE_HTTPS": "off",
            "BOOKING_LIVE_STREAMS_PER_ADDRESS": "10000",
            "BOOKING_RATE_LIMIT_QUOTAS": "read=100000/60",
        }
        providers = asyncio.run(prepare(environ, options.streams // 2))
        log = stack.enter_context(log_of("live"))
        processes = [_started(part, environ, log) for part in ("api", "worker")]
        try:
            _wait(port)
            container = Container(settings=Settings.from_environment(environ))
            asyncio.run(measure(container, port, options, processes[0].pid, providers))
        finally:
            began = time.perf_counter()
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(30)
            print(f"stopped in {time.perf_counter() - began:.1f} s")


def _started(part: str, environ: dict[str, str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "entrypoints.cli", part]
    return subprocess.Popen(command, env={**os.environ, **environ}, stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # noqa: S603


def _wait(port: int) -> None:
    until = time.monotonic() + _READY_SECONDS
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the API does not answer")


if __name__ == "__main__":
    main(arguments())
