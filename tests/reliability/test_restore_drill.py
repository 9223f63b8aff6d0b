"""A drill: the platform is backed up, its machine is lost, and a state of it serves again elsewhere."""

import asyncio
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from tests.acceptance.product import Program, eventually
from tests.reliability.conftest import Report

from adapters.postgres.kit import backups, embedded, migrations
from booking_domain.identity.model import ERASED_NAME
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import UserId
from booking_domain.use_cases.accounts.erase_account import erase_account_again
from entrypoints.cli.backup import Restore, backup, restore
from entrypoints.cli.provided_database import provided_database
from entrypoints.cli.seed import seed
from entrypoints.container import Container
from entrypoints.settings.main import Settings
from entrypoints.wiring.root import opened


@contextmanager
def rows_of(url: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def one(connection: psycopg.Connection[tuple[Any, ...]], query: str, *values: object) -> Any:
    row = connection.execute(query.encode(), values or None).fetchone()
    assert row is not None
    return row[0]


COUNTED = (
    "SELECT (SELECT count(*) FROM bookings) * 1000000 + (SELECT count(*) FROM users) * 1000 + count(*) FROM claims"
)


@pytest.mark.nightly
async def test_a_lost_machine_is_restored_to_a_moment_without_those_who_were_erased(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], report: Report
) -> None:
    folder = tmp_path / "backups"
    environ = {"BOOKING_DATA_DIR": str(tmp_path / "lost"), "BOOKING_BACKUP_DIR": str(folder)}
    settings = Settings.from_environment(environ)
    moment, erased, before = await _a_life(settings, environ, tmp_path, report)
    shutil.rmtree(tmp_path / "lost")

    began = time.monotonic()
    clean = replace(settings, data_dir=tmp_path / "clean")
    asked = Restore(at=moment, folder=folder, into=clean.data_dir / "postgres")
    assert await _in_thread(restore, clean, asked) == 0
    with provided_database(clean) as database, rows_of(database.url) as connection:
        report(29, f"restored, verified and started in {time.monotonic() - began:.1f} s")
        assert one(connection, COUNTED) == before
        assert one(connection, "SELECT name FROM users WHERE id = %s", erased) == ERASED_NAME
        assert one(connection, "SELECT count(*) FROM users WHERE name = 'Later'") == 0
    assert "0 are lost" in capsys.readouterr().out
    assert len([*(clean.data_dir / "objects").rglob("*.webp")]) > 0

    last = replace(asked, at=None, into=tmp_path / "last")
    assert await _in_thread(restore, clean, last) == 0
    with rows_of(embedded.start(last.into).conninfo) as connection:
        assert one(connection, "SELECT count(*) FROM users WHERE name = 'Later'") == 1, "acknowledged, and lost"
    embedded.start(last.into).stop()

    history, base = backups.nearest(folder, None)
    withheld = next(name for name in history.segments() if name > base.first_segment)
    next(history.wal.glob(f"{withheld}*")).unlink()
    with pytest.raises(backups.BackupError, match=withheld):
        await _in_thread(restore, clean, replace(asked, at=None, into=tmp_path / "broken"))


async def _a_life(
    settings: Settings, environ: dict[str, str], folder: Path, report: Report
) -> tuple[datetime, UUID, int]:
    """Back up, change, erase; return the moment to restore, who was erased later, and what there was."""
    with provided_database(settings) as database, rows_of(database.url) as connection:
        url = database.url
        migrations.upgrade(url, cipher=Container(settings=settings).field_cipher())
        await seed(settings, url)
        assert await _in_thread(backup, settings, url, full=False) == 0
        connection.execute("UPDATE users SET name = 'Known' WHERE email = 'customer@example.com'")
        assert await _in_thread(backup, settings, url, full=False) == 0
        assert [base.previous is None for base in backups.nearest(settings.backups, None)[0].complete()] == [
            True,
            False,
        ]
        moment, before = one(connection, "SELECT clock_timestamp()"), one(connection, COUNTED)

        receiver = Program("receive-wal", folder / "receiver.log", {**environ, "DATABASE_URL": url})
        receiver.wait_until(lambda: "Receiving" in receiver.said, "receiving")
        erased = one(connection, "SELECT id FROM users WHERE email = 'customer@example.com'")
        container = Container(settings=replace(settings, database_url=url))
        async with opened(container.database()):
            await container.executor().run(erase_account_again, UserId(erased), actor=SYSTEM)
        began = time.monotonic()
        connection.execute("UPDATE users SET name = 'Later' WHERE email = 'provider@example.com'")
        lsn = one(connection, "SELECT pg_current_wal_lsn()::text")
        received = "SELECT count(*) FROM pg_stat_replication WHERE flush_lsn >= %s::pg_lsn"
        eventually(lambda: one(connection, received, lsn), what="the commit is received")
        report(29, f"a commit is on the other disk after {time.monotonic() - began:.2f} s")
        recorded = settings.backups / "erasures.jsonl"
        eventually(lambda: recorded.exists() and str(erased) in recorded.read_text(), what="the erasure is recorded")
        receiver.kill()
    return moment, erased, before


async def _in_thread(run: Any, *arguments: Any, **options: Any) -> Any:
    """Run a command, which has an event loop of its own."""
    return await asyncio.to_thread(run, *arguments, **options)
