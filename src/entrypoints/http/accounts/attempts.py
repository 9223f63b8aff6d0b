"""A guard against guessing passwords: how often a login may fail from one address."""

import time
from typing import Final

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from booking_domain.identity.errors import TooManyAttempts

FAILURES_A_MINUTE: Final = 10
_LIMIT: Final = RateLimitItemPerMinute(FAILURES_A_MINUTE, namespace="login")


class LoginAttempts:
    """Counts failures for each pair of login and address, in this process."""

    def __init__(self, *, on: bool) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._on = on

    def check(self, login: str, address: str) -> None:
        """Let another attempt through, or raise `TooManyAttempts`.

        Asked before the password is looked at and again after: of many attempts at once only ten learn anything.
        """
        if self._on and not self._limiter.test(_LIMIT, login, address):
            again = self._limiter.get_window_stats(_LIMIT, login, address).reset_time
            raise TooManyAttempts(retry_after_seconds=max(1, int(again - time.time()) + 1))

    def failed(self, login: str, address: str) -> None:
        """Count a failure."""
        if self._on:
            self._limiter.hit(_LIMIT, login, address)
