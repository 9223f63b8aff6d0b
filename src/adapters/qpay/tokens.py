"""The merchant's token. There is one live token a merchant: whoever logs in kills everybody else's.

So all processes share one through a `TokenStore`, and one of them at a time replaces it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, Protocol

from adapters.qpay.wire import TokenAnswer

_MARGIN_SECONDS: Final = 60
_FIRST_INSTANT: Final = 1_000_000_000
"""Less than this (2001) is no instant of ours but a duration, as OAuth has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """What a log-in gave; whether it still lives, only QPay knows."""

    access: str = field(repr=False)
    expires_at: int
    """Unix seconds."""


class TokenStore(Protocol):
    """Where the processes of one merchant share its token.

    Every method may raise an error of the family `booking_domain.shared.errors.Unavailable`, and nothing else.
    """

    async def get(self) -> AccessToken | None:
        """The token that was put last, by whichever process; None before the first.

        Never one that was replaced before the call, so nothing is cached. Waits for no `renewing`.
        """
        ...

    async def put(self, token: AccessToken) -> None:
        """Replace the token; every process gets it from the moment this returns, whatever fails afterwards.

        Called within `renewing` only.
        """
        ...

    def renewing(self) -> AbstractAsyncContextManager[None]:
        """Be the only one, among all tasks of all processes, who replaces the token; wait until nobody else is.

        It ends with its block, however that is left, and with a process that dies. Its wait can be cancelled, and
        leaves nothing behind then. A log-in happens inside: it lasts seconds, so it must hold up nothing but others
        like it. It is not re-entrant, and in no order.
        """
        ...


class InProcessTokenStore(TokenStore):
    """For a merchant with a single process."""

    def __init__(self) -> None:
        self._token: AccessToken | None = None
        self._renewal = asyncio.Lock()

    async def get(self) -> AccessToken | None:
        return self._token

    async def put(self, token: AccessToken) -> None:
        self._token = token

    @asynccontextmanager
    async def renewing(self) -> AsyncIterator[None]:
        async with self._renewal:
            yield


class Tokens:
    """Gives the shared token, and replaces it once for everybody when it has expired or was refused."""

    def __init__(self, store: TokenStore, log_in: Callable[[], Awaitable[TokenAnswer]]) -> None:
        self._store = store
        self._log_in = log_in
        self._turn = asyncio.Lock()  # so that one task a process, not all of them, waits in the store

    async def obtain(self, refused: Collection[str]) -> tuple[AccessToken, bool]:
        """Return a token that is none of the `refused`, and whether this very call has logged in for it.

        Somebody else may have put one already: then that one, since a log-in would kill it.
        """
        token = await self._store.get()
        if token is not None and _usable(token, refused):
            return token, False
        async with self._turn, self._store.renewing():
            token = await self._store.get()
            if token is not None and _usable(token, refused):
                return token, False
            answer = await self._log_in()
            token = AccessToken(access=answer.access_token, expires_at=_expiry(answer.expires_in))
            await self._store.put(token)
            return token, True


def _usable(token: AccessToken, refused: Collection[str]) -> bool:
    return token.access not in refused and time.time() < token.expires_at - _MARGIN_SECONDS


def _expiry(expires_in: int) -> int:
    """QPay's `expires_in` is an instant, unlike that of RFC 6749 §5.1; should it once be a duration, it is read as one.

    >>> _expiry(1_790_000_000)
    1790000000
    """
    return expires_in if expires_in >= _FIRST_INSTANT else int(time.time()) + expires_in
