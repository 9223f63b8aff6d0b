"""A quota against guessing passwords: how often logging in may fail."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime

from booking_domain.identity.errors import SecondFactorNeeded, TooManyAttempts
from booking_domain.shared.clock import Clock
from booking_domain.shared.rate_limits import Limit, RateLimiter


class LoginQuota:
    """Counts failures for each pair of login and address (`login`) and for each login alone (`login-anywhere`)."""

    def __init__(self, quotas: Mapping[str, Limit], *, limiter: RateLimiter, clock: Clock, on: bool = True) -> None:
        self._quotas = quotas
        self._limiter = limiter
        self._clock = clock
        self._on = on

    @asynccontextmanager
    async def attempt(self, login: str, address: str) -> AsyncIterator[None]:
        """Let an attempt through, or raise `TooManyAttempts`; the attempt fails if the block raises.

        The attempt is counted before the password is compared, and given back if it was right, which it was also where
        `SecondFactorNeeded` is raised. So of many attempts at once, in any number of processes, no more than the quota
        are compared; the others learn nothing and cost nothing.
        """
        if not self._on:
            yield
            return
        now = self._clock.now()
        # The narrow quota comes first: an attempt that it refuses does not count against the login's owner elsewhere.
        keys = {"login": f"login {login} {address}", "login-anywhere": f"login-anywhere {login}"}
        for name, key in keys.items():
            standing = await self._limiter.consume(key, self._quotas[name], now)
            if not standing.allowed:
                raise TooManyAttempts(retry_after_seconds=standing.resets_in_seconds)
        try:
            yield
        except SecondFactorNeeded:
            await self._give_back(keys.values(), now)
            raise
        await self._give_back(keys.values(), now)

    async def _give_back(self, keys: Iterable[str], taken_at: datetime) -> None:
        for key in keys:
            await self._limiter.give_back(key, taken_at)
