"""Signals in memory."""

import asyncio
from contextlib import suppress

from booking_domain.shared.signals import Heard, Signals


class MemorySignals(Signals):
    """What was committed to a database in memory since the last call."""

    def __init__(self) -> None:
        self._heard = Heard(missed=True)
        self._woken = asyncio.Event()
        self._woken.set()

    def tell(self, committed: Heard) -> None:
        """Wake the process that listens."""
        self._heard = Heard(
            missed=self._heard.missed,
            live_events=self._heard.live_events or committed.live_events,
            accounts=self._heard.accounts | committed.accounts,
        )
        self._woken.set()

    async def wait(self, seconds: float) -> Heard:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        self._woken.clear()
        heard, self._heard = self._heard, Heard()
        return heard

    async def close(self) -> None: ...
