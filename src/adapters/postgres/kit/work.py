"""Running statements on one connection."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple, Protocol, TypeVar
from uuid import UUID

from psycopg import AsyncConnection

from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.watching import watched
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import UserId

Row = tuple[Any, ...]
Value = TypeVar("Value")


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


class _Expected(NamedTuple):
    """A statement that must change one row."""

    reply: Reply
    otherwise: Exception
    timed_out: Exception | None


class Work:
    """Statements on one connection; each one is sent at once and waited for."""

    def __init__(self, connection: AsyncConnection[Row]) -> None:
        self._connection = connection
        self._expected: list[_Expected] = []
        self.reduced_access: set[UserId] = set()
        """The accounts whose access these statements may reduce; see `ReceivedSignals.accounts`."""
        self.writes_public = False
        """Whether one of the statements writes what the public is shown."""
        self.public_changes: set[UUID] = set()
        """The providers of whom they write it where no trigger may count it: in claims and the places of classes."""

    async def execute(self, statement: Statement, /, **values: Any) -> Reply:
        """Run a statement. In a pipeline it is queued, and fetching its result sends the queue."""
        return await watched(statement, self._connection.execute(statement.sql, statement.bind(values)))

    async def one(self, statement: Statement, /, **values: Any) -> Row | None:
        """Run a statement and return its first row."""
        return await (await self.execute(statement, **values)).fetchone()

    async def all(self, statement: Statement, /, **values: Any) -> list[Row]:
        """Run a statement and return its rows."""
        return await (await self.execute(statement, **values)).fetchall()

    async def first(self, read: Callable[[Row], Value], statement: Statement, /, **values: Any) -> Value | None:
        """Run a statement and return what its first row is read as, if there is one."""
        row = await (await self.execute(statement, **values)).fetchone()
        return None if row is None else read(row)

    async def each(self, read: Callable[[Row], Value], statement: Statement, /, **values: Any) -> list[Value]:
        """Run a statement and return what its rows are read as."""
        return [read(row) for row in await (await self.execute(statement, **values)).fetchall()]

    async def update_one(self, what: str, statement: Statement, /, **values: Any) -> None:
        """Run an UPDATE that must change one row, else `ConcurrentChange` is raised; see `expect_one`."""
        await self.expect_one(ConcurrentChange(what=what), statement, **values)

    async def expect_one(
        self, otherwise: Exception, statement: Statement, /, *, timed_out: Exception | None = None, **values: Any
    ) -> None:
        """Run a statement that must change one row; else `otherwise` is raised, or `timed_out` if it waits too long.

        It is raised by `flush`, and in a pipeline by whatever fetches a result next.
        """
        self._expected.append(_Expected(await self.execute(statement, **values), otherwise, timed_out))

    async def flush(self) -> None:
        """Wait until every statement so far has succeeded, and raise what `expect_one` announced."""
        expected, self._expected = self._expected, []
        for each in expected:
            if each.reply.rowcount != 1:
                raise each.otherwise

    @property
    def is_expecting(self) -> bool:
        """Whether a result of `expect_one` has not been checked yet."""
        return bool(self._expected)


class WithWork:
    """Base of repositories and reads: `self._work` runs their statements."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._with: tuple[Any, ...] = ()
        """What mappers need besides the value: the cipher, if columns are encrypted."""


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
