"""Answers kept in this process, bounded by their bytes: the least recently used ones are forgotten."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from booking_domain.shared.cache import AnswerCache, KeptAnswer

ENTRY_BYTES: Final = 600
"""What an entry takes besides its body and key, about."""


class ProcessCache(AnswerCache):
    """`AnswerCache` in a dictionary."""

    def __init__(self, *, most_bytes: int, timer: Callable[[], float] = time.monotonic) -> None:
        self._most_bytes = most_bytes
        self._timer = timer
        self._kept: OrderedDict[str, tuple[KeptAnswer, float]] = OrderedDict()
        self.bytes = 0
        """How many bytes the answers take."""

    async def get(self, key: str) -> tuple[KeptAnswer, float] | None:
        return self.peek(key)

    def peek(self, key: str) -> tuple[KeptAnswer, float] | None:
        """`get`, at once."""
        found = self._kept.get(key)
        if found is None:
            return None
        answer, expires = found
        left = expires - self._timer()
        if left <= 0:
            self._drop(key)
            return None
        self._kept.move_to_end(key)
        return answer, left

    async def put(self, key: str, answer: KeptAnswer, seconds: float) -> None:
        self._drop(key)
        size = _size(key, answer)
        if seconds <= 0 or size > self._most_bytes:
            return
        self._kept[key] = answer, self._timer() + seconds
        self.bytes += size
        while self.bytes > self._most_bytes:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: str) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self.bytes -= _size(key, found[0])


def _size(key: str, answer: KeptAnswer) -> int:
    return len(key) + len(answer.body) + ENTRY_BYTES
