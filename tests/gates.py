"""For tests that remove a defence: the race is lost every time, not by luck."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

PATIENCE_SECONDS: Final = 300.0
"""The bound of a wait in any test. It only ends a test that would hang: far more than a loaded machine needs."""


class Gate:
    """Holds callers on one event loop until `number` of them have arrived.

    Raises:
        TimeoutError: too few arrived within PATIENCE_SECONDS.
    """

    def __init__(self, number: int) -> None:
        self._missing = number
        self._opened = asyncio.Event()

    async def through(self) -> None:
        self._missing -= 1
        if self._missing <= 0:
            self._opened.set()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._opened.wait()

    def after(self, look: Callable[Parameters, Awaitable[Result]]) -> Callable[Parameters, Awaitable[Result]]:
        """`look`, whose callers continue together after `number` of them have seen the same state."""

        @wraps(look)
        async def together(*args: Parameters.args, **named: Parameters.kwargs) -> Result:
            seen = await look(*args, **named)
            await self.through()
            return seen

        return together
