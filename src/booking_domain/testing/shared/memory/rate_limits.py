"""Rate limits in memory."""

from collections import defaultdict, deque
from contextlib import suppress
from datetime import datetime

from booking_domain.shared.rate_limits import Limit, LimitState, RateLimiter, consume


class MemoryRateLimiter(RateLimiter):
    """Counts hits in memory and never forgets a key."""

    def __init__(self) -> None:
        self._logs: defaultdict[str, deque[datetime]] = defaultdict(deque)

    async def consume(self, key: str, limit: Limit, now: datetime) -> LimitState:
        return consume(self._logs[key], limit, now)

    async def remove_hit(self, key: str, taken_at: datetime) -> None:
        with suppress(ValueError):
            self._logs[key].remove(taken_at)
