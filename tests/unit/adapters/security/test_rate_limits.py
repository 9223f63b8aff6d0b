"""The in-memory rate limiter."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from adapters.security.rate_limits import HITS_BETWEEN_CLEANUPS, ProcessRateLimiter
from booking_domain.shared.rate_limits import Limit, RateLimiter
from booking_domain.testing.builders import NOW
from booking_domain.testing.shared.contracts.rate_limits import MINUTE, OpenRateLimiter, RateLimiterContract

ONE_A_MINUTE = Limit(1, MINUTE)


class TestProcessRateLimiter(RateLimiterContract):
    @pytest.fixture
    def open_rate_limiter(self) -> OpenRateLimiter:
        @asynccontextmanager
        async def opened() -> AsyncIterator[RateLimiter]:
            yield ProcessRateLimiter()

        return opened


async def test_expired_keys_are_removed_from_memory() -> None:
    limiter = ProcessRateLimiter()
    for number in range(20 * HITS_BETWEEN_CLEANUPS):
        assert (await limiter.consume(f"client {number}", ONE_A_MINUTE, NOW + number * MINUTE)).allowed
    assert len(limiter) <= HITS_BETWEEN_CLEANUPS + 2


async def test_keys_hit_within_the_window_are_kept() -> None:
    limiter = ProcessRateLimiter()
    for _ in range(2):
        for number in range(3 * HITS_BETWEEN_CLEANUPS):
            await limiter.consume(f"guest {number}", ONE_A_MINUTE, NOW + timedelta(seconds=1))
    assert len(limiter) == 3 * HITS_BETWEEN_CLEANUPS
    assert not (await limiter.consume("guest 0", ONE_A_MINUTE, NOW + MINUTE)).allowed
