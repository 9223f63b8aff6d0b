"""Idempotency keys: the same request twice has one effect and one answer.

Semantics of the IETF draft `idempotency-key-header`: found by caller and key, kept 24 h; only what succeeded is
kept, so a request that failed may be tried again under the same key.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final, Protocol

from booking_domain.shared.errors import Conflict, RuleViolated
from booking_domain.shared.ids import UserId

KEPT_FOR: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """A caller's key, and the fingerprint of what was asked under it."""

    caller: UserId
    key: str
    fingerprint: bytes


class KeyReused(RuleViolated):
    """This Idempotency-Key was used for another request."""

    code: ClassVar[str] = "idempotency.key_reused"


class RequestInFlight(Conflict):
    """The first request under this Idempotency-Key is still being worked on; ask again in a moment."""

    code: ClassVar[str] = "idempotency.in_flight"


class IdempotencyStore(Protocol):
    """Remembers answers by key."""

    async def begin(self, key: IdempotencyKey, now: datetime) -> bytes | None:
        """Reserve the key for this transaction, or return the answer that was given under it.

        A twin that is being worked on is waited for. A key older than 24 h is as good as new.

        Raises:
            KeyReused: the key stands for another fingerprint.
            RequestInFlight: the twin took longer than the store waits.
        """
        ...

    async def finish(self, key: IdempotencyKey, answer: bytes) -> None:
        """Keep the answer with the key, if and only if the transaction commits."""
        ...

    async def release(self, key: IdempotencyKey) -> None:
        """Give back a key that this transaction has reserved: after the commit it is as good as new."""
        ...
