"""The base class of contracts whose tests are coroutines.

The tests run on asyncio with pytest's anyio plugin, which is part of the package `anyio` and of the extra
`booking-domain[testing]`. A module that inherits a contract needs no configuration.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import ClassVar, Final, ParamSpec

import pytest

TIME_LIMIT: Final = 30.0
"""Seconds. A test that takes longer has run into a deadlock and fails with `TimeoutError`."""

Parameters = ParamSpec("Parameters")


class AsyncContract:
    """Runs each coroutine test in an event loop of its own and stops it after `TIME_LIMIT`."""

    pytestmark: ClassVar[list[pytest.MarkDecorator]] = [pytest.mark.anyio]

    def __init_subclass__(cls) -> None:
        """Limit the time of the coroutine tests that the class defines."""
        super().__init_subclass__()
        for name, test in list(vars(cls).items()):
            if name.startswith("test_") and iscoroutinefunction(test):
                setattr(cls, name, _limited(test))

    @pytest.fixture
    def anyio_backend(self) -> str:
        """Select asyncio."""
        return "asyncio"


def _limited(test: Callable[Parameters, Awaitable[None]]) -> Callable[Parameters, Awaitable[None]]:
    @wraps(test)
    async def limited(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        async with asyncio.timeout(TIME_LIMIT):
            await test(*args, **kwargs)

    return limited
