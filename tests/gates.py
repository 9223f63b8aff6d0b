"""For tests that take a defence out: the race is lost each time then, and not only when it happens to be."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

PATIENCE_SECONDS: Final = 30.0


class Gate:
    """Nobody goes through before `number` have come, and then everybody does; of one event loop.

    Errors:
        TimeoutError: too few have come.
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
        """`look`, from which as many go on together: what they have seen is the same."""

        @wraps(look)
        async def together(*args: Parameters.args, **named: Parameters.kwargs) -> Result:
            seen = await look(*args, **named)
            await self.through()
            return seen

        return together
