"""Rate limits: so many hits in a window that slides, and never one more (a sliding log).

A limit counts what it lets through, by the moment of each. That is exact: in no window, wherever it begins, is there
more than the quota. What is kept is bounded by what was let through in the last window.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import ClassVar, Final, Protocol

from booking_domain.shared.errors import TooMany

_AT_LEAST_SECONDS: Final = 1


@dataclass(frozen=True, slots=True)
class Limit:
    """So many hits in any window of this length."""

    quota: int
    window: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one stands with a limit after a hit."""

    allowed: bool
    remaining: int
    """How many more would be let through at once."""
    resets_in_seconds: int
    """When there will be room for one more than now."""


@dataclass(eq=False, kw_only=True)
class RateLimited(TooMany):
    """Too many requests; try again in {retry_after_seconds} seconds."""

    code: ClassVar[str] = "rate.limited"
    retry_after_seconds: int


class RateLimiter(Protocol):
    """Counts hits by key. A key is counted under one limit only."""

    async def consume(self, key: str, limit: Limit, now: datetime) -> Standing:
        """Let a hit through and count it, unless the window is full; then it is refused, and not counted.

        Of hits at once no more are let through than of hits one after the other.
        """
        ...

    async def give_back(self, key: str, taken_at: datetime) -> None:
        """Uncount one hit that was let through at this moment; without such a hit, nothing happens."""
        ...


def consume(log: deque[datetime], limit: Limit, now: datetime) -> Standing:
    """Take a hit on the log of one key, oldest first.

    What lies a whole window ahead does not count: the clock was wrong then, and nobody waits for it to be right.
    """
    while log and not now - limit.window < log[0] <= now + limit.window:
        log.popleft()
    allowed = len(log) < limit.quota
    if allowed:
        log.append(now)
    return standing(limit, allowed=allowed, hits=len(log), oldest=log[0], now=now)


def standing(limit: Limit, *, allowed: bool, hits: int, oldest: datetime, now: datetime) -> Standing:
    """How one stands with so many hits in the window."""
    until = ceil((oldest + limit.window - now).total_seconds())
    return Standing(
        allowed=allowed, remaining=max(0, limit.quota - hits), resets_in_seconds=max(_AT_LEAST_SECONDS, until)
    )
