"""The storages that contracts and races run on."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from tests.databases import CIPHER, TestServer

from adapters.postgres.database import Database
from adapters.postgres.outbox.relay import waiting_events
from booking_domain.shared.events import Event
from booking_domain.testing.memory import MemoryDatabase


class PostgresBackend(Database):
    """A database under test."""

    async def outbox_events(self) -> Sequence[Event]:
        async with self.work() as work:
            return await waiting_events(work)


@asynccontextmanager
async def in_memory() -> AsyncIterator[MemoryDatabase]:
    yield MemoryDatabase()


@asynccontextmanager
async def on_postgres(server: TestServer, *, pool_size: int = 20) -> AsyncIterator[PostgresBackend]:
    """Open an empty, migrated database and return it to the server afterwards."""
    with server.database() as url:
        backend = PostgresBackend(url, cipher=CIPHER, pool_size=pool_size)
        await backend.open()
        try:
            yield backend
        finally:
            await backend.close()
