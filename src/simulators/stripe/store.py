"""The objects of the account, the answers by idempotency key, and the deliveries of events."""

import sqlite3
from pathlib import Path
from typing import Any, Final

import msgspec

from simulators.kit import switches
from simulators.kit.store import SqliteStore

Document = dict[str, Any]

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
"""


class Store(SqliteStore):
    """The state of one simulator."""

    def __init__(self, path: Path | None) -> None:
        super().__init__(path, schema=_SCHEMA + switches.SCHEMA)

    def clear(self) -> None:
        """Delete everything."""
        with self.transaction():
            for table in ("objects", "answers", "deliveries", "switches"):
                self.execute(f"DELETE FROM {table}")  # noqa: S608 - the names above

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
