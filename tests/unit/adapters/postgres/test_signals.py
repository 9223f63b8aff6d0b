"""Triggers announce every reduction of access, also by hand-written SQL; a lost listening connection is replaced."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import pytest
from psycopg.sql import SQL
from tests.databases import CIPHER, LISTENERS, TestServer

from adapters.postgres.database import Database
from adapters.postgres.signals import PostgresSignals
from booking_domain.shared.errors import StorageUnavailable
from booking_domain.shared.ids import UserId
from booking_domain.shared.signals import ReceivedSignals
from booking_domain.testing.builders import Builder
from booking_domain.testing.kit.asynchronous import TIME_LIMIT

UNHEARD: Final = (
    "BEGIN; SET LOCAL session_replication_role = replica; UPDATE sessions SET {} = now(); COMMIT; DELETE FROM sessions"
)
"""Without its trigger, a session is over; then it is deleted."""
KILL: Final = f"SELECT pg_terminate_backend(pid) {LISTENERS}"


class Written:
    """A database with one live session, which is written by hand."""

    def __init__(self, database: Database, signals: PostgresSignals, user_id: UserId) -> None:
        self.database = database
        self.signals = signals
        self.user_id = user_id

    async def by_hand(self, statement: str) -> None:
        async with self.database.connection() as connection:
            await connection.execute(statement.encode())

    async def received(self) -> ReceivedSignals:
        return await self.signals.wait(TIME_LIMIT)


@pytest.fixture
async def written(postgres: TestServer) -> AsyncIterator[Written]:
    with postgres.database() as url:
        database, make = Database(url, cipher=CIPHER, pool_size=1), Builder()
        await database.open()
        signals = database.signals()
        try:
            user = make.user()
            session = replace(make.session(user), expires_at=datetime.now(UTC) + timedelta(days=30))
            async with database.begin() as tx:
                await tx.users.add(user)
                await tx.sessions.add(session)
            made = Written(database, signals, user.id)
            assert await made.received() == ReceivedSignals(missed=True)
            yield made
        finally:
            await signals.close()
            await database.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sessions SET ended_at = now()",
        "UPDATE sessions SET expires_at = now()",
        "UPDATE sessions SET id = gen_random_uuid()",
        "DELETE FROM sessions",
        "UPDATE users SET status = 'disabled'",
        "UPDATE users SET status = 'deleted', deleted_at = now()",
        "UPDATE users SET role = 'admin'",
        "INSERT INTO users SELECT * FROM users ON CONFLICT (id) DO UPDATE SET status = 'disabled'",
    ],
)
async def test_a_write_by_hand_that_reduces_access_names_the_account(written: Written, statement: str) -> None:
    await written.by_hand(statement)
    assert await written.received() == ReceivedSignals(accounts=frozenset({written.user_id}))


async def test_truncated_sessions_may_have_been_anybodys(written: Written) -> None:
    await written.by_hand("TRUNCATE sessions CASCADE")
    assert await written.received() == ReceivedSignals(missed=True)


@pytest.mark.parametrize(
    "silent",
    [
        "UPDATE sessions SET expires_at = expires_at + interval '1 day', last_used_at = now(), token_digest = 'x'",
        "UPDATE users SET name = 'Another', role = role, status = status",
        "UPDATE users SET status = 'disabled' WHERE false",
        "BEGIN; UPDATE users SET status = 'disabled'; ROLLBACK",
        UNHEARD.format("expires_at"),
        UNHEARD.format("ended_at"),
    ],
    ids=["refreshed", "renamed", "nobody", "rolled back", "swept", "erased"],
)
async def test_other_writes_are_silent(written: Written, silent: str) -> None:
    """Signing in, refreshing and the sweep of expired sessions take no lock of the whole server."""
    await written.by_hand(silent)
    other = UUID(int=7)
    await written.by_hand(f"SELECT pg_notify('reduced_access', '{other}')")
    assert await written.received() == ReceivedSignals(accounts=frozenset({UserId(other)}))


async def test_without_the_trigger_a_write_is_silent(written: Written) -> None:
    """Control: nothing else tells of it."""
    await written.by_hand("BEGIN; ALTER TABLE users DISABLE TRIGGER users_tell_change")
    await written.by_hand("UPDATE users SET status = 'disabled'; SELECT pg_notify('reduced_access', '')")
    await written.by_hand("ALTER TABLE users ENABLE TRIGGER users_tell_change; COMMIT")
    assert await written.received() == ReceivedSignals(missed=True)


async def test_a_lost_connection_is_noticed_and_replaced(written: Written) -> None:
    await written.by_hand(KILL)
    with pytest.raises(StorageUnavailable):
        await written.received()
    await written.by_hand("UPDATE users SET status = 'disabled'")  # nobody listens
    assert await written.received() == ReceivedSignals(missed=True)
    await written.by_hand("UPDATE users SET status = 'active'")
    assert await written.received() == ReceivedSignals(accounts=frozenset({written.user_id}))


async def test_a_connection_that_hears_nothing_is_no_connection(
    postgres: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a pooler that swallows LISTEN, a process would wait for ever, and use what has changed."""
    with postgres.database() as url:
        signals = PostgresSignals(url)
        with monkeypatch.context() as swallowed:
            swallowed.setattr("adapters.postgres.signals._LISTEN", SQL("UNLISTEN {}"))
            swallowed.setattr("adapters.postgres.signals.CHECK_SECONDS", 0)
            for _ in range(2):
                with pytest.raises(StorageUnavailable):
                    await signals.wait(TIME_LIMIT)
        assert await signals.wait(TIME_LIMIT) == ReceivedSignals(missed=True)
        assert await signals.wait(0) == ReceivedSignals(), "it has heard itself"
        await signals.close()
