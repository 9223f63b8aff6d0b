"""Real PostgreSQL for tests: one server per test process, and empty migrated databases on it."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import psycopg

from adapters.postgres.kit import embedded, migrations
from adapters.security.encryption import AesGcmFieldCipher

BINARIES: Final = Path(os.environ.get("BOOKING_TEST_PG_BIN") or embedded.BINARIES)
"""`BOOKING_TEST_PG_BIN` names the binaries of a stock PostgreSQL to use instead."""
LISTENERS: Final = "FROM pg_stat_activity WHERE query LIKE 'NOTIFY %' AND datname = current_database()"
"""The connections that listen: each has notified itself last, to check that it hears."""
CIPHER: Final = AesGcmFieldCipher("encryption key of the tests", "blind index key of the tests")
FAST: Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    # As for the product's connections: to start parallel workers for small tables takes 30 ms.
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
}

_SHAPE: Final = b"""
    SELECT (SELECT (count(*), max(xmin::text::bigint)) FROM pg_class WHERE oid >= 16384),
        (SELECT (count(*), max(xmin::text::bigint)) FROM pg_attribute WHERE attrelid >= 16384),
        (SELECT (count(*), max(xmin::text::bigint)) FROM pg_type WHERE oid >= 16384),
        (SELECT (count(*), max(xmin::text::bigint)) FROM pg_proc WHERE oid >= 16384),
        (SELECT (count(*), max(xmin::text::bigint)) FROM pg_trigger),
        (SELECT (count(*), max(xmin::text::bigint)) FROM pg_constraint),
        (SELECT (count(*), max(xmin::text::bigint)) FROM pg_namespace)
"""
"""A fingerprint of the schema: it changes when anything is created, altered or dropped.
PostgreSQL's own objects have smaller numbers."""
_SIZE: Final = "SELECT coalesce(sum(pg_total_relation_size(name::regclass)), 0) FROM unnest(%s::text[]) AS name"
_LARGE: Final = 16 * 1024 * 1024
"""Bytes of tables with rows from which dropping the database is faster."""
_OTHERS_ARE_ENDED: Final = b"""
    SELECT coalesce(bool_and(state = 'idle' AND pg_terminate_backend(pid) IS NOT NULL), true)
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
"""Whether no connection was busy. Idle ones are ended: mostly the client has closed its connection, and PostgreSQL has
not noticed yet."""
_OTHERS_ARE_KEPT: Final = b"""
    SELECT count(*) = %s AND coalesce(bool_and(state = 'idle'), true)
        AND NOT EXISTS (SELECT FROM pg_locks AS lock WHERE locktype = 'advisory' AND lock.database = min(datid))
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
"""Whether there are so many connections, which all wait for a statement and hold nothing."""
_TEMPLATE: Final = "booking"
"""The database of `embedded.start`, which the product uses."""
_AUDIT_LOG: Final = "audit_log"
_EMPTY_AUDIT_LOG: Final = b"""
    BEGIN;
    ALTER TABLE audit_log DISABLE TRIGGER audit_log_append_only;
    DELETE FROM audit_log;
    ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_append_only;
    COMMIT
"""
_TABLES: Final = b"SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = 'public'"


class TestServer:
    """A PostgreSQL server with a template for its databases.

    Of the processes of a test run, which name one folder `shared`, the first to need a server creates and migrates it;
    the others copy it.
    """

    __test__ = False

    def __init__(self, folder: Path, shared: Path | None = None) -> None:
        if shared is None:
            self._server = _migrated(folder)
        else:
            copy_migrated(shared, folder)
            self._server = embedded.start(folder, settings=FAST, binaries=BINARIES)
        self._begin()
        with psycopg.connect(self._url(_TEMPLATE), autocommit=True) as connection:
            self._learn(connection)

    def _begin(self) -> None:
        self._names = (f"test_{number}" for number in count())
        self._idle: list[str] = []
        self._emptiers: dict[str, psycopg.Connection[tuple[Any, ...]]] = {}
        self._shapes: dict[str, tuple[Any, ...] | None] = {}
        self._empty: list[str] = []

    def _learn(self, migrated: psycopg.Connection[tuple[Any, ...]]) -> None:
        """What a new database looks like."""
        self._shape = self.shape(migrated)
        tables = [name for (name,) in migrated.execute(_TABLES)]
        self._empty = [name for name in tables if not migrated.execute(_one_row(name).encode()).fetchall()]

    @staticmethod
    def shape(connection: psycopg.Connection[tuple[Any, ...]]) -> tuple[Any, ...] | None:
        return connection.execute(_SHAPE).fetchone()

    def stop(self) -> None:
        for connection in self._emptiers.values():
            connection.close()
        self._server.stop()

    @contextmanager
    def empty_database(self) -> Iterator[str]:
        """The URL of a database without a schema."""
        name = self._made("")
        try:
            yield self._url(name)
        finally:
            self._drop(name)

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a migrated database without rows.

        A database of an earlier test is emptied and reused, because creating one writes 16 MB.
        """
        name = self._idle.pop() if self._idle else self._made(f" TEMPLATE {_TEMPLATE}")
        try:
            yield self._url(name)
        finally:
            if self._is_as_new(name, _OTHERS_ARE_ENDED):
                self._idle.append(name)
            else:
                self._drop(name)

    def emptied(self, url: str, connections: int) -> bool:
        """Empty the database for the next user of the same connections; return False if they cannot be used again."""
        return self._is_as_new(urlsplit(url).path.removeprefix("/"), _OTHERS_ARE_KEPT, connections)

    def _is_as_new(self, name: str, others: bytes, *values: int) -> bool:
        """Empty the database; return False if it cannot be reused.

        The connection for it stays open: a new one would load the catalogue of all tables again, which takes longer
        than deleting the rows. `others` is asked about all other connections.
        """
        if name not in self._emptiers:
            self._emptiers[name] = psycopg.connect(
                self._url(name),
                autocommit=True,
                options="-c session_replication_role=replica",  # regardless of foreign keys
            )
        connection = self._emptiers[name]
        try:
            if connection.execute(others, values or None).fetchone() != (True,):
                return False
            if self.shape(connection) != self._shapes.get(name, self._shape):
                return False
            filled = self._filled(connection)
            [[size]] = connection.execute(_SIZE, (filled,))
            if size > _LARGE:
                return False
            deletions = [f"DELETE FROM {table}" for table in filled if table != _AUDIT_LOG]  # noqa: S608
            if deletions:
                connection.execute("; ".join(deletions).encode())
            if _AUDIT_LOG in filled:
                connection.execute(_EMPTY_AUDIT_LOG)
                self._shapes[name] = self.shape(connection)
        except psycopg.OperationalError:  # the test has ended the connections of this database
            return False
        return True

    def _filled(self, connection: psycopg.Connection[tuple[Any, ...]]) -> list[str]:
        """The tables with rows, of those that have none in the template."""
        found = ", ".join(f"EXISTS ({_one_row(name)})" for name in self._empty)
        [row] = connection.execute(f"SELECT {found}".encode(), prepare=True)
        return [name for name, has_rows in zip(self._empty, row, strict=True) if has_rows]

    def _made(self, how: str) -> str:
        name = next(self._names)
        self._sql(f"CREATE DATABASE {name}{how}")
        return name

    def _drop(self, name: str) -> None:
        if connection := self._emptiers.pop(name, None):
            connection.close()
        self._sql(f"DROP DATABASE {name} WITH (FORCE)")

    def _url(self, name: str, server: embedded.EmbeddedPostgres | None = None) -> str:
        return _url_of(server or self._server, name)

    def _sql(self, statement: str) -> None:
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


def _migrated(folder: Path) -> embedded.EmbeddedPostgres:
    """Start a new server with the template."""
    server = embedded.start(folder, settings=FAST, binaries=BINARIES)
    migrations.upgrade(server.conninfo)
    return server


def copy_migrated(shared: Path, folder: Path) -> None:
    """Copy the data of a migrated server, which has stopped; create it if this process is the first that needs it."""
    first = create_migrated(shared)
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", f"{first}/.", folder], check=True)  # noqa: S603, S607  # with the owner


def create_migrated(shared: Path) -> Path:
    """The folder with the data of a migrated server, which one process creates, while the others wait for it."""
    first, unfinished = shared / "first", shared / "unfinished"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not first.exists():
            shutil.rmtree(unfinished, ignore_errors=True)
            _migrated(unfinished).stop()
            for name in ("port", "server.log"):
                (unfinished / name).unlink()
            unfinished.rename(first)
    return first


def _url_of(server: embedded.EmbeddedPostgres, name: str) -> str:
    return urlunsplit(urlsplit(server.conninfo)._replace(path=f"/{name}"))


def _one_row(table: str) -> str:
    return f"SELECT FROM {table} LIMIT 1"
