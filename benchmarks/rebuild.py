"""`python -m benchmarks.rebuild`: how long it takes to recount the statistics of a city while the service runs.

`statistics rebuild` runs as a process of its own, beside an API that is asked for free times of one provider after the
other, so many a second, before and meanwhile. It asserts nothing; docs/develop/benchmarks.md has results.
"""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import cycle
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median, quantiles
from typing import Final

import httpx
import psycopg

from benchmarks import report
from benchmarks.city.__main__ import BOOKINGS_EACH
from benchmarks.city.generate import generate
from benchmarks.city.providers import Plan
from benchmarks.environment import database, production
from benchmarks.servers import Server, log_of, served

SHOWN_DAYS: Final = 14
SECONDS_BEFORE: Final = 30
A_SECOND: Final = 10


def paths(url: str, now: datetime) -> Iterator[str]:
    """Free times of each provider, again and again."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT DISTINCT ON (provider_id) provider_id, id FROM services"
            " WHERE provider_id IS NOT NULL AND active AND NOT add_on ORDER BY provider_id"
        ).fetchall()
    first, until = now.date() + timedelta(days=1), now.date() + timedelta(days=1 + SHOWN_DAYS)
    for provider_id, service_id in cycle(found):
        query = f"from={first}T00:00:00Z&to={until}T00:00:00Z&serviceId={service_id}"
        yield f"/api/v1/providers/{provider_id}/slots?{query}"


async def ask(server: Server, asked: Iterator[str], enough: Callable[[], bool]) -> list[float]:
    """Ask so many times a second until it is enough; return how long each answer took, in milliseconds."""
    took = []
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=60) as client:
        while not enough():
            began = time.perf_counter()
            (await client.get(next(asked))).raise_for_status()
            took.append((time.perf_counter() - began) * 1_000)
            await asyncio.sleep(max(0, 1 / A_SECOND - (time.perf_counter() - began)))
    return took


def show(name: str, took: list[float]) -> None:
    """Print what requests took."""
    late = quantiles(took, n=20)[-1]
    print(f"{median(took):8.1f} ms   median of {len(took):,} requests, {late:.1f} ms in 19 of 20: {name}", flush=True)


def rebuild(environ: dict[str, str], server: Server, asked: Iterator[str]) -> None:
    """Recount everything beside requests, and print."""
    enough = time.monotonic() + SECONDS_BEFORE
    show("before", asyncio.run(ask(server, asked, lambda: time.monotonic() > enough)))
    used, load, began = _of_children(), os.getloadavg()[0], time.monotonic()
    with log_of("rebuild") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "entrypoints.cli", "statistics", "rebuild"],
            env={**os.environ, **environ},
            stdout=log,
            stderr=log,
        )
        took = asyncio.run(ask(server, asked, lambda: process.poll() is not None))
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, process.args)
    show("meanwhile", took)
    minutes = (time.monotonic() - began) / 60
    print(f"{minutes:8.1f} min  everything recounted; load average {load:.1f} before, {os.getloadavg()[0]:.1f} after")
    print(f"{_of_children() - used:8.0f} s    of the processor, without PostgreSQL")


def _of_children() -> float:
    """The processor time of the processes that were started here and have ended."""
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(options: argparse.Namespace) -> None:
    """Measure and print; removes all files and processes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with ExitStack() as stack:
        url = stack.enter_context(database())
        now, began = datetime.now(UTC).replace(microsecond=0), time.monotonic()
        generate(url, Plan(providers=options.bookings // BOOKINGS_EACH, bookings=options.bookings, now=now))
        with psycopg.connect(url) as connection:
            [(count,)] = connection.execute("SELECT count(*) FROM bookings").fetchall()
        print(f"{count:,} bookings made in {time.monotonic() - began:.0f} s, {report.hardware()}", flush=True)
        environ = production(url)
        server = stack.enter_context(served("entrypoints.http.asgi:create", environ))
        rebuild(environ, server, paths(url, now))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rebuild", description=__doc__)
    parser.add_argument("--bookings", type=int, default=1_000_000)
    return parser.parse_args()


if __name__ == "__main__":
    main(arguments())
