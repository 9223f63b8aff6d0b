"""`make profile`: where the time of free slots goes, of bookings (`ARGS=bookings`) or a request (`ARGS=/providers`).

Requests are sent to the application in this process, on an embedded PostgreSQL with a few providers; `{provider}` in
a path is the id of one. Time is processor time, so waiting for the database does not count. The parts of the product
and the functions are printed by their own time, and the profile is written to a file for other tools.
"""

import asyncio
import cProfile
import pstats
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any, Final

import httpx

from benchmarks.dataset import Dataset
from benchmarks.environment import database, production
from benchmarks.slots.workloads import NOW, workloads
from booking_domain.scheduling import offered_slots
from entrypoints.http.app import PREFIX, create_app
from entrypoints.http.container import HttpContainer
from entrypoints.settings.main import Settings

WRITTEN: Final = Path(".tmp/profile.prof")
SHOWN: Final = 30
REQUESTS: Final = 300
CALLS: Final = 300
SLOTS: Final = "slots"
BOOKINGS: Final = "bookings"
PARTS: Final = {
    "sending and receiving": (
        "psycopg/waiting",
        "psycopg/connection",
        "psycopg_pool",
        "asyncio/",
        "_exchanged",
        "sync",
    ),
    "statements and rows": ("adapters/postgres", "psycopg"),
    "rules and values": ("booking_domain", "<string>"),
    "the framework": ("litestar", "msgspec"),
    "the HTTP kit": ("entrypoints",),
    "the log": ("logging/", "structlog", "TextIOWrapper"),
    "Python's library and the test client": ("",),
}
"""The parts of the product, by what the names of their files and functions contain; the first that fits counts."""
ORIGIN: Final = "https://booking.example"


def profile_slots(profile: cProfile.Profile) -> None:
    workload = next(workloads())
    calendar, claims = workload.providers[0]
    with profile:
        for _ in range(CALLS):
            offered_slots(calendar, claims, window=workload.window, now=NOW)


async def _of_path(client: httpx.AsyncClient, data: Dataset, path: str) -> list[httpx.Request]:
    provider_id, *_ = await data.providers(5)
    address = PREFIX + path.replace("{provider}", str(provider_id))
    return [client.build_request("GET", address) for _ in range(REQUESTS)]


async def _of_bookings(client: httpx.AsyncClient, data: Dataset) -> list[httpx.Request]:
    """Bookings of customers whose tokens and sessions the application knows."""
    await data.open()
    bookings = [_parsed(each, client) for each in data.requests(REQUESTS)]
    for each in bookings:
        token = {"Authorization": each.headers["Authorization"]}
        (await client.get(f"{PREFIX}/auth/me", headers=token)).raise_for_status()
    return bookings


def _parsed(request: bytes, client: httpx.AsyncClient) -> httpx.Request:
    head, _, content = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _ = first.split()
    headers = dict(line.split(": ", 1) for line in lines)
    return client.build_request(method, path, content=content, headers=headers)


async def _profile_requests(profile: cProfile.Profile, what: str, url: str) -> None:
    container = HttpContainer(settings=Settings.from_environment(production(url)))
    app: Any = create_app(container)
    async with app.lifespan(), httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN) as client:
        data = Dataset(container)
        made: Awaitable[list[httpx.Request]] = (
            _of_bookings(client, data) if what == BOOKINGS else _of_path(client, data, what)
        )
        first, *requests = await made
        (await client.send(first)).raise_for_status()
        with profile:
            for request in requests:
                await client.send(request)


def by_part(profile: pstats.Stats) -> Iterable[str]:
    """The parts, with their share of the time."""
    times = dict.fromkeys(PARTS, 0.0)
    functions: dict[tuple[str, int, str], tuple[int, int, float, float, Any]] = vars(profile)["stats"]
    for (file, _, name), (_, _, own, _, _) in functions.items():
        times[next(part for part, texts in PARTS.items() if any(text in f"{file} {name}" for text in texts))] += own
    for part, seconds in sorted(times.items(), key=lambda each: -each[1]):
        yield f"{seconds / sum(times.values()):6.0%}  {part}"


def profile_requests(profile: cProfile.Profile, path: str) -> None:
    with database() as url:
        asyncio.run(_profile_requests(profile, path, url))


def main(what: str) -> None:
    profile = cProfile.Profile(time.process_time)
    measure: Callable[[cProfile.Profile], None] = (
        profile_slots if what == SLOTS else lambda each: profile_requests(each, what)
    )
    measure(profile)
    profile.dump_stats(WRITTEN)
    found = pstats.Stats(profile).sort_stats(pstats.SortKey.TIME)
    found.print_stats(SHOWN)
    print(*by_part(found), sep="\n")
    print(f"written: {WRITTEN}")


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else SLOTS)
