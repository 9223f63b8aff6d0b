"""Running statements on one connection."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from psycopg import AsyncConnection

from adapters.postgres.kit.statements import Statement
from booking_domain.shared.errors import ConcurrentChange

Row = tuple[Any, ...]


class Reply(Protocol):
    """The result of a statement; in a pipeline, possibly a future one."""

    @property
    def rowcount(self) -> int:
        """The number of changed rows."""
        ...

    async def fetchone(self) -> Row | None:
        """Return the next row."""
        ...

    async def fetchall(self) -> list[Row]:
        """Return the rows."""
        ...


class Work:
    """Statements on one connection; each one is sent at once and waited for."""

    def __init__(self, connection: AsyncConnection[Row]) -> None:
        self._connection = connection
        self._expected: list[tuple[Reply, str]] = []

    async def execute(self, statement: Statement, /, **values: Any) -> Reply:
        """Run a statement. In a pipeline it is queued, and fetching its result sends the queue."""
        return await self._connection.execute(statement.sql, statement.bind(values))

    async def one(self, statement: Statement, /, **values: Any) -> Row | None:
        """Run a statement and return its first row."""
        return await (await self.execute(statement, **values)).fetchone()

    async def all(self, statement: Statement, /, **values: Any) -> list[Row]:
        """Run a statement and return its rows."""
        return await (await self.execute(statement, **values)).fetchall()

    async def update_one(self, what: str, statement: Statement, /, **values: Any) -> None:
        """Run an UPDATE that must change one row; otherwise `flush` raises `ConcurrentChange`."""
        self._expected.append((await self.execute(statement, **values), what))

    async def flush(self) -> None:
        """Wait until every statement so far has succeeded.

        Raises:
            ConcurrentChange: an `update_one` did not find its row.
        """
        for reply, what in self._expected:
            if reply.rowcount != 1:
                raise ConcurrentChange(what=what)
        self._expected.clear()

    @property
    def has_unchecked_updates(self) -> bool:
        """Whether an `update_one` has not been checked by `flush` yet."""
        return bool(self._expected)


class WithWork:
    """Base of repositories and reads: `self._work` runs their statements."""

    def __init__(self, work: Work) -> None:
        self._work = work


class Connections(Protocol):
    """A database that can be connected to."""

    @property
    def conninfo(self) -> str: ...
    def connection(self) -> AbstractAsyncContextManager[AsyncConnection[Row]]:
        """A connection in autocommit mode; its errors are domain errors."""
        ...

    def work(self) -> AbstractAsyncContextManager[Work]:
        """Statements outside any transaction, on one connection."""
        ...


class PooledWork(Work):
    """Statements outside any transaction: each one borrows a connection for itself."""

    def __init__(self, borrow: Callable[[], AbstractAsyncContextManager[AsyncConnection[Row]]]) -> None:
        self._borrow = borrow

    async def execute(self, statement: Statement, /, **values: Any) -> Reply:
        async with self._borrow() as connection:
            return await connection.execute(statement.sql, statement.bind(values))
