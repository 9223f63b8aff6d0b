"""Behind a PgBouncer in transaction mode the product works, because it keeps nothing in a session.

The pooler has one connection for all, so whatever one transaction left in the session, the next one would find.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from tests.acceptance.bursts import Wish
from tests.acceptance.people import customers, open_studio
from tests.acceptance.product import BOUNDLESS, Api, Server, Worker, eventually
from tests.databases import TestServer
from tests.ports import free_port
from tests.reliability.volleys import volley

from adapters.postgres.database import OPTIONS
from adapters.postgres.kit import migrations

PGBOUNCER: Final = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
needs_pgbouncer: Final = pytest.mark.skipif(
    PGBOUNCER is None, reason="PgBouncer is not installed: apt-get install pgbouncer"
)
NOBODY: Final = 65_534
SHIPPED: Final = (Path(__file__).parents[2] / "deploy" / "pgbouncer.ini").read_text(encoding="utf-8")
PREPARES_FROM: Final = (1, 21)
_KEPT: Final = b"""
    SELECT (SELECT count(*) FROM pg_prepared_statements WHERE name NOT LIKE 'PGBOUNCER%'),
        (SELECT count(*) FROM pg_listening_channels()),
        (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())
"""


def version() -> tuple[int, ...]:
    said = subprocess.run([str(PGBOUNCER), "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    return tuple(int(each) for each in said.split()[1].split("."))


@contextmanager
def pooled(url: str, folder: Path, *, prepare: str = "off", connections: int = 1) -> Iterator[str]:
    """The address of the database behind a PgBouncer with the shipped settings and this number of connections."""
    given, port = urlsplit(url), free_port()
    name = given.path.strip("/")
    replaced = {
        r"(?m)^booking = host=database port=5432 dbname=booking": f"{name} = host={given.hostname} port={given.port}"
        f" user={given.username} password={given.password} dbname={name}",
        "0.0.0.0": "127.0.0.1",  # noqa: S104 - of the container's network
        "6432": str(port),
        "auth_type = scram-sha-256\nauth_file = .*": "auth_type = any",
        "default_pool_size = .*": f"default_pool_size = {connections}",
        "max_prepared_statements = .*": "" if prepare == "off" else r"\g<0>",
    }
    settings = SHIPPED
    for shipped, ours in replaced.items():
        settings, found = re.subn(shipped, ours, settings)
        assert found == 1, shipped
    file = folder / "pgbouncer.ini"
    file.write_text(settings)
    running_as: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": ()} if os.getuid() == 0 else {}
    read = file.open("rb")
    with read, (folder / "pgbouncer.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603
            [str(PGBOUNCER), "/dev/stdin"], stdin=read, stdout=log, stderr=log, **running_as
        )
        pooler = urlunsplit(given._replace(netloc=f"{given.username}@127.0.0.1:{port}"))

        def answers() -> bool:
            assert process.poll() is None, (folder / "pgbouncer.log").read_text()
            try:
                psycopg.connect(pooler).close()
            except psycopg.OperationalError:
                return False
            return True

        try:
            eventually(answers, what="PgBouncer answers")
            yield pooler
        finally:
            process.terminate()
            process.wait()


def _options() -> dict[str, str]:
    found = (each.strip().partition("=") for each in OPTIONS.split("-c ")[1:])
    return {name: value for name, _, value in found}


def test_the_documentation_has_the_options_of_the_connections() -> None:
    text = (Path(__file__).parents[2] / "docs" / "operate" / "scaling.md").read_text(encoding="utf-8")
    said = re.findall(r"ALTER ROLE booking SET ([\w.]+) = '?([\w.]+)", text)
    assert dict(said) == _options()
    assert dict(re.findall(r"SET ([\w.]+) = ''([\w.]+)''", SHIPPED)) == _options()


@needs_pgbouncer
@pytest.mark.parametrize("prepare", ["off", "auto"])
def test_bookings_messages_and_ended_sessions_need_no_session_of_the_database(
    postgres: TestServer, tmp_path: Path, prepare: str
) -> None:
    if prepare == "auto" and version() < PREPARES_FROM:
        pytest.skip("this PgBouncer is older than 1.21, so PREPARE has to be off")
    with postgres.empty_database() as url:
        migrations.upgrade(url)
        with pooled(url, tmp_path, prepare=prepare) as pooler:
            settings = {**BOUNDLESS, "DATABASE_DIRECT_URL": url, "PREPARE": prepare, "BOOKING_RATE_LIMITS": "off"}
            with Worker(tmp_path, pooler, **settings), Api(tmp_path, pooler, **settings) as api:
                direct = Server(api.port, url, tmp_path / "data")
                studio, callers = open_studio(direct, deposit=0), customers(direct, 4)
                wishes = [
                    Wish(callers[place % 4], "/bookings", {"providerId": studio.id, "slot": slot})
                    for place, slot in enumerate(studio.slots(days=2)[:24])
                ]
                statuses = [shot.status for shot in volley(api, [*wishes, *wishes[:4]], lines=8)]
                assert sorted(statuses) == [201] * 24 + [409] * 4
                booked = "SELECT count(*) FROM notifications"
                eventually(lambda: direct.number(booked) >= 24, what="the worker has told of bookings")
                direct.sql("UPDATE users SET status = 'disabled' WHERE id = %s RETURNING id", callers[0].id)
                eventually(lambda: callers[0].ask("GET", "/users/me").status_code == 401, what="the session has ended")
                direct.http.close()
                with psycopg.connect(pooler, autocommit=True) as of_all:
                    found = of_all.execute(_KEPT, prepare=False).fetchone()
                    assert found == (0, 0, 0), "nothing stays in the session that all share"
