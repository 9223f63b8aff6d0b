"""Caches: answers that are kept for a while, in this process or in another."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """An answer as it is sent, and when it is true."""

    body: bytes
    digest: str
    """Identifies the body: two bodies never have the same."""
    tag: str
    """Identifies the body among all answers to the same question."""
    since: datetime
    until: datetime
    """It is true from `since` until before `until`, unless something it shows is changed."""
    took: float = 0.0
    """Seconds that it took to make."""


class AnswerCache(Protocol):
    """Keeps answers by key, for a time. It may forget any of them sooner."""

    async def get(self, key: str) -> tuple[KeptAnswer, float] | None:
        """What was kept under the key, and the seconds for which it still is."""
        ...

    def peek(self, key: str) -> tuple[KeptAnswer, float] | None:
        """The same at once, if this process has it."""
        ...

    async def put(self, key: str, answer: KeptAnswer, seconds: float) -> None:
        """Keep an answer for so many seconds, in place of what the key had."""
        ...
