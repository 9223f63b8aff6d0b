"""Checks before a command starts. Each failure is one line that says what to do."""

import os
import re
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from adapters.postgres.kit.revisions import is_earlier, latest_revision
from entrypoints.settings.main import Settings

CONNECT_SECONDS: Final = 5
PATIENCE_SECONDS: Final = 10
SILENCE_SECONDS: Final = 1
_PAUSE_SECONDS: Final = 0.05
_REFUSAL: Final = re.compile(
    r"password authentication failed|no password supplied|does not exist|no pg_hba\.conf entry"
)


class CannotStart(Exception):
    """The command cannot start; the message says why and what to do."""


class DatabaseUnreachable(CannotStart):
    """No server answers at the address, or it is still starting; a later attempt may succeed."""


def require_database(settings: Settings, command: str) -> None:
    """Connect once to the database of a command that does not start or migrate one itself.

    Raises:
        CannotStart: no database is configured, or it cannot be reached, refuses the connection, or is not migrated.
    """
    if settings.database_url is None:
        raise CannotStart(
            f"`{command}` needs DATABASE_URL, the address of a migrated database. `make run` starts one itself."
        )
    with require_connection(settings.database_url) as connection:
        _require_migrated(connection)


def require_connection(url: str) -> psycopg.Connection:
    """Connect once.

    Raises:
        DatabaseUnreachable: no server answers. CannotStart: the server refuses the connection.
    """
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError as malformed:  # its message may quote the password
        raise CannotStart(
            "DATABASE_URL is malformed. Percent-encode the special characters of its user name and password."
        ) from malformed
    place = f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}"
    try:
        return psycopg.connect(url, connect_timeout=CONNECT_SECONDS)
    except psycopg.OperationalError as error:
        said = str(error).partition("\n")[0].rpartition("failed: ")[2].removeprefix("FATAL:").strip()
        if _REFUSAL.search(said):
            raise CannotStart(f"PostgreSQL at {place} refused the connection: {said}. Correct DATABASE_URL.") from error
        raise DatabaseUnreachable(
            f"PostgreSQL at {place} cannot be reached: {said}. Start it, or correct DATABASE_URL."
        ) from error


def _require_migrated(connection: psycopg.Connection) -> None:
    """Refuse a database older than this code. A newer one is accepted: the next version may already run."""
    found = None
    if connection.execute("SELECT to_regclass('alembic_version')").fetchone() != (None,):
        found = connection.execute("SELECT max(version_num) FROM alembic_version").fetchone()
    revision = found[0] if found else None
    if revision is None or is_earlier(revision):
        raise CannotStart(
            f"The database {connection.info.dbname} is {f'at revision {revision}' if revision else 'not migrated'}; "
            f"this version needs {latest_revision()}. Run `make migrate`."
        )


def require_folder(folder: Path) -> None:
    """Create the data folder.

    Raises:
        CannotStart: this user has no permission to write it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        raise CannotStart(
            f"The folder {folder.absolute()} cannot be written: {error.strerror}. "
            "Correct its permissions, or set BOOKING_DATA_DIR to another folder."
        ) from error


def wait_for_free(address: tuple[str, int]) -> None:
    """Wait until the port is free.

    Raises:
        CannotStart: another process still uses it.
    """

    def take() -> None:
        with socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)

    retry_while_in_use(take, f"{address[0]}:{address[1]} cannot be used")


def retry_while_in_use(take: Callable[[], None], refusal: str) -> None:
    """Retry `take` for a few seconds: an earlier process may still be releasing the resource.

    Raises:
        CannotStart: it was not released in time.
    """
    started = time.monotonic()
    warned = False
    while True:
        try:
            return take()
        except OSError as error:
            if time.monotonic() - started > PATIENCE_SECONDS:
                raise CannotStart(f"{refusal}: {error.strerror}") from error
        if not warned and time.monotonic() - started > SILENCE_SECONDS:
            print(f"{refusal}; waiting for {PATIENCE_SECONDS} s …", file=sys.stderr, flush=True)
            warned = True
        time.sleep(_PAUSE_SECONDS)
