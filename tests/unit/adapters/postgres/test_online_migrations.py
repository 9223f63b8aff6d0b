"""Migrations run while the previous version serves: squawk looks at the SQL of the new ones."""

import io
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from alembic import command

from adapters.postgres.kit import migrations
from adapters.postgres.kit.revisions import latest_revision

JUDGED: Final = "0111"
"""Migrations up to this one ran before the check: their indexes and constraints are on tables that were small."""
EXCLUDED: Final = (
    "require-statement-timeout",  # data may be moved in batches that take long
    "prefer-bigint-over-int",
    "prefer-bigint-over-smallint",
    "prefer-robust-stmts",  # each migration is a transaction
)
SQUAWK: Final = shutil.which("squawk", path=Path(sys.executable).parent) or shutil.which("squawk")
needs_squawk: Final = pytest.mark.skipif(SQUAWK is None, reason="squawk is not installed: pip install squawk-cli")


def sql_of(revisions: str) -> str:
    """What `alembic upgrade REVISIONS --sql` writes."""
    config = migrations.config("")
    config.output_buffer = io.StringIO()
    command.upgrade(config, revisions, sql=True)
    return config.output_buffer.getvalue()


def complaints(sql: str, folder: Path) -> list[str]:
    """What squawk says, a line each."""
    file = folder / "migration.sql"
    file.write_text(sql)
    excluded = [f"--exclude={rule}" for rule in EXCLUDED]
    arguments = ["--reporter=gcc", "--pg-version=15", *excluded, str(file)]
    done = subprocess.run([str(SQUAWK), *arguments], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.stdout or done.returncode == 0, done.stderr
    return [line.removeprefix(str(folder)) for line in done.stdout.splitlines()]


def test_a_migration_gives_up_when_it_gets_no_lock() -> None:
    assert sql_of("0110:0111").lstrip().startswith("SET lock_timeout = '5s';")


@needs_squawk
def test_new_migrations_block_nobody(tmp_path: Path) -> None:
    if latest_revision() > JUDGED:
        found = complaints(sql_of(f"{JUDGED}:head"), tmp_path)
        assert found == [], "docs/operate/deploy.md says how to write it; raise JUDGED if the tables are small for good"


@needs_squawk
def test_a_migration_that_blocks_writes_is_noticed(tmp_path: Path) -> None:
    sql = "SET lock_timeout = '5s';\nCREATE INDEX bookings_of_all ON bookings (starts_at);\n"
    [complaint] = complaints(sql, tmp_path)
    assert "require-concurrent-index-creation" in complaint
