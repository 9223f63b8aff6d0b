"""Turns: how many expensive requests of a process run at once, and who is next.

A query that computes slots takes some milliseconds of a processor, and anybody may ask it. So only a few run at a time,
and the others wait. Callers take turns: one that asks a hundred times makes another wait for one of its requests only.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final

from litestar import Response

from booking_domain.shared.rate_limits import MAX_WAITING_PER_CALLER, ServiceBusy, TooManyAtOnce
from entrypoints.http.kit.computers import Computing
from entrypoints.http.kit.identities import Caller
from entrypoints.http.kit.injection import Injected

AT_ONCE: Final = 2
MAX_WAITING: Final = 512
PATIENCE_SECONDS: Final = 15.0

TURN_ERRORS: Final = (TooManyAtOnce, ServiceBusy)

Turn = AbstractAsyncContextManager[Computing]
"""A turn of the caller of a request."""
_Waiting = deque[asyncio.Future[None]]


class Turns:
    """Grants turns to callers, in the order in which they ask, one caller after the other."""

    def __init__(
        self,
        computing: Computing,
        *,
        at_once: int = AT_ONCE,
        max_waiting: int = MAX_WAITING,
        max_per_caller: int = MAX_WAITING_PER_CALLER,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._computing = computing
        self._free = at_once
        self._max_waiting = max_waiting
        self._max_per_caller = max_per_caller
        self._patience_seconds = patience_seconds
        self._waiting: OrderedDict[str, _Waiting] = OrderedDict()

    @asynccontextmanager
    async def turn(self, caller: str) -> AsyncIterator[Computing]:
        """Wait for a turn of this caller, in which computations may run, and end it with the block.

        Raises:
            TooManyAtOnce: the caller has too many requests that wait.
            ServiceBusy: too many requests of all callers wait, or the turn did not come in time.
        """
        await self._begin(caller)
        try:
            yield self._computing
        finally:
            self._end()

    async def _begin(self, caller: str) -> None:
        if self._free:
            self._free -= 1
            return
        if len(self._waiting.get(caller, ())) >= self._max_per_caller:
            raise TooManyAtOnce
        if sum(map(len, self._waiting.values())) >= self._max_waiting:
            raise ServiceBusy
        granted = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(caller, deque()).append(granted)
        try:
            async with asyncio.timeout(self._patience_seconds):
                await granted
        except BaseException as error:
            if granted.done() and not granted.cancelled():
                self._end()
            else:
                self._forget(caller, granted)
            if isinstance(error, TimeoutError):
                raise ServiceBusy from None
            raise

    def _end(self) -> None:
        """Pass the turn on to the caller who has waited longest since their last one."""
        if not self._waiting:
            self._free += 1
            return
        caller, waiting = self._waiting.popitem(last=False)
        granted = waiting.popleft()
        if waiting:
            self._waiting[caller] = waiting
        granted.set_result(None)

    def _forget(self, caller: str, granted: asyncio.Future[None]) -> None:
        waiting = self._waiting[caller]
        waiting.remove(granted)
        if not waiting:
            del self._waiting[caller]


def provide_turn(turns: Injected[Turns], caller: Injected[Caller]) -> Turn:
    """Provide `turn`."""
    return turns.turn(caller)


def encoded(answer: bytes) -> Response[Any]:
    """A response of JSON that was encoded where it was computed."""
    return Response(answer, media_type="application/json")
