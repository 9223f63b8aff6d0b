"""Queries: reads that check what the actor may see, the counterpart of use cases.

A query runs outside any database transaction and sees what is committed. It declares the errors that it raises, so that
an entry point can document them.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, ParamSpec, TypeVar

from booking_domain.shared.errors import DomainError

P = ParamSpec("P")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Query(Generic[P, Result]):
    """A read with its authorisation; call it like the function it wraps."""

    read: Callable[P, Awaitable[Result]]
    raises: tuple[type[DomainError], ...] = ()

    async def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Result:
        return await self.read(*args, **kwargs)
