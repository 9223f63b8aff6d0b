"""The worker while its PostgreSQL server is down."""

from pathlib import Path

import psycopg
from tests.acceptance.product import Program, command_line
from tests.databases import BINARIES

from adapters.postgres.kit import embedded, migrations


def test_a_worker_that_lost_its_database_stops_on_sigterm(tmp_path: Path) -> None:
    server = embedded.start(tmp_path / "postgres", settings={"fsync": "off"}, binaries=BINARIES)
    worker: Program | None = None
    try:
        migrations.upgrade(server.conninfo)
        settings = {"DATABASE_URL": server.conninfo, "BOOKING_DATA_DIR": str(tmp_path / "data")}
        worker = Program(command_line("worker"), tmp_path / "worker.log", settings)

        def working() -> bool:
            with psycopg.connect(server.conninfo) as connection:
                return connection.execute("SELECT count(*) FROM procrastinate_workers").fetchone() == (2,)

        worker.wait_until(working, "working on both queues")
        server.stop()
        worker.wait_until(lambda: "jobs.interrupted" in worker.said, "reporting the lost database")
        assert worker.stop() == 0
    finally:
        if worker is not None:
            worker.kill()
        server.stop()
