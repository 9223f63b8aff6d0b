"""The merchant's access token.

QPay keeps one live token per merchant: every login revokes the previous token. All processes therefore share one token
through a `TokenStore`, and only one of them renews it at a time.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, Protocol

from adapters.qpay.wire import TokenResponse

_MARGIN_SECONDS: Final = 60
_MIN_TIMESTAMP: Final = 1_000_000_000
"""Smaller values of `expires_in` (before 2001) are durations, as in OAuth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A token from a login. QPay may have revoked it before `expires_at`."""

    access: str = field(repr=False)
    expires_at: int
    """Unix seconds."""


class TokenStore(Protocol):
    """Shares the token among the processes of one merchant.

    Methods raise only errors of the family `booking_domain.shared.errors.Unavailable`.
    """

    async def get(self) -> AccessToken | None:
        """Return the latest token that any process stored; None before the first.

        Never returns a token replaced before the call, so implementations do not cache. Does not wait for
        `renewal_lock`.
        """
        ...

    async def put(self, token: AccessToken) -> None:
        """Replace the token, durably and visibly to every process as soon as this returns.

        Call only while holding `renewal_lock`.
        """
        ...

    def renewal_lock(self) -> AbstractAsyncContextManager[None]:
        """Wait for and hold the exclusive lock for renewing the token, across all tasks and processes.

        The lock is released when the block exits for any reason and when the process dies. Waiting is cancellable and
        then leaves nothing behind. A login takes seconds within it, so it must not block anything but other renewals.
        Not reentrant, not fair.
        """
        ...


class InProcessTokenStore(TokenStore):
    """For deployments with a single process."""

    def __init__(self) -> None:
        self._token: AccessToken | None = None
        self._renewal = asyncio.Lock()

    async def get(self) -> AccessToken | None:
        return self._token

    async def put(self, token: AccessToken) -> None:
        self._token = token

    @asynccontextmanager
    async def renewal_lock(self) -> AsyncIterator[None]:
        async with self._renewal:
            yield


class TokenProvider:
    """Provides the shared token, and renews it once for all processes when it has expired or was rejected."""

    def __init__(self, store: TokenStore, log_in: Callable[[], Awaitable[TokenResponse]]) -> None:
        self._store = store
        self._log_in = log_in
        self._lock = asyncio.Lock()  # lets one task per process wait in the store, not all of them

    async def obtain(self, refused: Collection[str]) -> tuple[AccessToken, bool]:
        """Return a token not in `refused`, and whether this call logged in to get it.

        Prefers a token that another process has stored in the meantime, since a login would revoke it.
        """
        token = await self._store.get()
        if token is not None and _usable(token, refused):
            return token, False
        async with self._lock, self._store.renewal_lock():
            token = await self._store.get()
            if token is not None and _usable(token, refused):
                return token, False
            response = await self._log_in()
            token = AccessToken(access=response.access_token, expires_at=_expiry(response.expires_in))
            await self._store.put(token)
            return token, True


def _usable(token: AccessToken, refused: Collection[str]) -> bool:
    return token.access not in refused and time.time() < token.expires_at - _MARGIN_SECONDS


def _expiry(expires_in: int) -> int:
    """Convert `expires_in`: QPay sends a Unix timestamp, not a duration (RFC 6749 §5.1); both are accepted.

    >>> _expiry(1_790_000_000)
    1790000000
    """
    return expires_in if expires_in >= _MIN_TIMESTAMP else int(time.time()) + expires_in
