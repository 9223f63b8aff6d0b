"""A trigger keeps the audit log append-only."""

from collections.abc import AsyncIterator

import psycopg
import pytest
from psycopg import errors as pg
from tests.databases import CIPHER, TestServer

from adapters.postgres.database import Database
from booking_domain.testing.builders import Builder

CHANGES = (
    "UPDATE audit_log SET action = 'nothing'",
    "UPDATE audit_log SET details = '{}' WHERE false",
    "DELETE FROM audit_log",
    "TRUNCATE audit_log",
    "TRUNCATE audit_log, outbox",
    "INSERT INTO audit_log SELECT * FROM audit_log ON CONFLICT (id) DO UPDATE SET action = 'nothing'",
)


@pytest.fixture
async def url(postgres: TestServer) -> AsyncIterator[str]:
    """Create a database with one audit entry."""
    with postgres.database() as url:
        database = Database(url, cipher=CIPHER, pool_size=1)
        await database.open()
        try:
            async with database.begin() as tx:
                await tx.audit_log.add(Builder().audit_entry())
        finally:
            await database.close()
        yield url


def tried(url: str, change: str, *, before: str = "") -> tuple[bool, int]:
    """Return whether the change was rejected, and how many entries are unchanged."""
    refused = False
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(before.encode())
        try:
            connection.execute(change.encode())
        except pg.InsufficientPrivilege as error:
            refused = "audit_log can only be added to" in str(error)
        row = connection.execute("SELECT count(*) FROM audit_log WHERE action = 'user.disabled'").fetchone()
    return refused, row[0] if row else 0


@pytest.mark.parametrize("change", CHANGES)
async def test_an_audit_entry_cannot_be_changed_or_deleted(url: str, change: str) -> None:
    assert tried(url, change) == (True, 1)
    assert tried(url, change, before="SET session_replication_role = replica") == (True, 1)


async def test_without_the_trigger_the_change_is_possible(url: str) -> None:
    off = "ALTER TABLE audit_log DISABLE TRIGGER audit_log_append_only"
    assert tried(url, "DELETE FROM audit_log", before=off) == (False, 0)
