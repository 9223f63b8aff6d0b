"""The database in memory. It runs one database transaction at a time, each on a copy of all tables.

So every database transaction is serializable without row locks: a database transaction that would wait for another has
not begun yet. This suits tests and small tools. The same contracts test PostgreSQL under real concurrency.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID
from weakref import WeakSet

from booking_domain.shared.events import Event
from booking_domain.shared.ids import UserId
from booking_domain.shared.signals import ReceivedSignals
from booking_domain.testing.contexts import ContextReads, ContextRepositories
from booking_domain.testing.identity.memory.users import reduced_access
from booking_domain.testing.kit.tables import Key, Part, Row, Rows, State, Table
from booking_domain.testing.live.memory import LIVE_POSITION
from booking_domain.testing.platform.memory.personal_data import MemoryHandover, MemoryPersonalData
from booking_domain.testing.platform.memory.public_versions import MemoryPublicVersionReads, count_public_changes
from booking_domain.testing.shared.memory.signals import MemorySignals
from booking_domain.testing.shared.memory.tables import OUTBOX


class MemoryRepositories(ContextRepositories):
    """The repositories of one database transaction."""

    personal_data: Final = Part(MemoryPersonalData)
    handover: Final = Part(MemoryHandover)


class MemoryReads(ContextReads):
    """Reads of committed state, outside any database transaction."""

    public_versions: Final = Part(MemoryPublicVersionReads)


class MemoryDatabase:
    """All tables of the platform. Use a database from one event loop at a time."""

    def __init__(self) -> None:
        self._state = State()
        self._lock = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None
        self.reads: MemoryReads = MemoryReads(lambda: self._state)
        self._signals: WeakSet[MemorySignals] = WeakSet()
        self._told_of_access: list[Callable[[UserId], None]] = []
        self._told_of_versions: list[Callable[[frozenset[UUID] | None], None]] = []

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
                yield MemoryRepositories(lambda: state)
                public = count_public_changes(self._state, state)
                before, self._state = self._state, state
                self._tell(before, public)
            finally:
                self._holder = None

    def rows(self, table: Table[Key, Row]) -> Rows[Key, Row]:
        """Return the committed rows of a table."""
        return self._state[table]

    def signals(self) -> MemorySignals:
        """Listen to what is committed."""
        made = MemorySignals()
        self._signals.add(made)
        return made

    def when_access_is_reduced(self, tell: Callable[[UserId], None]) -> None:
        """Call this after each database transaction that has reduced the access of an account."""
        self._told_of_access.append(tell)

    def when_public_versions_change(self, tell: Callable[[frozenset[UUID] | None], None]) -> None:
        """Call this after each database transaction that has changed public versions."""
        self._told_of_versions.append(tell)

    def _tell(self, before: State, public: frozenset[UUID]) -> None:
        """Tell what has been committed."""
        if public:
            for told in self._told_of_versions:
                told(public)
        accounts = reduced_access(before, self._state)
        for tell in self._told_of_access:
            for account in accounts:
                tell(account)
        announced = before[LIVE_POSITION] != self._state[LIVE_POSITION]
        if announced or accounts or public:
            for each in self._signals:
                each.tell(ReceivedSignals(live_events=announced, accounts=accounts, public=public))

    async def outbox_events(self) -> Sequence[Event]:
        """Return the events of committed database transactions, in the order in which they were put."""
        return tuple(self._state[OUTBOX].values())
