"""Adapters that hold connections."""

from abc import ABC, abstractmethod
from typing import Self


class Opened(ABC):
    """Base of adapters that are opened and closed: by hand, or with `async with`."""

    @abstractmethod
    async def open(self) -> None: ...
    @abstractmethod
    async def close(self) -> None: ...

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
