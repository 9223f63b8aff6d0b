"""The tables of the simulator's state."""

from pathlib import Path
from typing import Final

from simulators.kit import switches
from simulators.kit.store import SqliteStore

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS token (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    access TEXT NOT NULL,
    refresh TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS invoices (
    invoice_id TEXT PRIMARY KEY,
    sender_invoice_no TEXT NOT NULL,
    description TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    status TEXT NOT NULL CHECK (status IN ('OPEN', 'CLOSED', 'CANCELED')),
    callback_url TEXT,
    expires_at REAL,
    created_at REAL NOT NULL,
    request TEXT NOT NULL,
    qr_text TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS invoices_of_a_sender ON invoices (sender_invoice_no);
CREATE TABLE IF NOT EXISTS payments (
    payment_id TEXT PRIMARY KEY,
    invoice_id TEXT NOT NULL REFERENCES invoices,
    status TEXT NOT NULL CHECK (status IN ('NEW', 'FAILED', 'PAID', 'PARTIAL', 'REFUNDED')),
    amount INTEGER NOT NULL CHECK (amount > 0),
    method TEXT NOT NULL CHECK (method IN ('P2P', 'CARD')),
    created_at REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS payments_of_an_invoice ON payments (invoice_id);
CREATE TABLE IF NOT EXISTS callbacks (
    callback_id INTEGER PRIMARY KEY,
    payment_id TEXT NOT NULL REFERENCES payments,
    method TEXT NOT NULL CHECK (method IN ('GET', 'POST')),
    url TEXT NOT NULL,
    due_at REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'DELIVERED', 'ABANDONED'))
) STRICT;
CREATE INDEX IF NOT EXISTS callbacks_to_come ON callbacks (due_at) WHERE state = 'PENDING';
CREATE TABLE IF NOT EXISTS deliveries (
    delivery_id INTEGER PRIMARY KEY,
    callback_id INTEGER NOT NULL REFERENCES callbacks,
    attempt INTEGER NOT NULL,
    status INTEGER,
    body TEXT NOT NULL,
    at REAL NOT NULL
) STRICT;
"""


class Store(SqliteStore):
    """The state of one simulator."""

    def __init__(self, path: Path | None) -> None:
        super().__init__(path, schema=_SCHEMA + switches.SCHEMA)
