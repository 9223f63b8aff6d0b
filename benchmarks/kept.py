"""What is in the database after a measurement: as many rows as were acknowledged, or the numbers are worth nothing."""

from typing import Final

import psycopg

TABLES: Final = ("bookings", "claims", "booking_events", "outbox", "idempotency_keys")


class RowsMissing(Exception):
    """A server acknowledged what it has not kept, or kept more than it was asked."""


def rows(url: str) -> dict[str, int]:
    """How many rows there are in each table that a booking leaves one in."""
    with psycopg.connect(url) as connection:
        counts = {}
        for table in TABLES:
            row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
            counts[table] = 0 if row is None else int(row[0])
        return counts


def check(url: str, before: dict[str, int], acknowledged: int) -> None:
    """Raise `RowsMissing` unless each table has grown by as many rows as requests were acknowledged."""
    grown = {table: number - before[table] for table, number in rows(url).items()}
    if set(grown.values()) != {acknowledged}:
        raise RowsMissing(f"{acknowledged} bookings were acknowledged; the tables grew by {grown}")
