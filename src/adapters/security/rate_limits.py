"""Rate limits of one process, in its memory."""

from collections import deque
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from booking_domain.shared.rate_limits import Limit, RateLimiter, Standing, consume

SPARED: Final = 1_000
"""Between two looks for keys that count no longer come this many hits, and as many as there were keys."""


class ProcessRateLimiter(RateLimiter):
    """`RateLimiter` for one process: nobody else sees its hits, and no request waits for it.

    A key is forgotten some time after its last hit counts no longer, so memory is bounded by what is let through.
    """

    def __init__(self) -> None:
        self._logs: dict[str, tuple[deque[datetime], timedelta]] = {}
        self._until_look = SPARED

    def __len__(self) -> int:
        """How many keys are kept."""
        return len(self._logs)

    async def consume(self, key: str, limit: Limit, now: datetime) -> Standing:
        self._until_look -= 1
        if self._until_look < 0:
            self._forget(now)
        known = self._logs.get(key)
        if known is None:
            known = self._logs[key] = (deque(), limit.window)
        return consume(known[0], limit, now)

    async def give_back(self, key: str, taken_at: datetime) -> None:
        if key in self._logs:
            with suppress(ValueError):
                self._logs[key][0].remove(taken_at)

    def _forget(self, now: datetime) -> None:
        self._logs = {
            key: (log, window)
            for key, (log, window) in self._logs.items()
            if log and now - window < log[-1] <= now + window
        }
        self._until_look = len(self._logs) + SPARED
