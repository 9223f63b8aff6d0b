"""Quotas against guessing passwords and codes: how often signing in may fail.

A guess is counted before it is compared, and given back unless it was wrong. So of many guesses at once, in any number
of processes, no more than the quotas are compared; the others learn nothing and cost nothing.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

from booking_domain.identity.errors import (
    AccountLocked,
    InvalidCode,
    InvalidCredentials,
    InvalidSecondFactor,
    SecondFactorNeeded,
    TooManyAttempts,
    TooManyCodes,
    WrongPassword,
    WrongSecondFactor,
)
from booking_domain.identity.passkeys import InvalidPasskey
from booking_domain.shared.clock import Clock
from booking_domain.shared.rate_limits import Limit, RateLimiter

GUESSES: Final = ("guesses", "guesses-hour", "guesses-hours", "guesses-day")
"""The quotas of an address, each of a longer window than the one before: the wait grows."""
_WRONG: Final = (
    AccountLocked,
    InvalidCode,
    InvalidCredentials,
    InvalidPasskey,
    InvalidSecondFactor,
    WrongPassword,
    WrongSecondFactor,
)


class LoginQuota:
    """Counts failures for each pair of login and client (`login`), each login (`login-anywhere`) and each client.

    A client is counted as its address, or by itself if it is known (`recognition`): then strangers at the same address,
    or at the same login, do not use up its quotas. An address that tries one password or code at many logins stays
    below the quotas of each; `GUESSES` count over all logins. What was right, or refused for another reason, does not
    count: many users can share an address.
    """

    def __init__(self, quotas: Mapping[str, Limit], *, limiter: RateLimiter, clock: Clock, on: bool = True) -> None:
        self._quotas = quotas
        self._limiter = limiter
        self._clock = clock
        self._on = on

    @asynccontextmanager
    async def guess(self, counted_as: str) -> AsyncIterator[None]:
        """Let a guess of a client through, or raise `TooManyAttempts`; an error in `_WRONG` makes it count.

        An empty address is that of an entry point without addresses, and is not counted.
        """
        if not self._on or not counted_as:
            yield
            return
        now, consumed = self._clock.now(), list[str]()
        for name in GUESSES:
            key = f"{name} {counted_as}"
            state = await self._limiter.consume(key, self._quotas[name], now)
            if not state.allowed:
                await self._undo(consumed, now)
                raise TooManyAttempts(retry_after_seconds=state.resets_in_seconds)
            consumed.append(key)
        try:
            yield
        except _WRONG:
            raise
        except Exception:
            await self._undo(consumed, now)
            raise
        await self._undo(consumed, now)

    @asynccontextmanager
    async def attempt(self, login: str, counted_as: str, *, known: bool = False) -> AsyncIterator[None]:
        """Let an attempt to log in through, or raise `TooManyAttempts`; the attempt fails if the block raises.

        It is given back if the password was right, which it was also where `SecondFactorNeeded` is raised. A known
        client is not refused because of what strangers tried at its login.
        """
        # An address that is refused here does not count against the login's owner.
        async with self.guess(counted_as), self._of_login(login, counted_as, known=known):
            yield

    @asynccontextmanager
    async def code(self, contact: str, network: str) -> AsyncIterator[None]:
        """Let a stranger's request for a code through, or raise `TooManyCodes`; one that is refused does not count.

        So strangers at one address leave codes for those at others.
        """
        if not self._on or not network:
            yield
            return
        key, now = f"codes {contact} {network}", self._clock.now()
        state = await self._limiter.consume(key, self._quotas["codes"], now)
        if not state.allowed:
            raise TooManyCodes(retry_after_seconds=state.resets_in_seconds)
        try:
            yield
        except TooManyCodes:
            await self._undo((key,), now)
            raise

    @asynccontextmanager
    async def _of_login(self, login: str, counted_as: str, *, known: bool) -> AsyncIterator[None]:
        if not self._on:
            yield
            return
        now = self._clock.now()
        # The narrow quota comes first: an attempt that it refuses does not count against the login's owner elsewhere.
        keys = {"login": f"login {login} {counted_as}"}
        if not known:
            keys["login-anywhere"] = f"login-anywhere {login}"
        for name, key in keys.items():
            state = await self._limiter.consume(key, self._quotas[name], now)
            if not state.allowed:
                raise TooManyAttempts(retry_after_seconds=state.resets_in_seconds)
        try:
            yield
        except SecondFactorNeeded:
            await self._undo(keys.values(), now)
            raise
        await self._undo(keys.values(), now)

    async def _undo(self, keys: Iterable[str], taken_at: datetime) -> None:
        for key in keys:
            await self._limiter.remove_hit(key, taken_at)
