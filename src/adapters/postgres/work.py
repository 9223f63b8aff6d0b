"""Running statements on one connection.

Inside a transaction the connection is in pipeline mode: what is sent is not waited for until somebody needs a result,
so that a use case costs few round trips however many statements it has.
"""

from typing import Any

from psycopg import AsyncConnection, AsyncCursor, AsyncPipeline

from adapters.postgres.statements import Statement
from booking_domain.shared.errors import ConcurrentChange

Row = tuple[Any, ...]


class Work:
    """A connection at work, in a transaction or not."""

    def __init__(self, connection: AsyncConnection[Row], pipeline: AsyncPipeline | None = None) -> None:
        self._connection = connection
        self._pipeline = pipeline
        self._expected: list[tuple[AsyncCursor[Row], str]] = []

    async def send(self, statement: Statement, /, **values: Any) -> AsyncCursor[Row]:
        """Run a statement; in a pipeline its result is there once it is fetched."""
        return await self._connection.execute(statement.sql, statement.bind(values))

    async def one(self, statement: Statement, /, **values: Any) -> Row | None:
        """Run a statement and wait for its first row."""
        return await (await self.send(statement, **values)).fetchone()

    async def all(self, statement: Statement, /, **values: Any) -> list[Row]:
        """Run a statement and wait for its rows."""
        return await (await self.send(statement, **values)).fetchall()

    async def change_one(self, what: str, statement: Statement, /, **values: Any) -> None:
        """Run an UPDATE that must find its row; if it does not, the transaction ends with `ConcurrentChange`."""
        self._expected.append((await self.send(statement, **values), what))

    async def arrive(self) -> None:
        """Wait until everything sent so far has succeeded.

        Raises:
            ConcurrentChange: an UPDATE did not find its row.
        """
        if self._pipeline is not None:
            await self._pipeline.sync()
        for cursor, what in self._expected:
            if cursor.rowcount != 1:
                raise ConcurrentChange(what=what)
        self._expected.clear()

    @property
    def in_doubt(self) -> bool:
        """Whether something sent has yet to be checked by `arrive`."""
        return bool(self._expected)
