"""Tells endless streams that the process is asked to stop: granian waits for all responses, up to its time limit.

granian has no hook for this, so its installation of signal handlers is wrapped.
"""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol

_told: Final[set[Callable[[], None]]] = set()


class Stopping(Protocol):
    """What granian waits for."""

    def set(self) -> None:
        """Stop."""
        ...


@contextmanager
def when_stopping(tell: Callable[[], None]) -> Iterator[None]:
    """Call this as soon as the process is asked to stop."""
    _told.add(tell)
    try:
        yield
    finally:
        _told.discard(tell)


def telling(
    install: Callable[[asyncio.AbstractEventLoop], Stopping],
) -> Callable[[asyncio.AbstractEventLoop], Stopping]:
    """Wrap granian's `set_loop_signals`."""

    def install_and_tell(loop: asyncio.AbstractEventLoop) -> Stopping:
        stopping = install(loop)

        def stop() -> None:
            for tell in list(_told):
                tell()
            stopping.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop)
        return stopping

    return install_and_tell
