"""Real PostgreSQL for tests: one server a test process, a migrated database made anew where one is asked for."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import psycopg

from adapters.postgres import embedded, migrations
from adapters.security.encryption import AesGcmFieldCipher

BINARIES: Final = Path(os.environ.get("BOOKING_TEST_PG_BIN") or embedded.BINARIES)
"""`BOOKING_TEST_PG_BIN` names the programs of a stock PostgreSQL to test on instead."""
CIPHER: Final = AesGcmFieldCipher("what tests seal personal data with", "what tests find sealed data by")
_FAST: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class TestServer:
    """A PostgreSQL server and the template of its databases."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        self._server = embedded.start(folder, settings=_FAST, binaries=BINARIES)
        self._names = (f"test_{number}" for number in count())
        self._sql("CREATE DATABASE template_booking")
        migrations.upgrade(self._url("template_booking"))

    def stop(self) -> None:
        self._server.stop()

    @contextmanager
    def empty_database(self) -> Iterator[str]:
        """The URL of a database without schema."""
        yield from self._made("")

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a migrated database without rows."""
        yield from self._made(" TEMPLATE template_booking")

    def _made(self, how: str) -> Iterator[str]:
        name = next(self._names)
        self._sql(f"CREATE DATABASE {name}{how}")
        try:
            yield self._url(name)
        finally:
            self._sql(f"DROP DATABASE {name} WITH (FORCE)")

    def _url(self, name: str) -> str:
        return urlunsplit(urlsplit(self._server.conninfo)._replace(path=f"/{name}"))

    def _sql(self, statement: str) -> None:
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())
