"""The storages that contracts and races run on."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Final

from anyio.pytest_plugin import get_runner
from psycopg_pool import AsyncConnectionPool
from tests.databases import CIPHER, TestServer

from adapters.postgres.database import Database
from adapters.postgres.kit.encryption import FieldCipher
from adapters.postgres.outbox.relay import waiting_events
from booking_domain.shared.events import Event
from booking_domain.testing.memory import MemoryDatabase


class PostgresBackend(Database):
    """A database under test."""

    def __init__(self, conninfo: str, *, cipher: FieldCipher, pool_size: int = 10) -> None:
        super().__init__(conninfo, cipher=cipher, pool_size=pool_size)
        self.queue: Final = AsyncConnectionPool(conninfo, min_size=1, max_size=4, open=False)
        """For a job queue, which has connections of its own in a worker, too: its user opens it."""

    async def close(self) -> None:
        await super().close()
        await self.queue.close()

    def connections(self) -> int | None:
        """How many connections can be used again; None if the pool has been closed."""
        if self._pool.closed:
            return None
        return sum(pool.get_stats()["pool_available"] for pool in (self._pool, self.queue))

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
            kept = backend.connections()
            if kept is not None and self._server.emptied(backend.conninfo, kept):
                self._idle.append((database, backend))
            else:
                await database.aclose()

    async def close(self) -> None:
        for database, _ in self._idle:
            await database.aclose()


@contextmanager
def shared_storages(server: TestServer) -> Iterator[Storages]:
    """The databases of tests that share an event loop, which lasts as long as this."""
    with get_runner("asyncio", {}) as runner:
        storages = Storages(server)
        yield storages
        runner.run_fixture(storages.close, {})
