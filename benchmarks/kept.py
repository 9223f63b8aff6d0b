"""`python -m benchmarks.kept`: public answers that are kept, against the same bytes from memory.

The slots of 30 days, unchanged slots (`If-None-Match`) and a provider's page are asked for over HTTP: of one process of
the application, and of a Litestar handler that returns the same bytes. Both alternate, in both orders. Then each
request asks for slots that nobody has asked for, so that every answer is made. It asserts nothing about speed;
docs/develop/benchmarks.md has results.
"""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Final

import httpx
from litestar import Litestar, get

from benchmarks import report
from benchmarks.dataset import Dataset
from benchmarks.environment import database_in, production, temporary_folder
from benchmarks.load_jobs import Job, Measurement
from benchmarks.servers import Server, run_load, served
from booking_domain.shared.ids import ProviderId
from entrypoints.container import Container
from entrypoints.settings.main import Settings

DAYS: Final = 30
STEP_MINUTES: Final = 35
"""420 slots, which take 26 kB."""
_APPLICATION: Final = "entrypoints.http.asgi:create"
_BYTES: Final = "BENCHMARK_BYTES"
"""Names the file with the body that the handler returns."""


def from_memory() -> Litestar:
    """The least that Litestar does: the handler of one path, which returns bytes."""
    body = Path(os.environ[_BYTES]).read_bytes()

    @get("/", media_type="application/json")
    async def handler() -> bytes:
        return body

    return Litestar([handler], openapi_config=None, logging_config=None)


@dataclass(frozen=True, slots=True)
class Question:
    """A request to the application, and one to the handler."""

    name: str
    ours: bytes
    floor: bytes
    status: int


def asked(path: str, **headers: str) -> bytes:
    """A raw GET request."""
    lines = (f"{name.replace('_', '-')}: {value}" for name, value in headers.items())
    return "\r\n".join([f"GET {path} HTTP/1.1", "host: 127.0.0.1", *lines, "", ""]).encode()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kept", description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--requests", type=int, default=4_000, help="per server and round")
    parser.add_argument("--misses", type=int, default=300, help="per round")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--only", default="", help="questions whose names contain this")
    return parser.parse_args()


def questions(server: Server, provider_id: ProviderId, first: date) -> Iterator[tuple[Question, bytes]]:
    """The questions, and the body of each answer."""
    slots = f"/api/v1/providers/{provider_id}/slots?from={first}&to={first + timedelta(days=DAYS)}"
    page = f"/api/v1/providers/{provider_id}/page"
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", headers={"Accept-Encoding": "identity"}) as client:
        answer, shown = client.get(slots).raise_for_status(), client.get(page).raise_for_status()
    tag = answer.headers.get("ETag", '"none"')
    yield Question(f"slots of {DAYS} days", asked(slots), asked("/"), 200), answer.content
    if tag != '"none"':
        same = asked(slots, if_none_match=tag)
        yield Question("slots, not modified", same, asked("/"), 304), answer.content
    yield Question("a provider's page", asked(page), asked("/"), 200), shown.content


def misses(provider_id: ProviderId, first: date) -> Iterator[bytes]:
    """Requests for the same slots, each of which nobody has asked for: the window ends some milliseconds later."""
    for number in count():
        until = f"{first + timedelta(days=DAYS)}T00:00:00.{number:06}Z"
        yield asked(f"/api/v1/providers/{provider_id}/slots?from={first}T00:00:00Z&to={until}")


def loaded(server: Server, requests: list[bytes], status: int, connections: int) -> Measurement:
    """Run a job, and measure the server's processor time."""
    before = server.processor_seconds()
    measured = run_load(Job(server.port, connections, status, requests))
    measured.processor_seconds = server.processor_seconds() - before
    return measured


def compared(
    question: Question, ours: Server, floor: Server, options: argparse.Namespace
) -> tuple[list[Measurement], list[Measurement]]:
    """Measure both, alternately, in both orders."""
    results: dict[str, list[Measurement]] = {"ours": [], "floor": []}
    jobs = {"ours": (ours, question.ours, question.status), "floor": (floor, question.floor, 200)}
    for server, request, status in jobs.values():
        loaded(server, [request] * (options.requests // 4), status, options.connections)
    for number in range(options.rounds):
        for name in ("ours", "floor") if number % 2 else ("floor", "ours"):
            server, request, status = jobs[name]
            results[name].append(loaded(server, [request] * options.requests, status, options.connections))
    return results["ours"], results["floor"]


def main(options: argparse.Namespace) -> None:
    """Measure and print; removes all files and processes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        url = stack.enter_context(database_in(folder))
        environ = {**production(url), "BOOKING_REQUIRE_HTTPS": "off", "BOOKING_RATE_LIMIT_QUOTAS": "read=9000000/60"}
        container = Container(settings=Settings.from_environment(environ))
        provider_id = asyncio.run(_provider(container))
        ours = stack.enter_context(served(_APPLICATION, environ))
        first = container.clock().now().date() + timedelta(days=1)
        print(report.machine(url), flush=True)
        for question, body in questions(ours, provider_id, first):
            if options.only not in question.name:
                continue
            (folder / "body").write_bytes(body)
            with served("benchmarks.kept:from_memory", {_BYTES: str(folder / "body")}) as floor:
                one, other = compared(question, ours, floor, options)
            print(f"{question.name}, {len(body):,} bytes, {options.connections} connections, {report.hardware()}")
            print(report.line("kept answer", one))
            print(report.line("the same bytes from memory", other))
            print(report.ratio("kept answer ÷ from memory", one, other), flush=True)
        never = misses(provider_id, first)
        made = [
            loaded(ours, [next(never) for _ in range(options.misses)], 200, options.connections)
            for _ in range(options.rounds)
        ]
        print(report.line("slots that nobody has asked for", made))


async def _provider(container: Container) -> ProviderId:
    await container.database().open()
    try:
        [provider_id] = await Dataset(container).providers(1, step_minutes=STEP_MINUTES)
        return provider_id
    finally:
        await container.database().close()


if __name__ == "__main__":
    main(arguments())
