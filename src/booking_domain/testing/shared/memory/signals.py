"""Signals in memory."""

import asyncio
from contextlib import suppress

from booking_domain.shared.signals import ReceivedSignals, Signals


class MemorySignals(Signals):
    """What was committed to a database in memory since the last call."""

    def __init__(self) -> None:
        self._received = ReceivedSignals(missed=True)
        self._woken = asyncio.Event()
        self._woken.set()

    def tell(self, committed: ReceivedSignals) -> None:
        """Wake the process that listens."""
        self._received = ReceivedSignals(
            missed=self._received.missed,
            live_events=self._received.live_events or committed.live_events,
            accounts=self._received.accounts | committed.accounts,
            public=self._received.public | committed.public,
        )
        self._woken.set()

    async def wait(self, seconds: float) -> ReceivedSignals:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        self._woken.clear()
        received, self._received = self._received, ReceivedSignals()
        return received

    async def close(self) -> None: ...
