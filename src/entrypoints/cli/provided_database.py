"""The database to work on: the one that DATABASE_URL names, or an embedded one under the data folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.postgres.kit import embedded
from entrypoints.settings import Settings


@dataclass(frozen=True, slots=True)
class ProvidedDatabase:
    """A database, and the server that we run for it, if it is ours."""

    url: str
    server: embedded.EmbeddedPostgres | None = None
    folder: Path = Path()

    def revive(self) -> bool:
        """Start our own server again if it was killed, at the same address; say whether that was needed.

        Raises:
            EmbeddedPostgresError: it cannot be had at that address any more.
        """
        if self.server is None or self.server.running:
            return False
        if embedded.start(self.folder).conninfo != self.url:
            raise embedded.EmbeddedPostgresError("PostgreSQL was killed, and something else has taken its port")
        return True


@contextmanager
def provided_database(settings: Settings) -> Iterator[ProvidedDatabase]:
    """The database, for as long as the block runs."""
    if settings.database_url is not None:
        yield ProvidedDatabase(settings.database_url)
        return
    folder = settings.data_dir / "postgres"
    server = embedded.start(folder)
    try:
        yield ProvidedDatabase(server.conninfo, server, folder)
    finally:
        server.stop()
