"""Listens to what any process commits, on one connection, and tells the parts of this process."""

import asyncio
from contextlib import suppress
from typing import Final, Protocol

import structlog

from booking_domain.shared.errors import Unavailable
from booking_domain.shared.signals import ReceivedSignals, Signals

LISTEN_SECONDS: Final = 15
RETRY_SECONDS: Final = 1

log: Final = structlog.get_logger()


class Listener(Protocol):
    """A part that receives signals. It does not wait: the others would receive them late."""

    def receive(self, received: ReceivedSignals) -> None:
        """Take the signals; nothing is missed until `interrupted` is called, or they say so."""
        ...

    def interrupted(self) -> None:
        """Expect to miss something, until signals are received again."""
        ...


class Listening:
    """Listens while the process serves."""

    def __init__(self, signals: Signals, *listeners: Listener) -> None:
        self._signals = signals
        self._listeners = listeners
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin, without waiting for the database."""
        self._task = asyncio.create_task(self._listen())

    async def close(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._signals.close()

    async def _listen(self) -> None:
        while True:
            try:
                received = await self._signals.wait(LISTEN_SECONDS)
                for each in self._listeners:
                    each.receive(received)
            except Unavailable as error:
                self._interrupted()
                log.warning("signals.interrupted", code=error.code, reason=str(error.__cause__ or ""))
                await asyncio.sleep(RETRY_SECONDS)
            except Exception:
                self._interrupted()
                log.exception("signals.failed")
                await asyncio.sleep(RETRY_SECONDS)

    def _interrupted(self) -> None:
        for each in self._listeners:
            each.interrupted()
