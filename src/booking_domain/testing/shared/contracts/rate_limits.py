"""The contract of `RateLimiter`.

Define a fixture `open_rate_limiter` that returns an async context manager. It opens an empty rate limiter.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Final

import pytest

from booking_domain.shared.rate_limits import Limit, LimitState, RateLimiter
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.asynchronous import AsyncContract

OpenRateLimiter = Callable[[], AbstractAsyncContextManager[RateLimiter]]

MINUTE: Final = timedelta(minutes=1)
SECOND: Final = timedelta(seconds=1)
MOMENT: Final = timedelta(microseconds=1)
THREE_A_MINUTE: Final = Limit(3, MINUTE)
KEY: Final = "login dorj@example.com 203.0.113.7"


async def _allowed(limiter: RateLimiter, at: datetime, key: str = KEY) -> bool:
    return (await limiter.consume(key, THREE_A_MINUTE, at)).allowed


class RateLimiterContract(AsyncContract):
    """Counts hits per key in sliding windows."""

    @pytest.fixture
    async def limiter(self, open_rate_limiter: OpenRateLimiter) -> AsyncIterator[RateLimiter]:
        """Open the adapter under test."""
        async with open_rate_limiter() as limiter:
            yield limiter

    async def test_hits_within_the_quota_are_allowed_and_the_rest_is_reported(self, limiter: RateLimiter) -> None:
        moments = [NOW, NOW + 10 * SECOND, NOW + 20 * SECOND, NOW + 30 * SECOND]
        assert [await limiter.consume(KEY, THREE_A_MINUTE, moment) for moment in moments] == [
            LimitState(allowed=True, remaining=2, resets_in_seconds=60),
            LimitState(allowed=True, remaining=1, resets_in_seconds=50),
            LimitState(allowed=True, remaining=0, resets_in_seconds=40),
            LimitState(allowed=False, remaining=0, resets_in_seconds=30),
        ]

    async def test_a_hit_counts_for_exactly_one_window(self, limiter: RateLimiter) -> None:
        for moment in (NOW, NOW + 20 * SECOND, NOW + 40 * SECOND):
            assert await _allowed(limiter, moment)
        assert not await _allowed(limiter, NOW + MINUTE - MOMENT)
        assert await _allowed(limiter, NOW + MINUTE)
        assert not await _allowed(limiter, NOW + MINUTE + 20 * SECOND - MOMENT)
        assert await _allowed(limiter, NOW + MINUTE + 20 * SECOND)

    async def test_no_window_exceeds_the_quota_wherever_it_starts(self, limiter: RateLimiter) -> None:
        moments = [NOW + number * 7 * SECOND for number in range(60)]
        let_through = [moment for moment in moments if await _allowed(limiter, moment)]
        for moment in let_through:
            assert sum(moment <= other < moment + MINUTE for other in let_through) <= 3
        assert len(let_through) >= 3 * 6

    async def test_rejected_hits_do_not_extend_the_wait(self, limiter: RateLimiter) -> None:
        for _ in range(3):
            assert await _allowed(limiter, NOW)
        for number in range(1, 30):
            assert not await _allowed(limiter, NOW + number * SECOND)
        assert await _allowed(limiter, NOW + MINUTE)

    async def test_keys_are_counted_separately(self, limiter: RateLimiter) -> None:
        for key in (KEY, KEY + " ", KEY.upper(), "", "Дорж", "x" * 10_000):
            assert [await _allowed(limiter, NOW, key) for _ in range(4)] == [True, True, True, False]

    async def test_concurrent_hits_are_allowed_up_to_the_quota(self, limiter: RateLimiter) -> None:
        found = await asyncio.gather(*(limiter.consume(KEY, THREE_A_MINUTE, NOW) for _ in range(20)))
        assert sorted(each.remaining for each in found if each.allowed) == [0, 1, 2]

    async def test_a_hit_that_is_given_back_can_be_used_once_more(self, limiter: RateLimiter) -> None:
        for moment in (NOW, NOW, NOW + SECOND):
            assert await _allowed(limiter, moment)
        await limiter.remove_hit(KEY, NOW)
        assert [await _allowed(limiter, NOW + 2 * SECOND) for _ in range(2)] == [True, False]
        assert [await _allowed(limiter, NOW + MINUTE) for _ in range(2)] == [True, False]

    async def test_giving_back_an_unknown_hit_has_no_effect(self, limiter: RateLimiter) -> None:
        await limiter.remove_hit(KEY, NOW)
        for _ in range(3):
            assert await _allowed(limiter, NOW)
        await limiter.remove_hit(KEY, NOW + SECOND)
        await limiter.remove_hit("another", NOW)
        assert not await _allowed(limiter, NOW)

    async def test_hits_from_a_clock_far_ahead_do_not_lock_out(self, limiter: RateLimiter) -> None:
        for _ in range(3):
            assert await _allowed(limiter, NOW + timedelta(days=1))
        assert await _allowed(limiter, NOW)

    async def test_hits_from_a_clock_slightly_ahead_still_count(self, limiter: RateLimiter) -> None:
        for _ in range(3):
            assert await _allowed(limiter, NOW + SECOND)
        assert not await _allowed(limiter, NOW)
