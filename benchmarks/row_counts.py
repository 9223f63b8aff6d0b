"""Checks after a measurement that every acknowledged booking was stored; otherwise its numbers are meaningless."""

from typing import Final

import psycopg

TABLES: Final = ("bookings", "claims", "booking_events", "outbox", "idempotency_keys")


class RowCountMismatch(Exception):
    """A server stored fewer or more bookings than it acknowledged."""


def count_rows(url: str) -> dict[str, int]:
    """Count the rows of each table to which a booking adds one row."""
    with psycopg.connect(url) as connection:
        counts = {}
        for table in TABLES:
            row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
            counts[table] = 0 if row is None else int(row[0])
        return counts


def check_growth(url: str, before: dict[str, int], acknowledged: int) -> None:
    """Raise `RowCountMismatch` unless each table has grown by the number of acknowledged requests."""
    grown = {table: number - before[table] for table, number in count_rows(url).items()}
    if set(grown.values()) != {acknowledged}:
        raise RowCountMismatch(f"{acknowledged} bookings were acknowledged; the tables grew by {grown}")
