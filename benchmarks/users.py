"""`python -m benchmarks.users`: 10,000 users who look for a provider, look at slots, think, and sometimes book.

Each user thinks for 4 to 9 seconds between a response and the next request. Everything runs on this machine: users,
application and database. It prints latencies and errors, and asserts nothing; docs/develop/benchmarks.md has the mix.
"""

import argparse
import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack
from datetime import date, timedelta
from itertools import product
from typing import Final
from urllib.parse import urlencode

import msgspec

from benchmarks import report
from benchmarks.dataset import PROVIDERS, Dataset
from benchmarks.environment import database_in, production, temporary_folder
from benchmarks.load_jobs import Measurement
from benchmarks.servers import ProcessFailed, processor_seconds_of_all, served
from benchmarks.user_load import Kind, Seen, Users
from booking_domain.shared.ids import ProviderId
from booking_domain.use_cases.search.index import refresh_entry
from entrypoints.container import Container
from entrypoints.settings.main import Settings

DAYS: Final = 30
GOAL_MILLISECONDS: Final = 200
FIRST_SECONDS: Final = 15.0
"""Before those that are measured: in them most is asked for the first time, and has to be made."""
Queries = tuple[Mapping[str, object], ...]
_API: Final = "/api/v1"
_BROWSER: Final = "host: 127.0.0.1\r\nx-forwarded-proto: https\r\naccept-encoding: gzip, zstd"
_SHOWN_ERRORS: Final = 3


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.users", description=__doc__)
    parser.add_argument("--users", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--providers", type=int, default=1_000, help="besides the 60 that are booked")
    parser.add_argument("--connections", type=int, default=256, help="that all users share, as behind a proxy")
    parser.add_argument("--processes", type=int, default=1, help="of the API")
    return parser.parse_args()


def asked(path: str, **query: object) -> bytes:
    """A raw GET request of a browser behind a proxy."""
    question = f"?{urlencode(query)}" if query else ""
    return f"GET {_API}{path}{question} HTTP/1.1\r\n{_BROWSER}\r\n\r\n".encode()


def kinds(dataset: Dataset, providers: list[ProviderId], first: date, most_bookings: int) -> list[Kind]:
    """What users ask for: of 100 requests, 25 search, 30 show a page, 44 show slots, and one books."""
    month = {"from": first, "to": first + timedelta(days=DAYS)}
    texts: Queries = ({}, {"text": "fine line"}, {"text": "provider"}, {"text": "fnie lne"}, {"styles": "fine line"})
    orders: Queries = ({}, {"sort": "soonest"}, {"sort": "cheapest", "currency": "MNT"}, {"sort": "rating"})
    times: Queries = ({}, {"weekends": "true"}, *({"from": first + timedelta(days=day)} for day in range(3)))
    searches = [asked("/search", **text, **order, **time) for text, order, time in product(texts, orders, times)]
    encrypted = b"\r\nx-forwarded-proto: https\r\n"
    bookings = [each.replace(b"\r\n", encrypted, 1) for each in dataset.requests(most_bookings)]
    return [
        Kind("search", 25, 200, searches),
        Kind("page of a provider", 30, 200, [asked(f"/providers/{each}/page") for each in providers]),
        Kind("slots of 30 days", 44, 200, [asked(f"/providers/{each}/slots", **month) for each in providers]),
        Kind("booking", 1, 201, bookings, once=True),
    ]


async def filled(container: Container, more: int, customers: int) -> tuple[Dataset, list[ProviderId]]:
    """Providers, customers and the index of searches, as the worker makes it."""
    await container.database().open()
    try:
        dataset = Dataset(container)
        await dataset.open(customers=customers)
        await dataset.providers(more, step_minutes=35)
        providers = [each async for each in _indexed(container, PROVIDERS + more)]
        return dataset, providers
    finally:
        await container.database().close()


async def _indexed(container: Container, most: int) -> AsyncIterator[ProviderId]:
    """Make the entry of each provider."""
    reads, clock = container.reads(), container.clock()
    for each in await reads.search.due(clock.now().date() + timedelta(days=1), most):
        await refresh_entry(each, reads=reads, executor=container.executor(), clock=clock)
        yield each


def run_users(users: Users) -> Seen:
    """Be the users in a process of its own.

    Raises:
        ProcessFailed: it ended with an error.
    """
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.user_load"],
        input=msgspec.msgpack.encode(users),
        capture_output=True,
        timeout=users.seconds + 120,
        check=False,
    )
    if done.returncode:
        raise ProcessFailed(f"the users failed: {done.stderr.decode(errors='replace').strip()}")
    return msgspec.msgpack.decode(done.stdout, type=Seen)


def main(options: argparse.Namespace) -> None:
    """Measure and print; removes all files and processes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        url = stack.enter_context(database_in(folder))
        environ = {**production(url), "BOOKING_TRUSTED_PROXIES": "127.0.0.1"}
        container = Container(settings=Settings.from_environment(environ))
        dataset, providers = asyncio.run(filled(container, options.providers, max(100, options.users // 8)))
        server = stack.enter_context(served("entrypoints.http.asgi:create", environ, processes=options.processes))
        first = container.clock().now().date() + timedelta(days=1)
        most_bookings = (
            int(options.users * (options.seconds + FIRST_SECONDS) / 200) + 100
        )  # three times as many as they will make
        mix = kinds(dataset, providers, first, most_bookings)
        print(report.machine(url), flush=True)
        print(
            f"{options.users:,} users for {options.seconds:.0f} s, {options.connections} connections, "
            f"{len(providers)} providers, {options.processes} processes of the API",
            flush=True,
        )
        postgres = int((folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
        before, stored = server.processor_seconds(), processor_seconds_of_all(postgres)
        seen = run_users(Users(server.port, options.users, options.connections, options.seconds, mix, FIRST_SECONDS))
        used, stored = server.processor_seconds() - before, processor_seconds_of_all(postgres) - stored
        print(report.hardware())
        for name, latencies in seen.latencies.items():
            print(line(name, latencies, options.seconds))
        everything = [each for latencies in seen.latencies.values() for each in latencies]
        print(line("all", everything, options.seconds))
        print(line(f"the first {FIRST_SECONDS:.0f} s before", seen.first, FIRST_SECONDS))
        worst, asked = Measurement(1.0, everything).percentile(99), len(everything) + len(seen.first)
        print(f"  p99 {worst:.1f} ms (goal: below {GOAL_MILLISECONDS} ms), errors {len(seen.errors)} (goal: 0)")
        for name, took in (("API", used), ("PostgreSQL", stored), ("users", seen.processor_seconds)):
            print(f"  processor time, {name}: {1_000 * took / asked:.2f} ms a request, {took:.1f} s in all")
        for error in seen.errors[:_SHOWN_ERRORS]:
            print(f"  {error}", file=sys.stderr)


def line(name: str, latencies: list[float], seconds: float) -> str:
    """A line of the table."""
    measured = Measurement(1.0, latencies or [0.0])
    p50, p99, worst = (measured.percentile(each) for each in (50, 99, 100))
    return (
        f"  {name:<24}{len(latencies):>8,} requests, {len(latencies) / seconds:>6.0f} a second"
        f"   p50 {p50:6.1f} ms   p99 {p99:6.1f} ms   worst {worst:6.1f} ms"
    )


if __name__ == "__main__":
    main(arguments())
