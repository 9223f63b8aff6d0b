"""Rate limits of one process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from adapters.security.rate_limits import SPARED, ProcessRateLimiter
from booking_domain.shared.rate_limits import Limit, RateLimiter
from booking_domain.testing.builders import NOW
from booking_domain.testing.contracts.rate_limits import MINUTE, OpenRateLimiter, RateLimiterContract

ONE_A_MINUTE = Limit(1, MINUTE)


class TestProcessRateLimiter(RateLimiterContract):
    @pytest.fixture
    def open_rate_limiter(self) -> OpenRateLimiter:
        @asynccontextmanager
        async def opened() -> AsyncIterator[RateLimiter]:
            yield ProcessRateLimiter()

        return opened


def test_strangers_who_never_come_back_do_not_fill_the_memory() -> None:
    async def play() -> None:
        limiter = ProcessRateLimiter()
        for number in range(20 * SPARED):
            assert (await limiter.consume(f"stranger {number}", ONE_A_MINUTE, NOW + number * MINUTE)).allowed
        assert len(limiter) <= SPARED + 2

    asyncio.run(play())


def test_whoever_has_hit_within_the_window_is_not_forgotten() -> None:
    async def play() -> None:
        limiter = ProcessRateLimiter()
        for _ in range(2):
            for number in range(3 * SPARED):
                await limiter.consume(f"guest {number}", ONE_A_MINUTE, NOW + timedelta(seconds=1))
        assert len(limiter) == 3 * SPARED
        assert not (await limiter.consume("guest 0", ONE_A_MINUTE, NOW + MINUTE)).allowed

    asyncio.run(play())
