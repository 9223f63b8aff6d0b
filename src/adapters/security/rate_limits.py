"""In-memory rate limiter for a single process."""

from collections import deque
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from booking_domain.shared.rate_limits import Limit, LimitState, RateLimiter, consume

HITS_BETWEEN_CLEANUPS: Final = 1_000
"""Expired keys are removed after this many hits plus the number of remaining keys, so cleanup is amortized O(1)."""


class ProcessRateLimiter(RateLimiter):
    """Counts hits in this process only, without I/O.

    Expired keys are removed periodically, so memory is bounded by the allowed hits within a window.
    """

    def __init__(self) -> None:
        self._logs: dict[str, tuple[deque[datetime], timedelta]] = {}
        self._hits_until_cleanup = HITS_BETWEEN_CLEANUPS

    def __len__(self) -> int:
        """The number of stored keys."""
        return len(self._logs)

    async def consume(self, key: str, limit: Limit, now: datetime) -> LimitState:
        self._hits_until_cleanup -= 1
        if self._hits_until_cleanup < 0:
            self._clean_up(now)
        known = self._logs.get(key)
        if known is None:
            known = self._logs[key] = (deque(), limit.window)
        return consume(known[0], limit, now)

    async def remove_hit(self, key: str, taken_at: datetime) -> None:
        if key in self._logs:
            with suppress(ValueError):
                self._logs[key][0].remove(taken_at)

    def _clean_up(self, now: datetime) -> None:
        self._logs = {
            key: (log, window)
            for key, (log, window) in self._logs.items()
            if log and now - window < log[-1] <= now + window
        }
        self._hits_until_cleanup = len(self._logs) + HITS_BETWEEN_CLEANUPS
