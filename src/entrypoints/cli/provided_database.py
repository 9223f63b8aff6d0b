"""The database to work on: the one that DATABASE_URL names, or an embedded one under the data folder."""

from collections.abc import Iterator
from contextlib import contextmanager

from adapters.postgres import embedded
from entrypoints.settings import Settings


@contextmanager
def provided_database(settings: Settings) -> Iterator[str]:
    """The database's URL, for as long as the block runs."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    server = embedded.start(settings.data_dir / "postgres")
    try:
        yield server.conninfo
    finally:
        server.stop()
