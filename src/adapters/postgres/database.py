"""The database: a connection pool, the unit of work, and the reads outside transactions."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import text

from adapters.postgres.contexts import CONTEXTS, ContextReads, ContextRepositories
from adapters.postgres.heartbeats import beat, read_heartbeats
from adapters.postgres.idempotency import PostgresIdempotency
from adapters.postgres.identity.sessions import (
    forget_sessions,
)
from adapters.postgres.kit.context import part
from adapters.postgres.kit.encryption import FieldCipher
from adapters.postgres.kit.errors import domain_errors
from adapters.postgres.kit.pipelining import Awaited, PooledWork, pipeline
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Row, Work
from adapters.postgres.outbox.relay import read_backlog
from adapters.postgres.personal_data import PostgresHandover, PostgresPersonalData
from adapters.postgres.public_versions import ANNOUNCE, CHANGED, TELLS
from adapters.postgres.signals import PostgresSignals
from adapters.postgres.waiting_work import read_log, read_waiting
from booking_domain.search.words import SIMILAR
from booking_domain.shared.errors import StorageUnavailable
from booking_domain.shared.heartbeats import Activity, Backlog, Heartbeat, ReceivedLog, Waiting
from booking_domain.shared.ids import UserId
from booking_domain.shared.positions import POSITION

OPTIONS: Final = (
    f"-c timezone=UTC -c lock_timeout=5s -c statement_timeout=15s -c idle_in_transaction_session_timeout=30s"
    f" -c max_parallel_workers_per_gather=0 -c jit=off -c pg_trgm.similarity_threshold={SIMILAR} {TELLS}"
)

RECONNECT_SECONDS: Final = 5.0
"""How long a pool tries to replace a lost connection before it waits for the next request. Its pauses double: the
longer the database was away, the later the pool would notice that it is back."""
PREPARES_NONE: Final = 2**31
"""Executions after which psycopg prepares a statement by itself. After a rollback it would close all that are prepared,
those of pipelines, too, which would fail from then on. None would say that the server cannot keep any."""
ANNOUNCING_PAUSE_SECONDS: Final = 0.05
"""An announcement costs as much as a tenth of a booking, and wakes every process: one is enough for all bookings of a
moment."""
_WRITTEN: Final = Statement(text("SELECT CAST(pg_current_wal_insert_lsn() - '0/0' AS bigint)"))
CONFLICTS: Final = {name: error for context in CONTEXTS for name, error in context.conflicts.items()}


async def configure(connection: AsyncConnection[Row]) -> None:
    """Let a new connection convert JSON with msgspec, which takes a tenth of the time."""
    set_json_dumps(msgspec.json.encode, connection)
    set_json_loads(msgspec.json.decode, connection)


class PostgresRepositories(ContextRepositories):
    """All repositories over one connection."""

    personal_data = part(PostgresPersonalData)
    handover = part(PostgresHandover)


class Database:
    """A PostgreSQL database, 15 or newer. `cipher` encrypts personal fields before they are stored."""

    def __init__(
        self,
        conninfo: str,
        *,
        cipher: FieldCipher,
        direct: str | None = None,
        prepares: bool = True,
        pool_size: int = 10,
        pool_timeout: float = 5.0,
    ) -> None:
        """`direct`: the address for what needs a session, if `conninfo` is that of a pooler that has none.

        `prepares`: whether connections keep prepared statements.
        """
        self.conninfo = direct or conninfo
        self.cipher = cipher
        self._pool: AsyncConnectionPool[AsyncConnection[Row]] = AsyncConnectionPool(
            conninfo,
            min_size=min(2, pool_size),
            max_size=pool_size,
            timeout=pool_timeout,
            open=False,
            reconnect_timeout=RECONNECT_SECONDS,
            configure=configure,
            kwargs={"autocommit": True, "options": OPTIONS, "prepare_threshold": PREPARES_NONE if prepares else None},
        )
        self.statements: Final = PooledWork(self.connection)
        """Statements outside any transaction, each on a connection of its own."""
        self.reads: Final = ContextReads(self)
        self._told_of_access: list[Callable[[UserId], None]] = []
        self._told_of_versions: list[Callable[[frozenset[UUID] | None], None]] = []
        self._to_announce: set[UUID] = set()
        self._announcing: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    async def open(self) -> None:
        """Open the pool. While the database is unreachable, every call raises `StorageUnavailable`."""
        self._closing.clear()
        await self._pool.open()

    async def close(self) -> None:
        """Close the pool, after the last changes have been announced."""
        await self.finish()
        await self._pool.close()

    async def finish(self) -> None:
        """Announce the last changes."""
        self._closing.set()
        if self._announcing is not None:
            await self._announcing

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection[Row]]:
        """A connection in autocommit mode; errors of the database are raised as domain errors."""
        with domain_errors(CONFLICTS):
            # Not `self._pool.connection()`: it commits at the end, which in autocommit mode is a wasted round trip.
            connection = await self._pool.getconn()
            try:
                yield connection
            finally:
                await self._pool.putconn(connection)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[PostgresRepositories]:
        """Begin a transaction, READ COMMITTED: the `UnitOfWork`. A use case locks rows before it decides on them."""
        reduced_access: set[UserId] = set()
        changed: Awaited | None = None
        try:
            position = POSITION.get()
            then = None if position is None else _WRITTEN
            async with self.connection() as connection, pipeline(connection, transaction=True, then=then) as work:
                reduced_access = work.reduced_access
                yield PostgresRepositories(work, self.cipher)
                if work.writes_public:
                    changed = work.add(CHANGED, {"ids": sorted(work.public_changes)})
            if position is not None and work.then is not None:
                [[position.written]] = await work.then.fetchall()
        finally:  # also after an error: the connection may have been lost after the commit
            for user_id in reduced_access:
                for tell in self._told_of_access:
                    tell(user_id)
            if changed is not None:
                self._tell_changed(changed.rows_if_known())

    def _tell_changed(self, listed: list[Row] | None) -> None:
        """Tell this process which public versions a transaction changed, and announce it to the others."""
        ids = None if listed is None else frozenset(listed[0][0] or ())
        if ids is None or ids:
            for tell in self._told_of_versions:
                tell(ids)
        if ids:
            self._to_announce |= ids
            if self._announcing is None or self._announcing.done():
                self._announcing = asyncio.create_task(self._announce())

    async def _announce(self) -> None:
        """Announce changes, those of the next moment together. Who is not told reads again after some seconds."""
        while self._to_announce:
            ids, self._to_announce = self._to_announce, set()
            with suppress(StorageUnavailable):
                await self.statements.execute(ANNOUNCE, ids=list(ids))
            with suppress(TimeoutError):
                async with asyncio.timeout(ANNOUNCING_PAUSE_SECONDS):
                    await self._closing.wait()

    async def beat(self, activities: Iterable[Activity]) -> None:
        """Record that these happened now."""
        async with self.work() as work:
            await beat(work, activities)

    async def heartbeats(self) -> Mapping[Activity, Heartbeat]:
        """Return when each activity last happened."""
        async with self.work() as work:
            return await read_heartbeats(work)

    async def backlog(self) -> Backlog:
        """Return what waits in the outbox."""
        async with self.work() as work:
            return await read_backlog(work)

    async def waiting(self) -> list[Waiting]:
        """Return what waits for the worker and for gateways."""
        async with self.work() as work:
            return await read_waiting(work)

    async def received_log(self) -> ReceivedLog:
        """Return who receives the write-ahead log."""
        async with self.work() as work:
            return await read_log(work)

    def pool_statistics(self) -> Mapping[str, int]:
        """Return the numbers of connections, and of those who wait for one."""
        return self._pool.get_stats()

    async def plan(self, statement: Statement) -> list[str]:
        """How PostgreSQL runs the statement, whatever its parameters are."""
        nulls = b", ".join([b"NULL"] * len(statement.wire_formats))
        async with self.connection() as connection, connection.transaction():
            await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
            await connection.execute(b"PREPARE planned AS " + statement.numbered)
            try:
                cursor = await connection.execute(b"EXPLAIN EXECUTE planned" + (b"(" + nulls + b")" if nulls else b""))
                return [str(line) for (line,) in await cursor.fetchall()]
            finally:
                await connection.execute("DEALLOCATE planned")

    async def forget_answers(self, now: datetime) -> None:
        """Delete the stored responses of idempotency keys that have expired."""
        async with self.work() as work:
            await PostgresIdempotency(work).forget(now)

    async def forget_sessions(self, now: datetime) -> None:
        """Delete expired sessions, and login history past its retention."""
        async with self.work() as work:
            await forget_sessions(work, now)

    def signals(self) -> PostgresSignals:
        """Listen to what any process commits, on a connection of its own."""
        return PostgresSignals(self.conninfo)

    def when_access_is_reduced(self, tell: Callable[[UserId], None]) -> None:
        """Call this after each transaction of this process that may have reduced the access of an account."""
        self._told_of_access.append(tell)

    def when_public_versions_change(self, tell: Callable[[frozenset[UUID] | None], None]) -> None:
        """Call this after each transaction of this process that has changed public versions; None: any of them."""
        self._told_of_versions.append(tell)

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """Statements outside any transaction, on one connection."""
        async with self.connection() as connection:
            yield Work(connection)

    @asynccontextmanager
    async def pipelined(self) -> AsyncIterator[Work]:
        """Statements outside any transaction that are sent together."""
        async with self.connection() as connection, pipeline(connection, transaction=False) as work:
            yield work
