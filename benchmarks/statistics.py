"""`python -m benchmarks.statistics`: how long a dashboard takes of ten years, and recounting everything.

A city is made, and the bookings of its busiest provider, with their payments, are repeated into the past until they are
ten years old. Everything is counted (`statistics rebuild`), then dashboards of this provider are asked for one after
the other: query, figures and JSON, without HTTP. The processor time of this process and of PostgreSQL does not depend
on what else the machine does. It asserts nothing; docs/develop/benchmarks.md has results.
"""

import argparse
import asyncio
import signal
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles
from typing import Final
from uuid import UUID

import msgspec
import psycopg

from benchmarks import report
from benchmarks.city.generate import generate
from benchmarks.city.providers import PAST_DAYS, Plan
from benchmarks.environment import database, production
from benchmarks.servers import processor_seconds
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.ids import UserId
from booking_domain.statistics.definitions import Interval
from booking_domain.use_cases.statistics.queries import GroupBy, StatisticsQuery, get_own_statistics
from entrypoints.cli.statistics import count_all
from entrypoints.container import Container
from entrypoints.http.statistics.schemas import statistics_json
from entrypoints.settings.main import Settings
from entrypoints.wiring.root import opened

YEARS: Final = 10
_COPIED: Final = {
    "bookings": ("starts_at", "ends_at", "blocked_from", "blocked_until", "local_start", "created_at", "updated_at"),
    "payments": ("created_at", "processed_at"),
    "desk_payments": ("created_at",),
    "reviews": ("created_at", "edited_at", "replied_at"),
}
"""The tables whose rows are repeated, with what is earlier then."""


def age(url: str, times: int) -> tuple[UUID, int]:
    """Repeat the bookings of the busiest provider into the past. Returns who it is, and how many bookings there are."""
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        row = connection.execute(
            "SELECT provider_user_id, provider_id FROM bookings GROUP BY 1, 2 ORDER BY count(*) DESC LIMIT 1"
        ).fetchone()
        assert row is not None
        owner_id, provider_id = row
        for round_ in range(1, YEARS * 365 // PAST_DAYS * times):
            connection.execute(
                "CREATE TEMP TABLE aged ON COMMIT DROP AS SELECT id, gen_random_uuid() AS new FROM bookings"
                " WHERE provider_id = %s AND starts_at > now() - make_interval(days => %s)",
                (provider_id, PAST_DAYS),
            )
            for table, moved in _COPIED.items():
                _repeat(connection, table, moved, round_ // times * PAST_DAYS, round_ % times * 2)
            connection.execute("DROP TABLE aged")
        count = connection.execute("SELECT count(*) FROM bookings WHERE provider_id = %s", (provider_id,)).fetchone()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return owner_id, 0 if count is None else count[0]


def _repeat(connection: psycopg.Connection, table: str, moved: tuple[str, ...], days: int, hours: int) -> None:
    key = "id" if table == "bookings" else "booking_id"
    found = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND attgenerated = ''"
        " AND NOT attisdropped",
        (table,),
    ).fetchall()
    new = {
        **{name: f"{name} - interval '{days} days {hours} hours'" for name in moved},
        "reference": f"t.reference || '-{days}-{hours}'",
        "invoice_reference": f"t.invoice_reference || '-{days}-{hours}'",
        "id": "aged.new" if table == "bookings" else "gen_random_uuid()",
        "booking_id": "aged.new",
    }
    names = [name for (name,) in found]
    values = ", ".join(new.get(name, f"t.{name}") for name in names)
    statement = (
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} t JOIN aged ON aged.id = t.{key}"
    )
    connection.execute(statement.encode())


ASKED: Final = {
    "30 days by day": (29, StatisticsQuery()),
    "a year by day and service": (364, StatisticsQuery(group_by=GroupBy.SERVICE)),
    "a year by week and hour": (364, StatisticsQuery(interval=Interval.WEEK, group_by=GroupBy.HOUR)),
    "ten years by month": (3_649, StatisticsQuery(interval=Interval.MONTH)),
    "ten years by month and service": (3_649, StatisticsQuery(interval=Interval.MONTH, group_by=GroupBy.SERVICE)),
}


async def measure(url: str, owner_id: UUID, rounds: int) -> None:
    """Count everything, then ask for each dashboard so many times, and print."""
    container = Container(settings=Settings.from_environment(production(url)))
    actor, encoder = Actor(UserId(owner_id), Role.PROVIDER), msgspec.json.Encoder()
    async with opened(container.database()):
        began = time.monotonic()
        await count_all(container, rebuild=True)
        print(f"{time.monotonic() - began:8.1f} s    everything recounted")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE)")  # as autovacuum does within a minute
        reads, now = container.reads(), container.clock().now()

        async def encode(query: StatisticsQuery) -> None:
            encoder.encode(statistics_json(await get_own_statistics(actor, query, reads, now=now)))

        for name, (days, asked) in ASKED.items():
            took: list[float] = []
            query = replace(asked, first=now.date() - timedelta(days=days), last=now.date())
            await encode(query)  # connects
            used, used_by_database = time.process_time(), database_seconds(url)
            for _ in range(rounds):
                began = time.perf_counter()
                await encode(query)
                took.append((time.perf_counter() - began) * 1_000)
            used, used_by_database = time.process_time() - used, database_seconds(url) - used_by_database
            here, there = used / rounds * 1_000, used_by_database / rounds * 1_000
            print(
                f"{median(took):8.1f} ms   median, {quantiles(took, n=20)[-1]:.1f} ms in 19 of 20; of the processor"
                f" {here:.1f} ms here, {there:.1f} ms in PostgreSQL: {name}"
            )


def database_seconds(url: str) -> float:
    """CPU time that the database has used so far for its connections."""
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        ).fetchall()
        return processor_seconds(*(pid for (pid,) in found))


def main(options: argparse.Namespace) -> None:
    """Measure and print; removes all files and processes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with ExitStack() as stack:
        url = stack.enter_context(database())
        now = datetime.now(UTC).replace(microsecond=0)
        generate(url, Plan(providers=options.providers, bookings=options.bookings, now=now, seed=options.seed))
        owner_id, count = age(url, options.times)
        print(f"{options.providers:,} providers, {options.bookings:,} bookings, {report.hardware()}")
        print(f"{count:,} bookings of one provider in {YEARS} years")
        asyncio.run(measure(url, owner_id, options.rounds))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.statistics", description=__doc__)
    parser.add_argument("--providers", type=int, default=5)
    parser.add_argument("--bookings", type=int, default=17_000)
    parser.add_argument("--times", type=int, default=2, help="how many bookings are made of one")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main(arguments())
