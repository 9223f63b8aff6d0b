"""A connection is usable after a pipeline, whatever happened inside."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from psycopg import AsyncConnection, errors
from psycopg.pq import TransactionStatus
from sqlalchemy import bindparam, text
from structlog.testing import capture_logs
from tests.databases import CIPHER, TestServer
from tests.gates import PATIENCE_SECONDS

from adapters.postgres.database import Database
from adapters.postgres.kit import pipelining, watching
from adapters.postgres.kit.pipelining import pipeline
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Row, Work
from booking_domain.shared.errors import StorageUnavailable
from booking_domain.shared.ids import UserId
from entrypoints.observe.slow import SlowStatements

CREATE = Statement(text("CREATE TABLE IF NOT EXISTS numbers (number integer PRIMARY KEY)"))
ADD = Statement(text("INSERT INTO numbers VALUES (:number)").bindparams(bindparam("number")))
ALL = Statement(text("SELECT number FROM numbers ORDER BY number"))
SLEEP = Statement(text("SELECT pg_sleep(60)"))
SLEEPING = b"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
PREPARED = Statement(text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'INSERT INTO numbers%'"))


class Regret(Exception):
    pass


@asynccontextmanager
async def _database(server: TestServer) -> AsyncIterator[Database]:
    with server.database() as url:
        database = Database(url, cipher=CIPHER, pool_size=2)
        await database.open()
        try:
            yield database
            async with database.connection() as connection:
                await connection.execute("DROP TABLE IF EXISTS numbers")  # the database is as new: others use it
        finally:
            await database.close()


@pytest.fixture
async def database(postgres: TestServer) -> AsyncIterator[Database]:
    async with _database(postgres) as database:
        yield database


@pytest.fixture
async def connection(database: Database) -> AsyncIterator[AsyncConnection[Row]]:
    """Take a connection of a pool; after the test it must be idle."""
    async with asyncio.timeout(PATIENCE_SECONDS), database.connection() as connection:
        async with pipeline(connection, transaction=True) as work:
            await work.execute(CREATE)
        yield connection
        assert connection.pgconn.transaction_status == TransactionStatus.IDLE


async def numbers(connection: AsyncConnection[Row]) -> list[int]:
    async with pipeline(connection, transaction=False) as work:
        return [number for (number,) in await work.all(ALL)]


async def test_watchers_are_told_of_each_statement(
    database: Database, connection: AsyncConnection[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def watch(statement: Statement, began: float, ended: float) -> None:
        assert began <= ended
        seen.append(statement.operation)

    monkeypatch.setattr(watching, "watchers", watchers := [watch])
    monkeypatch.setattr(pipelining, "watchers", watchers)
    async with pipeline(connection, transaction=True) as work:
        await work.execute(ADD, number=1)
        await work.all(ALL)
    await Work(connection).execute(ALL)
    with pytest.raises(errors.UniqueViolation):
        await Work(connection).execute(ADD, number=1)
    await database.statements.execute(ALL)
    assert seen == ["begin", "insert", "select", "commit", "select", "insert", "select"]


async def test_slow_statements_are_logged_with_their_plans_and_without_values(
    database: Database, connection: AsyncConnection[Row]
) -> None:
    slow = SlowStatements(database, seconds=0)
    with capture_logs() as entries:
        await slow.open()
        await Work(connection).execute(ADD, number=8_128)
        await Work(connection).execute(ADD, number=8_129)
        await slow.planned()
        await slow.close()
    slowly = [each for each in entries if each["event"] == "statement.slow"]
    (plan,) = (each for each in entries if each["event"] == "statement.plan")
    assert len(slowly) == 2
    assert slowly[0]["sql"].startswith("INSERT INTO numbers VALUES (%(number)s")
    assert plan["plan"][0].startswith("Insert on numbers")
    assert "812" not in repr(entries)


async def test_pipelined_statements_are_committed_together(connection: AsyncConnection[Row]) -> None:
    async with pipeline(connection, transaction=True) as work:
        for number in range(5):
            await work.execute(ADD, number=number)
        assert [number for (number,) in await work.all(ALL)] == [0, 1, 2, 3, 4]
    assert await numbers(connection) == [0, 1, 2, 3, 4]


async def test_an_unawaited_error_is_raised_at_the_end_and_rolls_back(
    connection: AsyncConnection[Row],
) -> None:
    with pytest.raises(errors.UniqueViolation):
        async with pipeline(connection, transaction=True) as work:
            await work.execute(ADD, number=1)
            await work.execute(ADD, number=1)
            await work.execute(ADD, number=2)
    assert await numbers(connection) == []


async def test_an_error_is_raised_where_a_later_result_is_fetched(connection: AsyncConnection[Row]) -> None:
    with pytest.raises(errors.UniqueViolation):
        async with pipeline(connection, transaction=True) as work:
            await work.execute(ADD, number=1)
            await work.execute(ADD, number=1)
            await work.all(ALL)
    assert await numbers(connection) == []


async def test_an_exception_rolls_back(connection: AsyncConnection[Row]) -> None:
    with pytest.raises(Regret):
        async with pipeline(connection, transaction=True) as work:
            await work.execute(ADD, number=1)
            raise Regret
    assert await numbers(connection) == []


async def _until_it_sleeps(database: Database) -> None:
    """Wait until a server process runs `SLEEP`: it ignores a cancellation that comes before."""
    async with database.connection() as other:
        while await (await other.execute(SLEEPING)).fetchone() != (1,):
            pass


async def test_a_cancellation_rolls_back(database: Database, connection: AsyncConnection[Row]) -> None:
    async def wait_long() -> None:
        async with pipeline(connection, transaction=True) as work:
            await work.execute(ADD, number=1)
            await work.one(SLEEP)

    task = asyncio.create_task(wait_long())
    await _until_it_sleeps(database)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await numbers(connection) == []


async def test_a_statement_is_prepared_once_and_again_after_an_error(connection: AsyncConnection[Row]) -> None:
    for number in (1, 2, 1, 3):
        try:
            async with pipeline(connection, transaction=True) as work:
                await work.execute(ADD, number=number)
        except errors.UniqueViolation:
            assert number == 1
    async with pipeline(connection, transaction=False) as work:
        assert await work.one(PREPARED) == (1,)
    assert await numbers(connection) == [1, 2, 3]


async def test_prepared_statements_outlast_a_rollback_of_what_psycopg_runs(connection: AsyncConnection[Row]) -> None:
    before = await numbers(connection)
    for _ in range(10):
        await connection.execute("SELECT 1")
    with pytest.raises(Regret):
        async with connection.transaction():
            raise Regret
    assert await numbers(connection) == before


async def test_a_lost_connection_is_replaced(postgres: TestServer) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS), _database(postgres) as database:
        with pytest.raises(StorageUnavailable):
            async with database.begin() as tx:
                await tx.outbox.put([])
                async with database.connection() as other:
                    await other.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle%'"
                    )
                await tx.users.get(UserId(UUID(int=0)))
        await database.heartbeats()
