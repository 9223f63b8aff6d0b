"""`python -m benchmarks.deployment`: users of `benchmarks.users`, while a new version is deployed under them.

nginx, two API processes and two workers on one database behind PgBouncer. While the users ask, others follow live
events, and some upload photos, a migration runs, then each API and each worker is replaced, one at a time. It prints
latencies and errors, and asserts nothing. It needs nginx and PgBouncer on the PATH (apt-get install nginx-light
pgbouncer).
"""

import argparse
import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from time import perf_counter, sleep
from typing import IO, Final, Self
from urllib.error import URLError
from urllib.request import urlopen

import psycopg
from tests.contract.test_pgbouncer import PREPARES_FROM, pooled, version
from tests.ports import free_port

from benchmarks import report
from benchmarks.connected import PHOTO, Connected
from benchmarks.dataset import PROVIDERS
from benchmarks.environment import database_in, production, temporary_folder
from benchmarks.logins import accounts
from benchmarks.servers import log_of
from benchmarks.uploads import photo
from benchmarks.user_load import Seen, Users
from benchmarks.users import FIRST_SECONDS, GOAL_MILLISECONDS, filled, kinds, line, run_users
from entrypoints.container import Container
from entrypoints.settings.main import Settings

PROCESSES: Final = 2
READY_SECONDS: Final = 60
# Of the forms that migrations here have; see docs/operate/deploy.md.
_MIGRATION: Final = (
    "SET lock_timeout = '5s'",
    "ALTER TABLE bookings ADD COLUMN benchmarked text NOT NULL DEFAULT 'no'",
    "ALTER TABLE bookings ADD CONSTRAINT bookings_benchmarked_check CHECK (benchmarked IN ('no', 'yes')) NOT VALID",
    "ALTER TABLE bookings VALIDATE CONSTRAINT bookings_benchmarked_check",
    "CREATE INDEX CONCURRENTLY bookings_benchmarked_idx ON bookings (benchmarked, id)",
)
_NGINX: Final = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    keepalive_requests 1000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream api {{ {servers} keepalive 64; keepalive_timeout 20s; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://api;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_connect_timeout 5s;
        }}
    }}
}}
"""


class Process:
    """A command of the product, which can be replaced by a new one."""

    def __init__(self, command: str, environ: Mapping[str, str], log: IO[bytes], port: int | None = None) -> None:
        self._command = [sys.executable, "-m", "entrypoints.cli", command]
        self._environ = {**os.environ, **environ} | ({} if port is None else {"PORT": str(port)})
        self._log = log
        self._port = port
        self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def replace(self) -> None:
        """Stop it as a supervisor does, and start it anew."""
        self._stop()
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            self._command, env=self._environ, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log
        )
        deadline = perf_counter() + READY_SECONDS
        while self._port is not None and not _ready(self._port):
            if self._process.poll() is not None or perf_counter() > deadline:
                raise RuntimeError("the API did not start")
            sleep(0.1)

    def _stop(self) -> None:
        self._process.terminate()
        self._process.wait(READY_SECONDS)


def _ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


@contextmanager
def _proxied(folder: Path, ports: list[int]) -> Iterator[int]:
    """The port of nginx in front of these."""
    port, program = free_port(), shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        raise SystemExit("nginx is not installed: apt-get install nginx-light")
    servers = " ".join(f"server 127.0.0.1:{each} max_fails=0;" for each in ports)
    file = folder / "nginx.conf"
    text = _NGINX.format(folder=folder, servers=servers, port=port)
    file.write_text(("user root;" if os.getuid() == 0 else "") + text)
    process = subprocess.Popen([program, "-e", str(folder / "error.log"), "-c", str(file)])  # noqa: S603
    try:
        while not _ready(port):
            sleep(0.1)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _run(connection: psycopg.Connection, statement: str) -> int:
    """Run a statement of the migration, again if it gets no lock in time; return how often that was."""
    for tries in count():
        try:
            connection.execute(statement.encode())
        except psycopg.errors.LockNotAvailable:
            continue
        return tries
    raise AssertionError


def _short(error: str) -> str:
    """Of what kind an error is."""
    status, code = error.partition("\r\n")[0], re.search(r'"code":"([\w.]+)"', error)
    return f"{status} {code[1] if code else ''}"


def _say(seen: Seen, connected: Connected, seconds: float) -> None:
    """Print what all of them have seen."""
    print(report.hardware())
    for name, latencies in seen.latencies.items():
        print(line(name, latencies, seconds))
    print(line("all", [each for some in seen.latencies.values() for each in some], seconds))
    print(line(f"the first {FIRST_SECONDS:.0f} s before", seen.first, FIRST_SECONDS))
    print(*connected.lines(), sep="\n")
    print(f"  p99 goal: below {GOAL_MILLISECONDS} ms; errors {len(seen.errors)} (goal: 0)")
    for error, number in Counter(map(_short, seen.errors)).items():
        print(f"  {number} × {error}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.deployment", description=__doc__)
    parser.add_argument("--users", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--providers", type=int, default=200, help="besides the 60 that are booked")
    parser.add_argument("--connections", type=int, default=256)
    parser.add_argument("--followers", type=int, default=2 * PROVIDERS, help="of live events")
    parser.add_argument("--uploaders", type=int, default=4)
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        direct = stack.enter_context(database_in(folder))
        prepare = "auto" if version() >= PREPARES_FROM else "off"
        pooler = stack.enter_context(pooled(direct, folder, prepare=prepare, connections=40))
        environ = {
            **production(direct),
            "BOOKING_TRUSTED_PROXIES": "127.0.0.1",
            "BOOKING_DATA_DIR": str(folder / "data"),
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(free_port()),
        }
        settings = Settings.from_environment(environ)
        container = Container(settings=settings)
        dataset, providers = asyncio.run(filled(container, asked.providers, max(100, asked.users // 8)))
        uploaders = asyncio.run(accounts(Container(settings=settings), asked.uploaders))
        environ |= {"DATABASE_URL": pooler, "DATABASE_DIRECT_URL": direct, "PREPARE": prepare}
        log = stack.enter_context(log_of("deployment"))
        ports = [free_port() for _ in range(PROCESSES)]
        apis = [stack.enter_context(Process("api", environ, log, port)) for port in ports]
        workers = [stack.enter_context(Process("worker", environ, log)) for _ in range(PROCESSES)]
        port = stack.enter_context(_proxied(folder, ports))
        first = container.clock().now().date() + timedelta(days=1)
        mix = kinds(dataset, providers, first, int(asked.users * asked.seconds / 200) + 100)
        print(report.machine(direct), flush=True)
        print(
            f"{asked.users:,} users for {asked.seconds:.0f} s, nginx, {PROCESSES} API, {PROCESSES} worker, PgBouncer "
            f"{'.'.join(map(str, version()))} with PREPARE={prepare}",
            flush=True,
        )
        began = perf_counter()

        def deploy() -> None:
            tries = 0
            sleep(FIRST_SECONDS + asked.seconds / 6)
            with psycopg.connect(direct, autocommit=True) as connection:
                for statement in _MIGRATION:
                    tries += _run(connection, statement)
            said = [f"migrated at {perf_counter() - began:.0f} s ({tries} lock time-outs)"]
            for number, process in enumerate([*apis, *workers], 1):
                process.replace()
                said.append(f"{number} of {2 * PROCESSES} replaced at {perf_counter() - began:.0f} s")
            print("  " + ", ".join(said), flush=True)

        booked = sorted(providers)[:PROVIDERS]  # they were created first
        followed = [booked[number % PROVIDERS] for number in range(asked.followers)]
        connected = Connected(port, direct, followed, uploaders, photo(PHOTO))
        beside = [
            threading.Thread(target=deploy),
            threading.Thread(target=connected.be, args=(FIRST_SECONDS + asked.seconds,)),
        ]
        for each in beside:
            each.start()
        seen = run_users(Users(port, asked.users, asked.connections, asked.seconds, mix, FIRST_SECONDS))
        for each in beside:
            each.join()
        _say(seen, connected, asked.seconds)


if __name__ == "__main__":
    main()
