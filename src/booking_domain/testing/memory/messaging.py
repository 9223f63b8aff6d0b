"""Outbox and idempotency keys in memory."""

from collections.abc import Sequence
from datetime import datetime

from booking_domain.shared.events import Event
from booking_domain.shared.idempotency import KEPT_FOR, IdempotencyKey, IdempotencyStore, KeyReused
from booking_domain.shared.outbox import Outbox
from booking_domain.testing.memory.state import KeptAnswer, MissingRow, State


class MemoryOutbox(Outbox):
    """The outbox of one transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def put(self, events: Sequence[Event]) -> None:
        self._state.outbox.update({event.id: event for event in events})


class MemoryIdempotency(IdempotencyStore):
    """The answers that one transaction sees. Twins wait where every transaction waits: at its beginning."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._begun: dict[IdempotencyKey, datetime] = {}

    async def begin(self, key: IdempotencyKey, now: datetime) -> bytes | None:
        kept = self._state.answers.get((key.caller, key.key))
        if kept is None or now - kept.at >= KEPT_FOR:
            self._begun[key] = now
            return None
        if kept.fingerprint != key.fingerprint:
            raise KeyReused
        return kept.answer

    async def finish(self, key: IdempotencyKey, answer: bytes) -> None:
        if key not in self._begun:
            raise MissingRow("an answer is kept under a key that was begun")
        kept = KeptAnswer(fingerprint=key.fingerprint, answer=answer, at=self._begun[key])
        self._state.answers[key.caller, key.key] = kept

    async def release(self, key: IdempotencyKey) -> None:
        if self._begun.pop(key, None) is None:
            raise MissingRow("a key is released that was begun")
        self._state.answers.pop((key.caller, key.key), None)
