"""Reads what several requests ask for in one go: those that ask while a read runs share the next one."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Found = TypeVar("Found")


class _Batch(Generic[Key, Found]):
    def __init__(self) -> None:
        self.keys: set[Key] = set()
        self.found: asyncio.Future[Found] = asyncio.get_running_loop().create_future()


class Together(Generic[Key, Found]):
    """Asks `read` for the keys of all who wait."""

    def __init__(self, read: Callable[[set[Key]], Awaitable[Found]]) -> None:
        self._read = read
        self._next: _Batch[Key, Found] | None = None
        self._reading: asyncio.Task[None] | None = None

    async def ask(self, key: Key) -> Found:
        """Return what was found for all; it is as new as this call. Errors of the read reach all who share it."""
        if self._next is None:
            self._next = _Batch()
        batch = self._next
        batch.keys.add(key)
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read_all())
        return await asyncio.shield(batch.found)

    async def _read_all(self) -> None:
        while self._next is not None:
            batch, self._next = self._next, None
            try:
                batch.found.set_result(await self._read(batch.keys))
            except BaseException as error:
                batch.found.set_exception(error)
                batch.found.exception()  # all who waited may have gone
                if not isinstance(error, Exception):
                    raise
