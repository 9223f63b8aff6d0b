"""Watching statements: where they run is the one place that knows the text and the time of each."""

from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Final, TypeVar

from adapters.postgres.kit.statements import Statement

Value = TypeVar("Value")
Watcher = Callable[[Statement, float, float], None]
"""Is told of a statement that has run, and when it was sent and answered, by `perf_counter`. Must not raise."""
watchers: Final[list[Watcher]] = []
"""Of this process. Without any, statements cost nothing more."""


def tell(statement: Statement, began: float, ended: float) -> None:
    """Tell the watchers of a statement."""
    for watcher in watchers:
        watcher(statement, began, ended)


async def watched(statement: Statement, running: Awaitable[Value]) -> Value:
    """Wait for the result of a statement, and tell the watchers."""
    if not watchers:
        return await running
    began = perf_counter()
    try:
        return await running
    finally:
        tell(statement, began, perf_counter())
