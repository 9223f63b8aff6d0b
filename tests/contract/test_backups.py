"""Back-ups of a real server: a state between two changes, and a log with a hole."""

import asyncio
import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from tests.acceptance.product import eventually
from tests.databases import BINARIES, CIPHER

from adapters.postgres.database import Database
from adapters.postgres.kit import backups, embedded
from booking_domain.shared.heartbeats import ReceivedLog

FAST = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}


class Saved:
    """A back-up of a server that had the first row, and its log until it had three."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "backups"
        server = embedded.start(folder / "server", settings=FAST, binaries=BINARIES)
        try:
            with psycopg.connect(server.conninfo, autocommit=True) as connection:
                connection.execute("CREATE TABLE rows AS SELECT 1 AS number")
                connection.execute("CREATE ROLE backups LOGIN REPLICATION PASSWORD 'backups'")
                _, at, place = server.conninfo.partition("@")
                source = backups.Source.at(f"postgresql://backups:backups{at}{place}")
                self.base = backups.back_up(self.folder, source, durable=False)
                connection.execute("INSERT INTO rows VALUES (2)")
                row = connection.execute("SELECT clock_timestamp()").fetchone()
                assert row is not None
                self.between: datetime = row[0]
                connection.execute("INSERT INTO rows VALUES (3)")
                self.again = backups.back_up(self.folder, source, durable=False)
        finally:
            server.stop()

    @property
    def wal(self) -> Path:
        return next(self.folder.glob("*/wal"))


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Saved:
    return Saved(tmp_path_factory.mktemp("saved"))


def test_a_state_between_two_changes_is_restored(saved: Saved, tmp_path: Path) -> None:
    with backups.restored(saved.folder, tmp_path, saved.between) as url, psycopg.connect(url) as connection:
        found = connection.execute("SELECT array_agg(number), current_user::text FROM rows").fetchone()
    assert found == ([1, 2], "postgres")  # the owner, not the role of the back-up
    assert (tmp_path / "data" / "PG_VERSION").exists()
    with pytest.raises(backups.BackupError, match="exists"), backups.restored(saved.folder, tmp_path, None):
        pass


@pytest.mark.parametrize("which", [0, 1, -1], ids=["first", "second", "last"])
def test_a_log_that_lacks_a_part_is_refused_before_anything_is_restored(
    saved: Saved, tmp_path: Path, which: int
) -> None:
    history, base = backups.nearest(saved.folder, saved.between)
    withheld = [name for name in history.segments() if name >= base.first_segment][which]
    [part] = history.wal.glob(f"{withheld}*")
    part.rename(tmp_path / part.name)
    with (
        pytest.raises(backups.BackupError, match=withheld),
        backups.restored(saved.folder, tmp_path / "into", saved.between),
    ):
        pass
    (tmp_path / part.name).rename(part)
    assert not (tmp_path / "into").exists()


def test_a_time_before_the_first_back_up_cannot_be_restored(saved: Saved, tmp_path: Path) -> None:
    before = saved.base.ended_at - timedelta(seconds=1)
    with (
        pytest.raises(backups.BackupError, match="no back-up from before"),
        backups.restored(saved.folder, tmp_path, before),
    ):
        pass


def test_what_no_state_needs_that_can_be_restored_is_removed(saved: Saved, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    shutil.copytree(saved.folder, folder)
    (history,) = backups.History.all_in(folder)
    assert history.remove_before(saved.base.ended_at - timedelta(days=1)) == ()
    (history.bases / "interrupted").mkdir()
    history.remove_unfinished()
    assert history.remove_before(saved.again.ended_at) == [saved.base.name]
    assert [base.name for base in history.complete()] == [saved.again.name]
    assert {each.name for each in history.bases.iterdir()} == {saved.again.name, f"{saved.again.name}.json"}
    assert history.segments()[0] == saved.again.first_segment


def test_the_programs_of_the_servers_version_are_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Newer ones, which may be packaged, copy its files, but cannot read its log to verify them."""
    older = tmp_path / "pg_verifybackup"
    older.write_text("#!/bin/sh\necho 'pg_verifybackup (PostgreSQL) 14.1'\n")
    older.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert backups.programs("pg_verifybackup", version=14) == tmp_path
    with pytest.raises(backups.BackupError, match="pg_verifybackup of PostgreSQL 13 cannot be found"):
        backups.programs("pg_verifybackup", version=13)


def test_who_receives_the_log_is_known(tmp_path: Path) -> None:
    """Nobody; an archiver that fails; a receiver, until it is killed; an archiver that succeeds."""
    works = tmp_path / "works"
    settings = FAST | {"archive_mode": "on", "archive_command": f"test -e '{works}'"}
    server = embedded.start(tmp_path, settings=settings, binaries=BINARIES)

    async def asked() -> ReceivedLog:
        database = Database(server.conninfo, cipher=CIPHER, pool_size=1)
        await database.open()
        try:
            return await database.received_log()
        finally:
            await database.close()

    def known() -> ReceivedLog:
        return asyncio.run(asked())

    try:
        with psycopg.connect(server.conninfo, autocommit=True) as connection:
            assert known() == ReceivedLog(receiver=None, archiver=True, waiting_bytes=0)
            connection.execute("SELECT pg_logical_emit_message(true, 'booking', 'archived')")
            connection.execute("SELECT pg_switch_wal()")
            eventually(lambda: known().archiver is False, what="the archiver fails")

            source = backups.Source.at(server.conninfo)
            backups.keep_log(source)
            assert known().receiver is False
            history = backups.history_of(tmp_path / "backups", source)
            history.wal.mkdir(parents=True)
            arguments = backups.receiving_arguments(history, source, durable=False)
            with subprocess.Popen([BINARIES / "pg_receivewal", *arguments], env=source.environ) as receiver:  # noqa: S603
                eventually(lambda: known().receiver, what="the log is received")
                receiver.kill()
            eventually(lambda: known().receiver is False, what="the receiver is gone")
            connection.execute("SELECT pg_logical_emit_message(true, 'booking', repeat('x', 100000))")
            assert known().waiting_bytes > 100_000

            works.touch()
            connection.execute("SELECT pg_switch_wal()")  # it tries again now
            eventually(lambda: known().archiver, what="the archiver succeeds")
    finally:
        server.stop()
