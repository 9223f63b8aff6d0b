"""A streaming replica of a server of the tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import psycopg
from tests.acceptance.product import eventually
from tests.databases import BINARIES
from tests.ports import free_port

from adapters.postgres.kit.embedded import Server

_WAITING: Final = b"""
    SELECT pg_get_wal_replay_pause_state() = 'paused'
        OR pg_last_wal_receive_lsn() IS NOT DISTINCT FROM pg_last_wal_replay_lsn()
"""


@dataclass(frozen=True)
class RunningReplica:
    """A replica made by `pg_basebackup`, whose replay can be paused."""

    server: Server
    url: str
    port: int

    def start(self) -> None:
        self.server.launch(self.port, {"fsync": "off", "hot_standby_feedback": "on"})
        eventually(self._answers, what="the replica answers")

    def stop(self) -> None:
        self.server.stop()

    def pause(self) -> None:
        self._ask(b"SELECT pg_wal_replay_pause()")
        eventually(lambda: self._ask(_WAITING), what="the replica pauses")

    def resume(self) -> None:
        self._ask(b"SELECT pg_wal_replay_resume()")

    def has(self, place: int) -> bool:
        return self._ask(b"SELECT pg_last_wal_replay_lsn() - '0/0' >= %s", place)

    def _answers(self) -> bool:
        try:
            return self._ask(b"SELECT pg_is_in_recovery()")
        except psycopg.OperationalError:
            return False

    def _ask(self, query: bytes, *values: object) -> bool:
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute(query, values or None).fetchone()
        return row is not None and row[0] is not False


@contextmanager
def replica_of(url: str, folder: Path) -> Iterator[RunningReplica]:
    """A replica of the server of this database, which a superuser asks."""
    folder.mkdir()
    server, port, given = Server(folder, BINARIES), free_port(), urlsplit(url)
    server.own(folder)
    server.run(
        "pg_basebackup",
        f"--dbname={url}",
        f"--pgdata={server.data}",
        "--write-recovery-conf",
        "--checkpoint=fast",
        "--no-sync",
    )
    netloc = f"{given.username}:{given.password}@127.0.0.1:{port}"
    replica = RunningReplica(server, urlunsplit(given._replace(netloc=netloc)), port)
    try:
        replica.start()
        yield replica
    finally:
        replica.stop()
