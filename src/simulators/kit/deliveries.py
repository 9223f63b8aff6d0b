"""Delivers what is due in the background. What is pending is stored, so delivery resumes after a crash."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Generic, Protocol, TypeVar


class Delivery(Protocol):
    """What is to be delivered; `due_at` is in Unix seconds."""

    @property
    def id(self) -> int: ...
    @property
    def due_at(self) -> float: ...


Each = TypeVar("Each", bound=Delivery)


class Deliverer(Generic[Each]):
    """Starts `deliver` for each of the `pending` deliveries (the earliest first) when it is due."""

    def __init__(self, pending: Callable[[], Sequence[Each]], deliver: Callable[[Each], Awaitable[None]]) -> None:
        self._pending = pending
        self._deliver = deliver
        self._wake = asyncio.Event()
        self._in_flight: set[int] = set()

    def wake(self) -> None:
        """Signal that a delivery was added."""
        self._wake.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with asyncio.TaskGroup() as deliveries:
            while True:
                self._wake.clear()
                wait_seconds: float | None = None
                for each in self._pending():
                    if each.id in self._in_flight:
                        continue
                    wait_seconds = each.due_at - time.time()
                    if wait_seconds > 0:
                        break
                    wait_seconds = None
                    self._in_flight.add(each.id)
                    deliveries.create_task(self._delivered(each))
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait_seconds):
                        await self._wake.wait()

    async def _delivered(self, each: Each) -> None:
        try:
            await self._deliver(each)
        finally:
            self._in_flight.discard(each.id)
            self._wake.set()
