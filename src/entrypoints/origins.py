"""The origin of the current request or job, for audit entries."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Final

from booking_domain.shared.audit import Origin

_FOUND_BY: Final[ContextVar[Callable[[], Origin]]] = ContextVar("origin", default=Origin)


def current_origin() -> Origin:
    """Where what is done right now comes from."""
    return _FOUND_BY.get()()


def comes_from(find: Callable[[], Origin]) -> None:
    """Say how to find out, for this task and those that it starts; nothing is looked at before an entry is made."""
    _FOUND_BY.set(find)
