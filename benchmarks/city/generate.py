"""Makes a city in an empty database, in one transaction."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from benchmarks.city import statements
from benchmarks.city.providers import Plan, Providers, copy, day_weights
from benchmarks.city.words import BEGINNINGS, ENDINGS, LANGUAGES, REVIEWS

FILLED: Final = (
    *("users", "salons", "providers", "services", "service_offers", "availability_rules", "public_versions"),
    *("search_entries", "search_terms", "search_suggestions", "search_parts", "search_words"),
    *("bookings", "claims", "booking_events"),
    *("payments", "desk_payments", "earnings", "reviews", "favourites"),
)
"""The tables with rows of a city."""
BYTES_PER_BOOKING: Final = 3_500
BYTES_PER_PROVIDER: Final = 40_000
"""What a city needs on the disk, while it is made."""
_SETTINGS: Final = (
    *("maintenance_work_mem = '1GB'", "work_mem = '256MB'", "synchronous_commit = off", "jit = off"),
    *("max_parallel_maintenance_workers = 2", "TimeZone = 'UTC'"),
)
_CONSTRAINTS: Final = """
    SELECT conrelid::regclass::text AS table, quote_ident(conname) AS name, contype AS kind,
        pg_get_constraintdef(oid) AS definition
    FROM pg_constraint
    WHERE contype IN ('p', 'u', 'x', 'f') AND connamespace = 'public'::regnamespace
        AND (conrelid::regclass::text = ANY(%(filled)s)
            OR contype = 'f' AND confrelid::regclass::text = ANY(%(filled)s))
    ORDER BY contype = 'f' DESC, conrelid::regclass::text, conname
"""
_INDEXES: Final = """
    SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
    WHERE indrelid::regclass::text = ANY(%(filled)s)
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
    ORDER BY 1
"""


class NotEmpty(Exception):
    """The database has providers already: a city needs an empty one."""


def generate(url: str, plan: Plan, say: Callable[[str], object] = print) -> None:
    """Fill an empty database of the current schema.

    Raises:
        NotEmpty: it has providers already.
    """
    with psycopg.connect(url) as connection:
        if connection.execute("SELECT 1 FROM providers LIMIT 1").fetchone():
            raise NotEmpty("the database has providers already: a city needs an empty one")
        for setting in _SETTINGS:
            connection.execute(f"SET LOCAL {setting}".encode())
        with _without_indexes(connection, say):
            _fill(connection, plan, say)
    with psycopg.connect(url, autocommit=True) as connection, _timed("vacuum and statistics", say):
        connection.execute("VACUUM (ANALYZE)")


def values_of(plan: Plan) -> dict[str, Any]:
    """The parameters of the statements."""
    since = datetime.combine(plan.now.astimezone(UTC).date(), datetime.min.time(), UTC)
    return {
        "now": plan.now,
        "since": since,
        "first_day": plan.first_day,
        "seed": plan.seed,
        "customers": plan.customers,
        "providers": plan.providers,
        "password_hash": plan.password_hash,
        "names": len(_NAMES),
        "reviews": len(REVIEWS),
    }


_NAMES: Final = [
    (f"{first}{last}", language)
    for language in LANGUAGES
    for first in BEGINNINGS[language]
    for last in ENDINGS[language]
]


def _fill(connection: psycopg.Connection[Any], plan: Plan, say: Callable[[str], object]) -> None:
    values = values_of(plan)
    client = psycopg.ClientCursor(connection)
    client.execute(statements.PREPARE, values)
    client.executemany("INSERT INTO city_days VALUES (%s, %s)", list(enumerate(day_weights(plan.now))))
    names = [(number, *each) for number, each in enumerate(_NAMES)]
    client.executemany("INSERT INTO city_names VALUES (%s, %s, %s)", names)
    client.executemany("INSERT INTO city_reviews VALUES (%s, %s)", list(enumerate(REVIEWS)))
    with _timed("providers", say):
        made = Providers(plan)
        for rows in made.batches():
            for table, each in rows.items():
                copy(connection, table, each)
        copy(connection, "search_words", ((word, sorted(means)) for word, means in sorted(made.words.items())))
    for name, statement in statements.STATEMENTS:
        with _timed(name, say):
            client.execute(statement, values)


@contextmanager
def _without_indexes(connection: psycopg.Connection[Any], say: Callable[[str], object]) -> Iterator[None]:
    """Drop constraints, indexes and triggers for the block, and make them anew, which checks all rows."""
    with connection.cursor(row_factory=dict_row) as cursor:
        constraints = cursor.execute(_CONSTRAINTS, {"filled": list(FILLED)}).fetchall()
        indexes = cursor.execute(_INDEXES, {"filled": list(FILLED)}).fetchall()
    for table in FILLED:
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
    for each in constraints:
        connection.execute(f"ALTER TABLE {each['table']} DROP CONSTRAINT {each['name']}".encode())
    for each in indexes:
        connection.execute(f"DROP INDEX {each['name']}".encode())
    yield
    for each in reversed(constraints):
        if each["kind"] != "f":
            with _timed(each["name"], say):
                connection.execute(_added(each))
    for each in indexes:
        with _timed(each["name"], say):
            connection.execute(each["definition"].encode())
    for each in constraints:
        if each["kind"] == "f":
            with _timed(each["name"], say):
                connection.execute(_added(each))
    for table in FILLED:
        connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())


def _added(constraint: dict[str, str]) -> bytes:
    return f"ALTER TABLE {constraint['table']} ADD CONSTRAINT {constraint['name']} {constraint['definition']}".encode()


@contextmanager
def _timed(name: str, say: Callable[[str], object], least: float = 1.0) -> Iterator[None]:
    """Say how long something took, if it took long."""
    began = time.monotonic()
    yield
    if (took := time.monotonic() - began) >= least:
        say(f"{took:7.1f} s  {name}")
