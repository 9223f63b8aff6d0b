"""`python -m benchmarks.search`: search by many kinds of queries in a city of 100,000 providers and a million services.

Each kind has as many different queries. First an application in this process answers them, and its statements are timed
as the application waits for them: the sum of each request. Then a server answers them over HTTP, one after the other.
No answer is kept. It asserts nothing about speed; docs/develop/benchmarks.md has results. DATABASE_URL names a
database with a city; otherwise one is made in a temporary folder, which takes some minutes.
"""

import argparse
import asyncio
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import httpx
import psycopg

from benchmarks import report
from benchmarks.city.generate import generate
from benchmarks.city.providers import Plan
from benchmarks.city.words import BEGINNINGS, ENDINGS, LANGUAGES, TOWNS, TRADES
from benchmarks.environment import database, production
from benchmarks.kept import asked, loaded
from benchmarks.load_jobs import Measurement
from benchmarks.sent import timed
from benchmarks.servers import served
from entrypoints.http.app import create_app
from entrypoints.http.container import HttpContainer
from entrypoints.settings.main import Settings

Parameters = dict[str, Any]
SQL_GOAL_MS: Final = 5.0
HTTP_GOAL_MS: Final = 15.0
_PATH: Final = "/api/v1/search"
_APPLICATION: Final = "entrypoints.http.asgi:create"
_SETTINGS: Final = {
    "BOOKING_REQUIRE_HTTPS": "off",
    "BOOKING_RATE_LIMIT_QUOTAS": "read=9000000/60",
    "BOOKING_CACHE_SEARCH_SECONDS": "0",
}


class Queries:
    """Draws queries of each kind."""

    def __init__(self, seed: int, now: datetime) -> None:
        self._random = random.Random(seed)  # noqa: S311 - the same queries for the same seed
        self._tomorrow = (now + timedelta(days=1)).date()

    def kinds(self) -> Mapping[str, Callable[[], Parameters]]:
        """A query of each kind; `suggestions` has a path of its own."""
        return {
            "a service": self.service,
            "a service, misspelt": lambda: {"text": self.misspelt(self.service()["text"])},
            "a name": self.name,
            "a name, misspelt": lambda: {"text": self.misspelt(self.name()["text"])},
            "a service near": lambda: self.service() | self.near(),
            "a style": lambda: {"styles": self._random.choice(self.trade().styles)},
            "a category and a rating": lambda: {
                "category": self._random.choice(self.trade().category),
                "ratingFrom": self._random.choice((4, 5)),
            },
            "a map": self.box,
            "a distance": self.near,
            "a price": lambda: (
                self.service() | {"priceTo": self._random.randrange(20, 80) * 100_000, "currency": "MNT"}
            ),
            "everybody": lambda: {"limit": self._random.randrange(10, 21)},
            "free tomorrow evening, near": lambda: self.near() | self.day(1) | {"partOfDay": "evening"},
            "free on a weekend, a service": lambda: self.service() | {"weekends": True},
            "free for two hours, near": lambda: self.near() | self.day(2) | {"minutes": 120},
            "nobody is free": lambda: self.near() | self.night(),
            "nearest": lambda: self.near() | {"sort": "nearest"},
            "soonest": lambda: self.near() | {"sort": "soonest"},
            "soonest, a service": lambda: self.service() | {"sort": "soonest"},
            "cheapest": lambda: self.service() | {"sort": "cheapest", "currency": "MNT"},
            "best rated": lambda: self.service() | {"sort": "rating"},
            "suggestions": self.beginning,
        }

    def trade(self) -> Any:
        return self._random.choices(TRADES, [each.share for each in TRADES])[0]

    def service(self) -> Parameters:
        return {"text": self._random.choice(self.trade().offers).names[self._random.choice((0, 0, 0, 1, 2))]}

    def name(self) -> Parameters:
        language = self._random.choice(LANGUAGES)
        return {"text": self._random.choice(BEGINNINGS[language]) + self._random.choice(ENDINGS[language])}

    def misspelt(self, text: str) -> str:
        """A longer word of the text with two letters swapped, or one missing."""
        words = text.split()
        which = max(range(len(words)), key=lambda number: len(words[number]))
        word, at = words[which], self._random.randrange(1, max(2, len(words[which]) - 2))
        swapped = word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
        words[which] = self._random.choice((swapped, word[:at] + word[at + 1 :]))
        return " ".join(words)

    def near(self) -> Parameters:
        town = self._random.choices(TOWNS, [each.share for each in TOWNS])[0]
        lat, lon = self._random.gauss(town.lat, town.spread), self._random.gauss(town.lon, town.spread * 1.4)
        return {"lat": round(lat, 5), "lon": round(lon, 5), "radiusKm": self._random.choice((1, 2, 3, 5))}

    def box(self) -> Parameters:
        point = self.near()
        half = self._random.choice((0.005, 0.01, 0.02))
        edges = {"south": point["lat"] - half, "north": point["lat"] + half}
        return edges | {"west": point["lon"] - half, "east": point["lon"] + half}

    def day(self, days: int) -> Parameters:
        return {"from": self._tomorrow, "to": self._tomorrow + timedelta(days=days), "timeZone": "Asia/Ulaanbaatar"}

    def night(self) -> Parameters:
        """Two hours in which nobody works, in Ulaanbaatar."""
        return {"lat": 47.9184, "lon": round(self._random.gauss(106.92, 0.03), 5), "radiusKm": 3} | {
            "from": f"{self._tomorrow}T18:00:00Z",
            "to": f"{self._tomorrow}T20:00:00Z",
        }

    def beginning(self) -> Parameters:
        text = self._random.choice((self.service, self.name))()["text"]
        return {"text": text[: self._random.randrange(2, 6)].strip()}


def path_of(kind: str, parameters: Parameters) -> str:
    """The path of a query."""
    return f"{_PATH}{'/suggestions' if kind == 'suggestions' else ''}?{urlencode(parameters)}"


async def sql_of(url: str, paths: Mapping[str, list[str]]) -> tuple[dict[str, Measurement], list[str]]:
    """The time that the statements of each request take, by kind; and the paths of second pages."""
    container = HttpContainer(settings=Settings.from_environment(production(url) | _SETTINGS))
    app: Any = create_app(container)
    found, second = {}, []
    transport = httpx.ASGITransport(app)
    async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        for kind, of_kind in paths.items():
            latencies = []
            for number, path in enumerate(of_kind):
                with timed() as waited:
                    answer = (await client.get(path)).raise_for_status().json()
                latencies.append(sum(waited))
                if kind != "suggestions" and (cursor := answer.get("nextCursor")) and number % 4 == 0:
                    second.append(f"{path}&cursor={cursor}")
            found[kind] = Measurement(sum(latencies), latencies)
    return found, second


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    parser.add_argument("--providers", type=int, default=100_000)
    parser.add_argument("--bookings", type=int, default=300_000)
    parser.add_argument("--queries", type=int, default=200, help="of each kind")
    parser.add_argument("--only", default="", help="kinds whose names contain this")
    parser.add_argument("--no-http", action="store_true", help="measure the statements only")
    return parser.parse_args()


def main(options: argparse.Namespace) -> None:
    """Measure and print; removes all files and processes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with ExitStack() as stack:
        url = os.environ.get("DATABASE_URL") or stack.enter_context(_a_city(options))
        print(report.machine(url))
        print(_counts(url), flush=True)
        queries = Queries(1, datetime.now(UTC))
        paths = {
            kind: [path_of(kind, draw()) for _ in range(options.queries)]
            for kind, draw in queries.kinds().items()
            if options.only in kind
        }
        asyncio.run(sql_of(url, {kind: each[:20] for kind, each in paths.items()}))  # warms up
        sql, second = asyncio.run(sql_of(url, paths))
        next_page = {"the next page": second[: options.queries]}
        sql |= asyncio.run(sql_of(url, next_page))[0]
        http: dict[str, Measurement] = {}
        if not options.no_http:
            server = stack.enter_context(served(_APPLICATION, production(url) | _SETTINGS))
            for kind, of_kind in (paths | next_page).items():
                loaded(server, list(map(asked, of_kind[:20])), 200, 1)
                http[kind] = loaded(server, list(map(asked, of_kind)), 200, 1)
        _print(sql, http)


@contextmanager
def _a_city(options: argparse.Namespace) -> Iterator[str]:
    with database() as url:
        now = datetime.now(UTC).replace(microsecond=0)
        generate(url, Plan(providers=options.providers, bookings=options.bookings, now=now))
        yield url


def _counts(url: str) -> str:
    with psycopg.connect(url) as connection:
        numbers = [
            connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
            for table in ("providers", "services", "search_words")
        ]
    return "{:,} providers, {:,} services, {:,} words".format(*(row[0] for row in numbers if row))


def _print(sql: dict[str, Measurement], http: dict[str, Measurement]) -> None:
    print(f"{'':30}{'SQL p50':>10}{'p95':>8}{'HTTP p50':>12}{'p95':>8}   in ms; {report.hardware()}")
    for kind, measured in (sql | {"all": _all(sql)}).items():
        over = (http | {"all": _all(http)}).get(kind) if http else None
        line = f"{kind:30}{measured.percentile(50):10.1f}{measured.percentile(95):8.1f}"
        if over is not None:
            line += f"{over.percentile(50):12.1f}{over.percentile(95):8.1f}"
        misses = measured.percentile(95) > SQL_GOAL_MS or (over is not None and over.percentile(95) > HTTP_GOAL_MS)
        print(line + ("   misses a goal" if misses else ""), flush=True)


def _all(kinds: Mapping[str, Measurement]) -> Measurement:
    latencies = [each for measured in kinds.values() for each in measured.latencies]
    return Measurement(sum(latencies), latencies)


if __name__ == "__main__":
    main(arguments())
