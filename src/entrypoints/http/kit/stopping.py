"""Tells endless streams and WebSockets that the process is asked to stop.

granian waits for all responses, up to its time limit, but for no WebSocket: it is told to stop once these are closed.
granian has no hook for this, so its installation of signal handlers is wrapped.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, Protocol

DRAIN_SECONDS: Final = 5
"""How long granian is told to stop after the signal, at most."""
_callbacks: Final[set[Callable[[], None]]] = set()
_awaited: Final[set[Callable[[], Awaitable[None]]]] = set()
_stopping: Final[set[asyncio.Task[None]]] = set()


class Draining:
    """Makes the process unready as soon as it is asked to stop, and lets it serve until no proxy sends it requests."""

    def __init__(self, seconds: float) -> None:
        """`seconds`: how long it serves after the signal; at most `DRAIN_SECONDS`."""
        self._seconds = seconds
        self.begun = False

    def begin(self) -> None:
        """Be unready from now on."""
        self.begun = True

    async def over(self) -> None:
        """Return when the process may stop."""
        await asyncio.sleep(self._seconds)


class Stopping(Protocol):
    """What granian waits for."""

    def set(self) -> None:
        """Stop."""
        ...


@contextmanager
def when_stopping(tell: Callable[[], None], drained: Callable[[], Awaitable[None]] | None = None) -> Iterator[None]:
    """Call this as soon as the process is asked to stop, and stop once `drained` returns."""
    _callbacks.add(tell)
    if drained is not None:
        _awaited.add(drained)
    try:
        yield
    finally:
        _callbacks.discard(tell)
        if drained is not None:
            _awaited.discard(drained)


def telling(
    install: Callable[[asyncio.AbstractEventLoop], Stopping],
) -> Callable[[asyncio.AbstractEventLoop], Stopping]:
    """Wrap granian's `set_loop_signals`."""

    def install_and_tell(loop: asyncio.AbstractEventLoop) -> Stopping:
        stopping = install(loop)

        def stop() -> None:
            for tell in list(_callbacks):
                tell()
            if not _awaited:
                stopping.set()
                return
            task = loop.create_task(_stop_when_drained(stopping))
            _stopping.add(task)  # the loop keeps only a weak reference
            task.add_done_callback(_stopping.discard)

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop)
        return stopping

    return install_and_tell


async def _stop_when_drained(stopping: Stopping) -> None:
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await asyncio.gather(*(drained() for drained in list(_awaited)))
    finally:
        stopping.set()
