"""The storages that contracts and races run on."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

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


class Storages:
    """Empty, migrated databases for tests in one event loop, which keep their connections from test to test.

    A new connection loads the catalogue of all tables again, which takes longer than most tests.
    """

    def __init__(self, server: TestServer) -> None:
        self._server = server
        self._idle: list[tuple[AsyncExitStack, PostgresBackend]] = []

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[PostgresBackend]:
        if self._idle:
            database, backend = self._idle.pop()
        else:
            database = AsyncExitStack()
            backend = await database.enter_async_context(on_postgres(self._server))
        await backend.open()
        try:
            yield backend
        finally:
            await backend.finish()
            if self._server.emptied(backend.conninfo, backend.pool_statistics()["pool_available"]):
                self._idle.append((database, backend))
            else:
                await database.aclose()

    async def close(self) -> None:
        for database, _ in self._idle:
            await database.aclose()
