"""Nonces on PostgreSQL: each is claimed once, by all processes together."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from tests.databases import CIPHER, TestServer

from adapters.postgres.database import Database
from adapters.postgres.edge_nonces import PostgresNonces

NOW: Final = datetime(2026, 11, 23, 2, tzinfo=UTC)
LATER: Final = NOW + timedelta(minutes=10)


@pytest.fixture
async def two_processes(postgres: TestServer) -> AsyncIterator[tuple[PostgresNonces, PostgresNonces]]:
    with postgres.database() as url:
        ours, theirs = Database(url, cipher=CIPHER), Database(url, cipher=CIPHER)
        await ours.open()
        await theirs.open()
        try:
            yield PostgresNonces(ours), PostgresNonces(theirs)
        finally:
            await ours.close()
            await theirs.close()


async def test_of_twenty_concurrent_uses_exactly_one_succeeds(
    two_processes: tuple[PostgresNonces, PostgresNonces],
) -> None:
    claims = [nonces.use("n", now=NOW, expires_at=LATER) for nonces in two_processes * 10]
    assert sum(await asyncio.gather(*claims)) == 1


async def test_a_nonce_is_kept_until_it_expires(two_processes: tuple[PostgresNonces, PostgresNonces]) -> None:
    ours, theirs = two_processes
    assert await ours.use("n", now=NOW, expires_at=LATER)
    assert not await theirs.use("n", now=LATER, expires_at=LATER)
    assert await theirs.use("other", now=NOW, expires_at=LATER)
    after = LATER + timedelta(microseconds=1)
    assert await theirs.use("n", now=after, expires_at=after)


async def test_expired_nonces_of_many_claims_are_deleted(two_processes: tuple[PostgresNonces, PostgresNonces]) -> None:
    ours, _ = two_processes
    await asyncio.gather(*(ours.use(f"old {number}", now=NOW, expires_at=NOW) for number in range(50)))
    later = NOW + timedelta(days=1)
    claims = [nonces.use(f"new {n}", now=later, expires_at=later) for n, nonces in enumerate(two_processes * 10)]
    assert all(await asyncio.gather(*claims))
    assert await ours.use("old 1", now=NOW, expires_at=NOW)
