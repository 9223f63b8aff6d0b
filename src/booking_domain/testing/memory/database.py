"""The database in memory. A database transaction that locks or writes has a copy of all tables until it ends.

There is one lock, of everything: one that would lock or write waits until the one before it has ended, and reads what
that one has committed. Until then it reads what is committed, as with READ COMMITTED, so what it has read without a
lock may have changed. This suits tests and small tools. The same contracts test PostgreSQL under real concurrency.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from inspect import iscoroutinefunction
from typing import Any, Final, cast
from uuid import UUID
from weakref import WeakSet

from booking_domain.shared.events import Event
from booking_domain.shared.ids import UserId
from booking_domain.shared.signals import ReceivedSignals
from booking_domain.testing.contexts import ContextReads, ContextRepositories
from booking_domain.testing.identity.memory.users import reduced_access
from booking_domain.testing.kit.tables import Key, Made, Part, Row, Rows, SharedState, State, Table
from booking_domain.testing.live.memory import LIVE_POSITION
from booking_domain.testing.platform.memory.personal_data import MemoryHandover, MemoryPersonalData
from booking_domain.testing.platform.memory.public_versions import MemoryPublicVersionReads, count_public_changes
from booking_domain.testing.shared.memory.signals import MemorySignals
from booking_domain.testing.shared.memory.tables import OUTBOX


class _Transaction:
    """One database transaction: it shares the committed state until it locks or writes."""

    def __init__(self, committed: Callable[[], State], lock: asyncio.Lock) -> None:
        self._committed, self._lock = committed, lock
        self._waiting = asyncio.Lock()
        self.own: State | None = None

    def state(self) -> State:
        return self._committed() if self.own is None else self.own

    async def be_alone(self) -> None:
        """Wait for the lock of everything."""
        async with self._waiting:  # of calls at once one asks for the lock
            if self.own is None:
                await self._lock.acquire()
                self._committed().taken = True
                self.own = self._committed().copy()

    def end(self) -> None:
        if self.own is not None:
            self._committed().taken = False
            self._lock.release()


class _Calls:
    """A repository: a call that has to lock or to write waits until it may, and begins anew."""

    def __init__(self, repository: object, transaction: _Transaction) -> None:
        self._repository, self._transaction = repository, transaction

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._repository, name)
        if not iscoroutinefunction(method):
            return method

        async def call(*args: object, **named: object) -> object:
            state = self._transaction.state()
            state.shared = state is not self._transaction.own
            try:
                return await method(*args, **named)
            except SharedState:
                state.shared = False
                await self._transaction.be_alone()
                return await method(*args, **named)
            finally:
                state.shared = False

        self.__dict__[name] = call  # found before this method from now on
        return call


class MemoryRepositories(ContextRepositories):
    """The repositories of one database transaction."""

    personal_data: Final = Part(MemoryPersonalData)
    handover: Final = Part(MemoryHandover)


class _WaitingRepositories(MemoryRepositories):
    """The repositories of one database transaction among others."""

    def __init__(self, transaction: _Transaction) -> None:
        super().__init__(transaction.state)
        self._transaction = transaction

    def made(self, part: Made) -> Made:
        return cast("Made", _Calls(part, self._transaction))


class MemoryReads(ContextReads):
    """Reads of committed state, outside any database transaction."""

    public_versions: Final = Part(MemoryPublicVersionReads)


class MemoryDatabase:
    """All tables of the platform. Use a database from one event loop at a time."""

    def __init__(self) -> None:
        self._state = State()
        self._lock = asyncio.Lock()
        self._began: set[asyncio.Task[object] | None] = set()
        self.reads: MemoryReads = MemoryReads(lambda: self._state)
        self._signals: WeakSet[MemorySignals] = WeakSet()
        self._told_of_access: list[Callable[[UserId], None]] = []
        self._told_of_versions: list[Callable[[frozenset[UUID] | None], None]] = []

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[MemoryRepositories]:
        """Begin a database transaction: the `UnitOfWork`."""
        task = asyncio.current_task()
        if task in self._began:
            raise RuntimeError("a database transaction inside a database transaction would wait for itself")
        await asyncio.sleep(0)  # yield to other tasks, as a query to a real database does
        transaction = _Transaction(lambda: self._state, self._lock)
        self._began.add(task)
        try:
            yield _WaitingRepositories(transaction)
            if transaction.own is not None:
                public = count_public_changes(self._state, transaction.own)
                before, self._state = self._state, transaction.own
                self._tell(before, public)
        finally:
            self._began.discard(task)
            transaction.end()

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
