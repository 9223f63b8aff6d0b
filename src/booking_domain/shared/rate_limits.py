"""Rate limits by the sliding-log algorithm.

The limiter stores the time of each allowed hit. So the limit is exact: no window, wherever it begins, has more hits
than the quota. The log of a key is at most as long as the quota.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final, Protocol

from booking_domain.shared.errors import TooMany, Unavailable

_AT_LEAST_SECONDS: Final = 1


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `quota` hits in any window of this length."""

    quota: int
    window: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitState:
    """The state of a limit after a hit."""

    allowed: bool
    remaining: int
    """How many more hits would be allowed now."""
    resets_in_seconds: int
    """Seconds until one more hit is allowed than now."""


class RateLimited(TooMany, code="rate.limited"):
    """Too many requests; try again in {retry_after_seconds} seconds."""

    retry_after_seconds: int


class TooManyAtOnce(TooMany, code="rate.too_many_at_once"):
    """Too many of your requests wait already; wait for their answers first."""


class ServiceBusy(Unavailable, code="service.busy"):
    """Too many requests of this kind are waiting; please try again."""


class RateLimiter(Protocol):
    """Counts hits by key. Each key has one limit."""

    async def consume(self, key: str, limit: Limit, now: datetime) -> LimitState:
        """Allow and count a hit, or reject it without counting if the window is full.

        Concurrent hits are limited as strictly as sequential ones.
        """
        ...

    async def remove_hit(self, key: str, taken_at: datetime) -> None:
        """Remove one hit that was allowed at `taken_at`, if there is one."""
        ...


def consume(log: deque[datetime], limit: Limit, now: datetime) -> LimitState:
    """Apply a hit to the log of one key, which is ordered oldest first.

    Entries more than one window in the future are dropped: the clock was wrong when they were written.
    """
    while log and not now - limit.window < log[0] <= now + limit.window:
        log.popleft()
    allowed = len(log) < limit.quota
    if allowed:
        log.append(now)
    return limit_state(limit, allowed=allowed, hits=len(log), oldest=log[0], now=now)


def limit_state(limit: Limit, *, allowed: bool, hits: int, oldest: datetime, now: datetime) -> LimitState:
    """The state of a limit with `hits` hits in the window."""
    until = ceil((oldest + limit.window - now).total_seconds())
    return LimitState(
        allowed=allowed, remaining=max(0, limit.quota - hits), resets_in_seconds=max(_AT_LEAST_SECONDS, until)
    )
