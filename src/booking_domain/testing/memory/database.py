"""The database in memory. It runs one database transaction at a time, each on a copy of all tables.

So every database transaction is serializable without row locks: a database transaction that would wait for another has
not begun yet. This suits tests and small tools. The same contracts test PostgreSQL under real concurrency.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from booking_domain.shared.events import Event
from booking_domain.testing.contexts import ContextReads, ContextRepositories
from booking_domain.testing.kit.tables import Key, Row, State, Table
from booking_domain.testing.live.memory import MemoryLiveSignal
from booking_domain.testing.shared.memory.tables import OUTBOX
from booking_domain.testing.workflows.memory.personal_data import MemoryPersonalData


class MemoryRepositories(ContextRepositories):
    """The repositories of one database transaction."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.personal_data = MemoryPersonalData(state)


class MemoryReads(ContextReads):
    """Reads of committed state, outside any database transaction."""


class MemoryDatabase:
    """All tables of the platform. Use a database from one event loop at a time."""

    def __init__(self) -> None:
        self._state = State()
        self._lock = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None
        self.reads = MemoryReads(lambda: self._state)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[MemoryRepositories]:
        """Begin a database transaction: the `UnitOfWork`."""
        task = asyncio.current_task()
        if self._holder is task:
            raise RuntimeError("a database transaction inside a database transaction would wait for itself")
        await asyncio.sleep(0)  # yield to other tasks, as a query to a real database does
        async with self._lock:
            self._holder = task
            try:
                state = self._state.copy()
                yield MemoryRepositories(state)
                self._state = state
            finally:
                self._holder = None

    def rows(self, table: Table[Key, Row]) -> dict[Key, Row]:
        """Return the committed rows of a table."""
        return self._state[table]

    def live_signal(self) -> MemoryLiveSignal:
        """Listen to announcements."""
        return MemoryLiveSignal(self.reads.live)

    async def outbox_events(self) -> Sequence[Event]:
        """Return the events of committed database transactions, in the order in which they were put."""
        return tuple(self._state[OUTBOX].values())
