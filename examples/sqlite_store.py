"""A store of `booking_domain.core` in SQLite: processes and threads share a file, and none books a time twice.

    diary = Diary({"anna": calendar}, SqliteStore("diary.sqlite"))  # it keeps no pauses: the whole time is taken

`tests/acceptance/test_examples.py` holds it to `booking_domain.testing.core.contracts`.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import local
from typing import Any
from uuid import UUID

from booking_domain.core import Booking, Claim, Money, Status, TimeRange, Waiting, WaitingStatus
from booking_domain.core.model import claim_of

TABLES = """
CREATE TABLE IF NOT EXISTS claims (
    calendar TEXT NOT NULL, id TEXT NOT NULL, starts TEXT NOT NULL, ends TEXT NOT NULL,
    blocked_from TEXT NOT NULL, blocked_until TEXT NOT NULL, expires_at TEXT,
    PRIMARY KEY (calendar, id)
) STRICT;
CREATE INDEX IF NOT EXISTS claims_by_time ON claims (calendar, blocked_from);
CREATE TABLE IF NOT EXISTS bookings (
    id TEXT PRIMARY KEY, calendar TEXT NOT NULL, customer TEXT NOT NULL, starts TEXT NOT NULL, ends TEXT NOT NULL,
    blocked_from TEXT NOT NULL, blocked_until TEXT NOT NULL, status TEXT NOT NULL, amount INTEGER, currency TEXT,
    placed_at TEXT NOT NULL, reschedules INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS waiting (
    place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, calendar TEXT NOT NULL, customer TEXT NOT NULL,
    starts TEXT NOT NULL, ends TEXT NOT NULL, minutes INTEGER, status TEXT NOT NULL,
    offered_from TEXT, offered_to TEXT, offered_until TEXT, joined_at TEXT NOT NULL
) STRICT;
"""


def text(at: datetime | None) -> str | None:
    """An instant as text that sorts by time."""
    return None if at is None else at.isoformat(timespec="microseconds")


def moment(value: str | None) -> datetime | None:
    """The instant of a text."""
    return None if value is None else datetime.fromisoformat(value)


class SqliteStore:
    """A store in a file of SQLite. Each thread has a connection of its own."""

    def __init__(self, path: str | Path) -> None:
        self._path = path
        self._own = local()
        with self.locked(""):
            for statement in TABLES.split(";"):
                self._run(statement)

    @contextmanager
    def locked(self, calendar: str) -> Iterator[None]:  # noqa: ARG002 - SQLite has one writer at a time
        self._run("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._run("ROLLBACK")
            raise
        self._run("COMMIT")

    def claims(self, calendar: str, around: TimeRange) -> list[Claim]:
        rows = self._run(
            "SELECT id, starts, ends, blocked_from, blocked_until, expires_at FROM claims"
            " WHERE calendar = ? AND blocked_from < ? AND blocked_until > ?",
            calendar,
            text(around.end),
            text(around.start),
        )
        return [
            claim_of(UUID(id_), TimeRange.parse(a, b), TimeRange.parse(c, d), moment(until))
            for id_, a, b, c, d, until in rows
        ]

    def put_claim(self, calendar: str, claim: Claim) -> None:
        times = map(text, (claim.span.start, claim.span.end, claim.blocked.start, claim.blocked.end, claim.expires_at))
        self._run("REPLACE INTO claims VALUES (?, ?, ?, ?, ?, ?, ?)", calendar, str(claim.id), *times)

    def remove_claim(self, calendar: str, claim_id: UUID) -> None:
        self._run("DELETE FROM claims WHERE calendar = ? AND id = ?", calendar, str(claim_id))

    def booking(self, booking_id: UUID) -> Booking | None:
        for _, calendar, customer, a, b, c, d, status, amount, currency, placed_at, moved in self._run(
            "SELECT * FROM bookings WHERE id = ?", str(booking_id)
        ):
            return Booking(
                id=booking_id,
                calendar=calendar,
                customer=customer,
                span=TimeRange.parse(a, b),
                blocked=TimeRange.parse(c, d),
                status=Status(status),
                reschedules=moved,
                price=None if amount is None else Money(amount=amount, currency=currency),
                placed_at=datetime.fromisoformat(placed_at),
            )
        return None

    def put_booking(self, booking: Booking) -> None:
        times = map(text, (booking.span.start, booking.span.end, booking.blocked.start, booking.blocked.end))
        price = (None, None) if booking.price is None else (booking.price.amount, booking.price.currency)
        values = (str(booking.id), booking.calendar, booking.customer, *times, booking.status.value, *price)
        values = (*values, text(booking.placed_at), booking.reschedules)
        self._run("REPLACE INTO bookings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", *values)

    def waiting(self, calendar: str) -> list[Waiting]:
        rows = self._run(
            "SELECT * FROM waiting WHERE calendar = ? AND status IN ('waiting', 'offered') ORDER BY place", calendar
        )
        return [
            Waiting(
                id=UUID(id_),
                calendar=calendar,
                customer=customer,
                window=TimeRange.parse(a, b),
                duration_minutes=minutes,
                status=WaitingStatus(status),
                offered=None if c is None else TimeRange.parse(c, d),
                offered_until=moment(until),
                joined_at=datetime.fromisoformat(joined_at),
            )
            for _, id_, _, customer, a, b, minutes, status, c, d, until, joined_at in rows
        ]

    def put_waiting(self, waiting: Waiting) -> None:
        slot = waiting.offered
        offered = (None, None) if slot is None else (text(slot.start), text(slot.end))
        values = (waiting.status.value, *offered, text(waiting.offered_until))
        window = text(waiting.window.start), text(waiting.window.end)
        self._run(
            "INSERT INTO waiting VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET status ="
            " excluded.status, minutes = excluded.minutes, offered_from = excluded.offered_from,"
            " offered_to = excluded.offered_to, offered_until = excluded.offered_until",
            *(str(waiting.id), waiting.calendar, waiting.customer, *window, waiting.duration_minutes, *values),
            text(waiting.joined_at),
        )

    def _run(self, statement: str, *values: Any) -> list[Any]:
        if not hasattr(self._own, "connection"):
            self._own.connection = sqlite3.connect(self._path, timeout=60, isolation_level=None)
        return list(self._own.connection.execute(statement, values))
