"""Idempotency keys in memory."""

from collections.abc import Callable
from datetime import datetime

from booking_domain.shared.idempotency import KEPT_FOR, IdempotencyKey, IdempotencyStore, KeyInUse, KeyReused
from booking_domain.testing.kit.tables import InMemory, MissingRow, State
from booking_domain.testing.shared.memory.tables import ANSWERS, ResponseRecord


class MemoryIdempotency(InMemory, IdempotencyStore):
    """The stored responses in one database transaction."""

    def __init__(self, current: Callable[[], State]) -> None:
        super().__init__(current)
        self._begun: dict[IdempotencyKey, datetime] = {}

    async def begin(self, key: IdempotencyKey, now: datetime) -> bytes | None:
        try:
            await self.reserve(key, now)
        except KeyInUse:
            kept = self._state[ANSWERS][key.caller, key.key]
        else:
            return None
        if kept.fingerprint != key.fingerprint:
            raise KeyReused
        return kept.answer

    async def reserve(self, key: IdempotencyKey, now: datetime) -> None:
        self._state.lock()
        kept = self._state[ANSWERS].get((key.caller, key.key))
        if kept is not None and now - kept.at < KEPT_FOR:
            raise KeyInUse
        self._begun[key] = now

    async def confirm(self) -> None:
        """The key has been reserved at once."""

    async def finish(self, key: IdempotencyKey, answer: bytes) -> None:
        if key not in self._begun:
            raise MissingRow("an answer is kept under a key that was begun")
        kept = ResponseRecord(fingerprint=key.fingerprint, answer=answer, at=self._begun[key])
        self._state[ANSWERS][key.caller, key.key] = kept

    async def release(self, key: IdempotencyKey) -> None:
        if self._begun.pop(key, None) is None:
            raise MissingRow("a key is released that was begun")
        self._state[ANSWERS].pop((key.caller, key.key), None)
