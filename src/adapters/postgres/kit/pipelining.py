"""Statements on one connection that go out together, when the first of their results is needed.

psycopg's own pipeline mode sends each statement as it comes and looks for results each time, which wakes both sides up
once a statement. Here a use case with nine statements costs four exchanges with the server, and half the time of the
processor. It stands on `psycopg.pq`, the thin layer over libpq, and leaves values, errors and waiting to psycopg.
"""

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final
from weakref import WeakKeyDictionary

from psycopg import AsyncConnection, Error, OperationalError
from psycopg.abc import PQGen
from psycopg.adapt import Transformer
from psycopg.errors import PipelineAborted, error_from_result
from psycopg.generators import fetch_many, send
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGresult
from sqlalchemy import text

from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Row, Work

_BEGIN: Final = Statement(text("BEGIN"))
_COMMIT: Final = Statement(text("COMMIT"))
_ROLLBACK: Final = Statement(text("ROLLBACK"))
_GOOD: Final = frozenset({ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK, ExecStatus.PIPELINE_SYNC})

_prepared: Final[WeakKeyDictionary[AsyncConnection[Any], set[bytes]]] = WeakKeyDictionary()
"""The statements that each connection has prepared."""


class Awaited:
    """What a statement will have answered, a `Reply`."""

    __slots__ = ("_pipeline", "preparing", "result")

    def __init__(self, pipeline: "Pipeline", preparing: bytes | None = None) -> None:
        self._pipeline = pipeline
        self.preparing = preparing
        self.result: PGresult | None = None

    async def fetchone(self) -> Row | None:
        """Wait for the first row."""
        rows = await self.fetchall()
        return rows[0] if rows else None

    async def fetchall(self) -> list[Row]:
        """Wait for all rows."""
        if self.result is None:
            await self._pipeline.exchange()
        return self._pipeline.rows(self.result)

    @property
    def rowcount(self) -> int:
        """How many rows the statement has changed; -1 before its result is there."""
        changed = None if self.result is None else self.result.command_tuples
        return -1 if changed is None else changed


class Pipeline(Work):
    """Statements that wait to be sent, and results that are waited for."""

    def __init__(self, connection: AsyncConnection[Row]) -> None:
        super().__init__(connection)
        self._pgconn = connection.pgconn
        self._adapt = Transformer(connection)
        self._prepared = _prepared.setdefault(connection, set())
        self._awaited: deque[Awaited] = deque()
        self._answers_asked_for = False

    async def execute(self, statement: Statement, /, **values: Any) -> Awaited:
        return self.add(statement, values)

    def add(self, statement: Statement, values: dict[str, Any]) -> Awaited:
        """Put a statement behind those that wait to be sent."""
        arguments = self._adapt.dump_sequence(statement.arguments(values), statement.formats)
        name = statement.name
        if name not in self._prepared:
            self._pgconn.send_prepare(name, statement.numbered)
            self._prepared.add(name)
            self._awaited.append(Awaited(self, name))
        self._pgconn.send_query_prepared(name, arguments, statement.wire_formats)
        self._answers_asked_for = False
        reply = Awaited(self)
        self._awaited.append(reply)
        return reply

    def end(self) -> None:
        """Put a mark behind those that wait: up to it, an error makes the server skip what follows the error."""
        self._pgconn.pipeline_sync()
        self._answers_asked_for = True
        self._awaited.append(Awaited(self))

    async def exchange(self) -> None:
        """Send all that waits to be sent and wait for its results; raise the first error among them."""
        if self._awaited:
            if not self._answers_asked_for:
                self._pgconn.send_flush_request()
            await self._connection.wait(self._exchanged())

    async def flush(self) -> None:
        await self.exchange()
        await super().flush()

    def rows(self, result: PGresult | None) -> list[Row]:
        """The rows of a result."""
        if result is None:
            raise PipelineAborted("the statement was not executed")
        self._adapt.set_pgresult(result)
        return self._adapt.load_rows(0, result.ntuples, tuple)

    def _exchanged(self) -> PQGen[None]:
        yield from send(self._pgconn)
        failed: PGresult | None = None
        aborted = False
        while self._awaited:
            results = yield from fetch_many(self._pgconn)
            if not results:
                raise OperationalError("the server has answered less than it was asked")
            reply, result = self._awaited.popleft(), results[-1]
            if result.status in _GOOD:
                reply.result = result
                continue
            if reply.preparing is not None:
                self._prepared.discard(reply.preparing)
            if result.status != ExecStatus.PIPELINE_ABORTED:
                failed = failed or result
            aborted = True
        if failed is not None:
            raise error_from_result(failed, encoding=self._adapt.encoding)
        if aborted:
            raise PipelineAborted("an earlier statement has failed")

    async def clear(self, *, rolling_back: bool) -> None:
        """After an error: get the connection back into order, whatever it was in the middle of, or end it."""
        try:
            self.end()
            if rolling_back:
                self.add(_ROLLBACK, {})
                self.end()
            with suppress(Error):  # of what had failed, or of what was skipped because of it
                await self.exchange()
            self._pgconn.exit_pipeline_mode()
        except BaseException:  # interrupted again, or in no state to go on: the pool makes another one
            self._pgconn.finish()
            raise


@asynccontextmanager
async def pipeline(connection: AsyncConnection[Row], *, transaction: bool) -> AsyncIterator[Pipeline]:
    """A pipeline on this connection, as a transaction or not; at the end all of it has succeeded."""
    connection.pgconn.enter_pipeline_mode()
    work = Pipeline(connection)
    try:
        if transaction:
            work.add(_BEGIN, {})
        yield work
        if work.has_unchecked_updates:
            await work.flush()
        if transaction:
            work.add(_COMMIT, {})
        work.end()
        await work.exchange()
    except BaseException:
        if connection.pgconn.status != ConnStatus.BAD:
            await work.clear(rolling_back=transaction)
        raise
    connection.pgconn.exit_pipeline_mode()
