"""Processes: use cases with calls to external services between them, each step one database transaction or none.

A process declares the errors that it raises, like a use case or a query, so that an entry point can document them.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, ParamSpec, TypeVar

from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import DomainError
from booking_domain.shared.permissions import Permission

P = ParamSpec("P")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
@checks_enums
class Process(Generic[P, Result]):
    """Several steps; call it like the function it wraps."""

    run: Callable[P, Awaitable[Result]]
    raises: tuple[type[DomainError], ...] = ()
    action: Permission | None = None
    """The permission that its actor needs; None: it has no actor."""

    async def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Result:
        return await self.run(*args, **kwargs)
