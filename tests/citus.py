"""A coordinator and two workers of Citus, in place of the server of the tests.

`BOOKING_TEST_CITUS` names the programs of a PostgreSQL that has Citus. `make test-citus` runs tests with it.
"""

import os
import re
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psycopg
from tests.databases import FAST, TestServer
from tests.ports import free_port
from tests.reliability import scale

from adapters.postgres.kit import embedded, migrations
from adapters.postgres.kit.embedded import EmbeddedPostgres, Server

PROGRAMS: Final = os.environ.get("BOOKING_TEST_CITUS", "")
WORKERS: Final = 2
EXTENSIONS: Final = ("citus", "btree_gist", "pg_trgm")
_SETTINGS: Final = ({} if scale.FULL else FAST) | {
    "shared_preload_libraries": "citus",
    "wal_level": "logical",
    "citus.shard_count": "8",
    "citus.local_hostname": "127.0.0.1",
    "citus.enable_stat_counters": "on",
}
_DOCUMENT: Final = Path(__file__).parents[1] / "docs" / "operate" / "scaling.md"


def distribution() -> list[str]:
    """The statements of the document that spread the schema over the nodes."""
    text = _DOCUMENT.read_text(encoding="utf-8")
    [found] = re.findall(r"```sql\n(-- On the coordinator.*?)```", text, re.DOTALL)
    return [each for each in re.sub(r"--[^\n]*", "", found).split(";") if each.strip()]


class CitusServer(TestServer):
    """Each database exists on all nodes; the product asks the coordinator."""

    def __init__(self, folder: Path) -> None:
        self._nodes = [_node(folder / f"node{number}") for number in range(1 + WORKERS)]
        self._server = self._nodes[0]
        self._begin()
        with self.database() as url, psycopg.connect(url, autocommit=True) as connection:
            self._learn(connection)

    def stop(self) -> None:
        super().stop()
        for node in self._nodes[1:]:
            node.stop()

    def _made(self, how: str) -> str:
        name = next(self._names)
        for node in self._nodes:
            with psycopg.connect(self._url("postgres", node), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}".encode())
            with psycopg.connect(self._url(name, node), autocommit=True) as connection:
                for extension in EXTENSIONS:
                    connection.execute(f"CREATE EXTENSION {extension}".encode())
        with psycopg.connect(self._url(name), autocommit=True) as connection:
            coordinator, *workers = (urlsplit(node.conninfo).port for node in self._nodes)
            connection.execute("SELECT citus_set_coordinator_host('127.0.0.1', %s)", (coordinator,))
            for port in workers:
                connection.execute("SELECT citus_add_node('127.0.0.1', %s)", (port,))
            if how:
                migrations.upgrade(self._url(name))
                for statement in distribution():
                    connection.execute(statement.encode())
                self._shapes[name] = self.shape(connection)
        return name

    def _filled(self, connection: psycopg.Connection[tuple[Any, ...]]) -> list[str]:
        """All tables that may have rows: Citus has no subqueries in what is selected.

        The last one is that to which another one that is spread refers: its nodes check foreign keys all the same.
        """
        return sorted(self._empty, key="claims".__eq__)

    def _drop(self, name: str) -> None:
        if connection := self._emptiers.pop(name, None):
            connection.close()
        for node in self._nodes:
            with psycopg.connect(self._url("postgres", node), autocommit=True) as asked:
                asked.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _node(folder: Path) -> EmbeddedPostgres:
    """A server that trusts this machine, as nodes trust each other."""
    server = Server(folder, Path(PROGRAMS))
    server.initialise()
    rules = server.data / "pg_hba.conf"
    rules.write_text(rules.read_text().replace("scram-sha-256", "trust"))
    server.keep_port(free_port())
    return embedded.start(folder, settings=_SETTINGS, binaries=Path(PROGRAMS))
