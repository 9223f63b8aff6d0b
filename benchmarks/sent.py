"""What an application in this process sends to PostgreSQL: each statement, its values, and how long its answer took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, cast

from psycopg import AsyncConnection

from adapters.postgres.kit.pipelining import Awaited, Pipeline
from adapters.postgres.kit.statements import Statement


class Sent(NamedTuple):
    """A statement."""

    sql: str
    values: Any
    seconds: float
    """How long its answer took; 0 in a pipeline."""


@contextmanager
def recorded() -> Iterator[list[Sent]]:
    """Record the statements of the block."""
    found: list[Sent] = []
    execute = AsyncConnection.execute

    async def recording(self: AsyncConnection[Any], query: Any, params: Any = None, **options: Any) -> Any:
        began = time.perf_counter()
        answer = await execute(self, query, params, **options)
        text = query.decode() if isinstance(query, bytes) else str(query)
        found.append(Sent(text, params, time.perf_counter() - began))
        return answer

    add = Pipeline.add

    def adding(self: Pipeline, statement: Statement, values: dict[str, Any]) -> Awaited:
        found.append(Sent(statement.sql.decode(), statement.bind(values), 0.0))
        return add(self, statement, values)

    connection, pipeline = cast(Any, AsyncConnection), cast(Any, Pipeline)
    connection.execute, pipeline.add = recording, adding
    try:
        yield found
    finally:
        connection.execute, pipeline.add = execute, add
