"""The database of a command: that of `DATABASE_URL`, or an embedded one in the data folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.postgres.kit import embedded
from entrypoints.cli.startup import require_connection, require_folder
from entrypoints.settings.main import Settings


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
        if embedded.start(self.folder).conninfo != self.url:
            raise embedded.EmbeddedPostgresError("PostgreSQL was killed, and something else has taken its port")
        return True


@contextmanager
def provided_database(settings: Settings) -> Iterator[ProvidedDatabase]:
    """Yield the database; an embedded server stops when the block ends.

    Raises:
        CannotStart: the database cannot be reached, or the data folder cannot be written.
    """
    if settings.database_url is not None:
        require_connection(settings.database_url).close()
        yield ProvidedDatabase(settings.database_url)
        return
    require_folder(settings.data_dir)
    folder = settings.data_dir / "postgres"
    server = embedded.start(folder)
    try:
        yield ProvidedDatabase(server.conninfo, server, folder)
    finally:
        server.stop()
