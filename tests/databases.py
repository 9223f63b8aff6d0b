"""Real PostgreSQL for tests: one server per test process, and empty migrated databases on it."""

import os
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
CIPHER: Final = AesGcmFieldCipher("encryption key of the tests", "blind index key of the tests")
FAST: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


_SHAPE: Final = b"""
    SELECT (SELECT (count(*), max(xmin::text::bigint)) FROM pg_class),
        (SELECT (count(*), max(xmin::text::bigint)) FROM pg_attribute),
        (SELECT (count(*), max(xmin::text::bigint)) FROM pg_type),
        (SELECT (count(*), max(xmin::text::bigint)) FROM pg_proc),
        (SELECT (count(*), max(xmin::text::bigint)) FROM pg_trigger),
        (SELECT (count(*), max(xmin::text::bigint)) FROM pg_constraint),
        (SELECT (count(*), max(xmin::text::bigint)) FROM pg_namespace)
"""
"""A fingerprint of the schema: it changes when anything is created, altered or dropped."""
_CAN_BE_EMPTIED: Final = b"""
    SELECT pg_database_size(current_database()) < 24 * 1024 * 1024
        AND (
            SELECT coalesce(bool_and(state = 'idle' AND pg_terminate_backend(pid) IS NOT NULL), true)
            FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
        )
"""
"""A database is dropped instead if it is large, or a connection is busy.

An idle connection is ended: mostly its client has closed it, and PostgreSQL has not noticed yet.
"""
_IS_AUDITED: Final = b"SELECT EXISTS (SELECT FROM audit_log)"
_EMPTY_AUDIT_LOG: Final = b"""
    BEGIN;
    ALTER TABLE audit_log DISABLE TRIGGER audit_log_append_only;
    DELETE FROM audit_log;
    ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_append_only;
    COMMIT
"""
_TABLES: Final = (
    b"SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'audit_log'"
)


class TestServer:
    """A PostgreSQL server with a template for its databases."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        self._server = embedded.start(folder, settings=FAST, binaries=BINARIES)
        self._begin()
        self._sql("CREATE DATABASE template_booking")
        migrations.upgrade(self._url("template_booking"))
        with psycopg.connect(self._url("template_booking"), autocommit=True) as connection:
            self._learn(connection)

    def _begin(self) -> None:
        self._names = (f"test_{number}" for number in count())
        self._idle: list[str] = []
        self._emptiers: dict[str, psycopg.Connection[tuple[Any, ...]]] = {}
        self._shapes: dict[str, tuple[Any, ...] | None] = {}
        self._empty = b""

    def _learn(self, migrated: psycopg.Connection[tuple[Any, ...]]) -> None:
        """What a new database looks like."""
        self._shape = self.shape(migrated)
        self._empty = _emptying(migrated)

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
        name = self._idle.pop() if self._idle else self._made(" TEMPLATE template_booking")
        try:
            yield self._url(name)
        finally:
            if self._is_as_new(name):
                self._idle.append(name)
            else:
                self._drop(name)

    def _is_as_new(self, name: str) -> bool:
        """Empty the database; return False if it cannot be reused.

        The connection for it stays open: a new one would load the catalogue of all tables again, which takes longer
        than deleting the rows.
        """
        if name not in self._emptiers:
            self._emptiers[name] = psycopg.connect(self._url(name), autocommit=True)
        connection = self._emptiers[name]
        try:
            if connection.execute(_CAN_BE_EMPTIED).fetchone() != (True,):
                return False
            if self.shape(connection) != self._shapes.get(name, self._shape):
                return False
            connection.execute(self._empty)
            if connection.execute(_IS_AUDITED).fetchone() == (True,):
                connection.execute(_EMPTY_AUDIT_LOG)
                self._shapes[name] = self.shape(connection)
        except psycopg.OperationalError:  # the test has ended the connections of this database
            return False
        return True

    def _made(self, how: str) -> str:
        name = next(self._names)
        self._sql(f"CREATE DATABASE {name}{how}")
        return name

    def _drop(self, name: str) -> None:
        if connection := self._emptiers.pop(name, None):
            connection.close()
        self._sql(f"DROP DATABASE {name} WITH (FORCE)")

    def _url(self, name: str, server: embedded.EmbeddedPostgres | None = None) -> str:
        return urlunsplit(urlsplit((server or self._server).conninfo)._replace(path=f"/{name}"))

    def _sql(self, statement: str) -> None:
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


def _emptying(connection: psycopg.Connection[tuple[Any, ...]]) -> bytes:
    """SQL that empties the tables that have no rows in the template, regardless of foreign keys."""
    tables = [name for (name,) in connection.execute(_TABLES)]
    empty = [name for name in tables if connection.execute(f"SELECT FROM {name} LIMIT 1".encode()).fetchone() is None]
    deletions = [f"DELETE FROM {name}" for name in empty]  # noqa: S608 - table names from the catalogue
    return "; ".join(["SET session_replication_role = replica", *deletions]).encode()
