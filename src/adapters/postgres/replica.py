"""A streaming replica, from which reads come that may be some seconds old."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout, TooManyRequests
from sqlalchemy import text

from adapters.postgres.contexts import ContextReads
from adapters.postgres.database import OPTIONS, PREPARES_NONE, RECONNECT_SECONDS, Database, configure
from adapters.postgres.kit.pipelining import run_alone
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Reply, Row, Work
from booking_domain.shared.errors import StorageUnavailable
from booking_domain.shared.positions import POSITION

POOL_SIZE: Final = 10
PATIENCE_SECONDS: Final = 1.0
"""How long a read waits for a connection to the replica before it turns to the primary."""
PAUSE_SECONDS: Final = 5.0
"""How long nobody tries again after that."""
_LOOK_SECONDS: Final = 1.0
_NO_CONNECTION: Final = (PoolTimeout, PoolClosed, TooManyRequests)
_FAILURES: Final = (psycopg.Error, *_NO_CONNECTION)
_WRITTEN: Final = Statement(text("SELECT CAST(pg_current_wal_lsn() - '0/0' AS bigint)"))
_REPLAYED: Final = Statement(
    text("SELECT CASE WHEN pg_is_in_recovery() THEN CAST(pg_last_wal_replay_lsn() - '0/0' AS bigint) ELSE -1 END")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaState:
    """What is known of the replica."""

    up: bool
    """Whether it answers, and follows the primary."""
    lag_seconds: float
    """How old what it shows may be."""
    lag_bytes: int
    """What it has not replayed yet."""


class Replica:
    """Reads on a replica while it has all that the client has written and is not too late, else on the primary.

    A read that fails on the replica runs on the primary: the replica may be down, or have cancelled it because of what
    it replays.
    """

    def __init__(
        self,
        conninfo: str,
        primary: Database,
        *,
        most_seconds: float,
        pool_size: int = POOL_SIZE,
        prepares: bool = True,
    ) -> None:
        self.primary = primary
        self._most_seconds = most_seconds
        self._pool: AsyncConnectionPool[AsyncConnection[Row]] = AsyncConnectionPool(
            conninfo,
            min_size=0,
            max_size=pool_size,
            timeout=PATIENCE_SECONDS,
            open=False,
            reconnect_timeout=RECONNECT_SECONDS,
            configure=configure,
            kwargs={
                "autocommit": True,
                "options": OPTIONS,
                "prepare_threshold": PREPARES_NONE if prepares else None,
                "connect_timeout": 2,
            },
        )
        self.cipher = primary.cipher
        self.statements: Final[Work] = _Reading(self)
        self.reads: Final = ContextReads(self)
        self.served = 0
        """How many reads the replica has answered."""
        self.passed_on = 0
        """How many the primary has answered instead."""
        self._looking = asyncio.Lock()
        self._awaited: tuple[int, float] | None = None
        self._written = 0
        self._replayed = -1
        self._complete_at = -float("inf")
        self._looked_at = -float("inf")
        self._down_until = -float("inf")

    async def open(self) -> None:
        await self._pool.open()

    async def close(self) -> None:
        await self._pool.close()

    def pipelined(self) -> AbstractAsyncContextManager[Work]:
        """Statements that belong together are read on the primary: they could not be repeated there one by one."""
        return self.primary.pipelined()

    async def state(self) -> ReplicaState:
        """Look at the replica now; `StorageUnavailable` if the primary does not answer."""
        async with self._looking:
            await self._look()
        lag = max(0, self._written - self._replayed) if self._replayed >= 0 else 0
        return ReplicaState(up=self._is_up(), lag_seconds=monotonic() - self._complete_at, lag_bytes=lag)

    async def execute(self, statement: Statement, values: dict[str, Any]) -> Reply:
        """Run a read, where it may run."""
        position = POSITION.get()
        if position is not None and position.needed is not None and await self._has(position.needed):
            try:
                async with self._connection() as connection:
                    reply = await run_alone(connection, statement, values)
            except _FAILURES:
                pass
            else:
                self.served += 1
                return reply
        self.passed_on += 1
        return await self.primary.statements.execute(statement, **values)

    async def _has(self, needed: int) -> bool:
        if self._replayed < needed or monotonic() - self._looked_at > _LOOK_SECONDS:
            async with self._looking:
                if self._replayed < needed or monotonic() - self._looked_at > _LOOK_SECONDS:
                    try:
                        await self._look()
                    except StorageUnavailable:  # the primary is down: what the replica knows may do for a while
                        await self._ask_replica()
        late = monotonic() - self._complete_at
        return self._is_up() and self._replayed >= needed and late <= self._most_seconds

    def _is_up(self) -> bool:
        return monotonic() >= self._down_until and self._replayed >= 0

    async def _look(self) -> None:
        """Compare both: the replica is as new as the moment at which the primary had written what it has replayed."""
        if monotonic() < self._down_until:
            return
        began = monotonic()
        row = await self.primary.statements.one(_WRITTEN)
        assert row is not None  # noqa: S101 - a function has one value
        self._written = int(row[0])
        await self._ask_replica()
        if self._awaited is None:
            self._awaited = (self._written, began)
        for place, at in (self._awaited, (self._written, began)):
            if self._replayed >= place:
                self._complete_at, self._awaited = at, None

    async def _ask_replica(self) -> None:
        try:
            async with self._connection() as connection:
                cursor = await connection.execute(_REPLAYED.sql)
                row = await cursor.fetchone()
            self._replayed = -1 if row is None else int(row[0])
            self._looked_at = monotonic()
        except _FAILURES:
            self._replayed = -1
        if self._replayed < 0:
            self._down_until = monotonic() + PAUSE_SECONDS

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncConnection[Row]]:
        try:
            connection = await self._pool.getconn()
        except _NO_CONNECTION:
            self._down_until = monotonic() + PAUSE_SECONDS
            raise
        try:
            yield connection
        finally:
            if connection.broken:
                self._down_until = monotonic() + PAUSE_SECONDS
            await self._pool.putconn(connection)


class _Reading(Work):
    """Reads outside any transaction, each where it may run."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica

    async def execute(self, statement: Statement, /, **values: Any) -> Reply:
        return await self._replica.execute(statement, values)
