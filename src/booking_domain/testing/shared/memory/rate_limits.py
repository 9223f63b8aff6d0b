"""Rate limits in memory."""

from collections import defaultdict, deque
from contextlib import suppress
from datetime import datetime

from booking_domain.shared.rate_limits import Limit, LimitState, RateLimiter, consume
from booking_domain.testing.kit.tables import InMemory
from booking_domain.testing.shared.memory.tables import HITS


class MemoryTxRateLimiter(InMemory, RateLimiter):
    """Counts hits in one database transaction."""

    async def consume(self, key: str, limit: Limit, now: datetime) -> LimitState:
        log = deque(self._state[HITS].get(key, ()))
        found = consume(log, limit, now)
        self._state[HITS][key] = tuple(log)
        return found

    async def remove_hit(self, key: str, taken_at: datetime) -> None:
        log = list(self._state[HITS].get(key, ()))
        with suppress(ValueError):
            log.remove(taken_at)
        self._state[HITS][key] = tuple(log)


class MemoryRateLimiter(RateLimiter):
    """Counts hits in memory and never forgets a key."""

    def __init__(self) -> None:
        self._logs: defaultdict[str, deque[datetime]] = defaultdict(deque)

    async def consume(self, key: str, limit: Limit, now: datetime) -> LimitState:
        return consume(self._logs[key], limit, now)

    async def remove_hit(self, key: str, taken_at: datetime) -> None:
        with suppress(ValueError):
            self._logs[key].remove(taken_at)
