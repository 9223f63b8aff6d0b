"""A SQLite database in a file or in memory, in WAL mode: acknowledged data survives `kill -9`."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

Document = dict[str, Any]
Value = str | int | float | bytes | None

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    intent TEXT,
    created REAL NOT NULL,
    document BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS objects_of_an_intent ON objects (intent, kind);
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    status INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL,
    type TEXT NOT NULL,
    intent TEXT,
    body BLOB NOT NULL,
    due_at REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    last_status INTEGER,
    state TEXT NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'DELIVERED', 'ABANDONED'))
) STRICT;
CREATE INDEX IF NOT EXISTS deliveries_to_come ON deliveries (due_at) WHERE state = 'PENDING';
CREATE TABLE IF NOT EXISTS switches (id INTEGER PRIMARY KEY CHECK (id = 1), document BLOB NOT NULL) STRICT;
"""


class Store:
    """One connection, for the event loop's thread only; statements outside `transaction` autocommit."""

    def __init__(self, path: Path | None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path or ":memory:", isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        self._connection.close()

    def execute(self, statement: str, /, **values: Value) -> int:
        """Run a statement; return the number of affected rows."""
        return self._connection.execute(statement, values).rowcount

    def all(self, statement: str, /, **values: Value) -> list[sqlite3.Row]:
        return self._connection.execute(statement, values).fetchall()

    def clear(self) -> None:
        """Delete everything."""
        with self.transaction():
            for table in ("objects", "answers", "deliveries", "switches"):
                self.execute(f"DELETE FROM {table}")  # noqa: S608 - the names above

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def get(self, kind: str, object_id: str) -> Document | None:
        """Return an object of this kind."""
        rows = self.all("SELECT document FROM objects WHERE id = :id AND kind = :kind", id=object_id, kind=kind)
        return None if not rows else _document(rows[0])

    def put(self, document: Document) -> None:
        """Add an object, or replace it."""
        kind, intent = document["object"], document.get("payment_intent")
        self.execute(
            "INSERT INTO objects (id, kind, intent, created, document)"
            " VALUES (:id, :kind, :intent, :created, :document)"
            " ON CONFLICT (id) DO UPDATE SET document = :document",
            id=document["id"],
            kind=kind,
            intent=intent,
            created=document["created"],
            document=msgspec.json.encode(document),
        )

    def newest_first(self, kind: str) -> list[Document]:
        """Return all objects of a kind."""
        return [
            _document(row)
            for row in self.all("SELECT document FROM objects WHERE kind = :kind ORDER BY seq DESC", kind=kind)
        ]


def _document(row: sqlite3.Row) -> Document:
    found: Document = msgspec.json.decode(row["document"])
    return found
