"""The database of a command: that of `DATABASE_URL`, or an embedded one in the data folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters.postgres.kit import embedded
from entrypoints.cli.startup import require_connection, require_folder
from entrypoints.settings.main import Settings

_SETTINGS: Final = {"summarize_wal": "on", "max_slot_wal_keep_size": "2GB"}
"""For incremental back-ups, and so that a log which nobody receives does not fill the disk."""


@dataclass(frozen=True, slots=True)
class ProvidedDatabase:
    """A database, and its embedded server if this process started one."""

    url: str
    server: embedded.EmbeddedPostgres | None = None
    folder: Path = Path()

    def revive(self) -> bool:
        """Restart the embedded server at the same address if it was killed; return whether it was.

        Raises:
            EmbeddedPostgresError: the server cannot be started at that address any more.
        """
        if self.server is None or self.server.running:
            return False
        if embedded.start(self.folder, settings=_SETTINGS).conninfo != self.url:
            raise embedded.EmbeddedPostgresError("PostgreSQL was killed, and something else has taken its port")
        return True


@contextmanager
def provided_database(settings: Settings, *, keep_running: bool = False) -> Iterator[ProvidedDatabase]:
    """Yield the database; an embedded server stops when the block ends, unless it ran before and `keep_running`.

    Raises:
        CannotStart: the database cannot be reached, or the data folder cannot be written.
    """
    url = settings.direct_url or settings.database_url
    if url is not None:
        require_connection(url).close()
        yield ProvidedDatabase(url)
        return
    require_folder(settings.data_dir)
    folder = settings.data_dir / "postgres"
    keeps = keep_running and embedded.Server(folder.resolve(), embedded.BINARIES).running
    server = embedded.start(folder, settings=_SETTINGS)
    try:
        yield ProvidedDatabase(server.conninfo, server, folder)
    finally:
        if not keeps:
            server.stop()
