"""The worker while its PostgreSQL server is down."""

from pathlib import Path

import psycopg
from tests.acceptance.product import Program
from tests.databases import BINARIES
from tests.ports import free_port

from adapters.postgres.kit import embedded, migrations

QUEUES = 4
"""The default queue, and those of feeds, webhooks and messages."""


def test_a_worker_waits_for_its_database_and_stops_on_sigterm_without_it(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"

    def start() -> embedded.EmbeddedPostgres:
        return embedded.start(folder, settings={"fsync": "off"}, binaries=BINARIES)

    server = start()
    worker: Program | None = None
    try:
        migrations.upgrade(server.conninfo)
        server.stop()
        settings = {"DATABASE_URL": server.conninfo, "BOOKING_DATA_DIR": str(tmp_path / "data")}
        worker = Program("worker", tmp_path / "worker.log", settings)
        worker.wait_until(lambda: _interruptions(worker) > 0, "reporting that there is no database")
        assert start() == server

        def working() -> bool:
            with psycopg.connect(server.conninfo) as connection:
                return connection.execute("SELECT count(*) FROM procrastinate_workers").fetchone() == (QUEUES,)

        worker.wait_until(working, "working on every queue")
        before = _interruptions(worker)
        server.stop()
        worker.wait_until(lambda: _interruptions(worker) > before, "reporting the lost database")
        assert worker.stop() == 0
    finally:
        if worker is not None:
            worker.kill()
        server.stop()


def test_a_worker_that_starts_without_its_database_stops_on_sigterm(tmp_path: Path) -> None:
    nowhere = f"postgresql://postgres@127.0.0.1:{free_port()}/booking"
    settings = {"DATABASE_URL": nowhere, "BOOKING_DATA_DIR": str(tmp_path / "data")}
    worker = Program("worker", tmp_path / "worker.log", settings)
    try:
        worker.wait_until(lambda: _interruptions(worker) > 0, "reporting that there is no database")
        assert worker.stop() == 0
    finally:
        worker.kill()


def _interruptions(worker: Program | None) -> int:
    return 0 if worker is None else worker.said.count("worker.part_interrupted")
