"""The origin of the current request or job, for audit entries."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Final

from booking_domain.shared.audit import Origin

_FOUND_BY: Final[ContextVar[Callable[[], Origin]]] = ContextVar("origin", default=Origin)


def current_origin() -> Origin:
    """Return the origin of the current request or job."""
    return _FOUND_BY.get()()


def set_origin(find: Callable[[], Origin]) -> None:
    """Set the function that finds the origin, for this task and its children; it is called once per audit entry."""
    _FOUND_BY.set(find)
