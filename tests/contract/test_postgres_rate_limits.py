"""The rate limiter on PostgreSQL keeps its contract, also across processes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from tests.databases import CIPHER, TestServer

from adapters.postgres.database import Database
from adapters.postgres.rate_limits import PostgresRateLimiter
from booking_domain.shared.rate_limits import Limit, RateLimiter
from booking_domain.testing.builders import NOW
from booking_domain.testing.shared.contracts.rate_limits import KEY, MINUTE, OpenRateLimiter, RateLimiterContract

TEN_A_MINUTE = Limit(10, MINUTE)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = Database(url, cipher=CIPHER, pool_size=20)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


class TestPostgresRateLimiter(RateLimiterContract):
    @pytest.fixture
    def open_rate_limiter(self, postgres: TestServer) -> OpenRateLimiter:
        @asynccontextmanager
        async def open_one() -> AsyncIterator[RateLimiter]:
            with postgres.database() as url:
                async with opened(url) as database:
                    yield PostgresRateLimiter(database)

        return open_one


async def test_processes_share_their_quotas(postgres_url: str) -> None:
    async with opened(postgres_url) as ours, opened(postgres_url) as theirs:
        limiters = [PostgresRateLimiter(ours), PostgresRateLimiter(theirs)] * 20
        found = await asyncio.gather(*(limiter.consume(KEY, TEN_A_MINUTE, NOW) for limiter in limiters))
        assert sum(each.allowed for each in found) == 10
        await limiters[1].remove_hit(KEY, NOW)
        assert (await limiters[0].consume(KEY, TEN_A_MINUTE, NOW)).allowed


async def test_expired_hits_are_deleted_and_keys_are_stored_as_digests(postgres_url: str) -> None:
    async with opened(postgres_url) as database:
        limiter = PostgresRateLimiter(database)
        await limiter.consume("early", TEN_A_MINUTE, NOW)
        await limiter.consume(KEY, TEN_A_MINUTE, NOW + timedelta(seconds=1))
        await limiter.remove_expired(NOW + MINUTE)
        async with database.connection() as connection:
            rows = await (await connection.execute("SELECT key, hits::text FROM rate_limits")).fetchall()
        assert len(rows) == 1
        assert len(rows[0][0]) == 32
        standing = await limiter.consume(KEY, TEN_A_MINUTE, NOW + MINUTE)
        assert standing.remaining == 8
