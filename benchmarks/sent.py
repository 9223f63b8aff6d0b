"""What an application in this process sends to PostgreSQL: each statement and its values, and how long answers take."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, cast

from psycopg import AsyncConnection

from adapters.postgres.kit.pipelining import Awaited, Pipeline
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.watching import watchers


class Sent(NamedTuple):
    """A statement."""

    sql: str
    values: Any


@contextmanager
def recorded() -> Iterator[list[Sent]]:
    """Record the statements of the block."""
    found: list[Sent] = []
    execute = AsyncConnection.execute

    async def recording(self: AsyncConnection[Any], query: Any, params: Any = None, **options: Any) -> Any:
        found.append(Sent(query.decode() if isinstance(query, bytes) else str(query), params))
        return await execute(self, query, params, **options)

    add = Pipeline.add

    def adding(self: Pipeline, statement: Statement, values: dict[str, Any]) -> Awaited:
        found.append(Sent(statement.sql.decode(), statement.bind(values)))
        return add(self, statement, values)

    connection, pipeline = cast(Any, AsyncConnection), cast(Any, Pipeline)
    connection.execute, pipeline.add = recording, adding
    try:
        yield found
    finally:
        connection.execute, pipeline.add = execute, add


@contextmanager
def timed() -> Iterator[list[float]]:
    """Record how many seconds the application waits for the answer to each statement of the block."""
    found: list[float] = []

    def watch(_: Statement, sent: float, answered: float) -> None:
        found.append(answered - sent)

    watchers.append(watch)
    try:
        yield found
    finally:
        watchers.remove(watch)
