"""Idempotency keys: a request that is sent twice has one effect and one response.

Semantics of the IETF draft `idempotency-key-header`: responses are stored by caller and key for 24 hours. Only a
successful response is stored, so a failed request may be retried under the same key.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from booking_domain.shared.errors import Conflict, RuleViolated
from booking_domain.shared.ids import UserId

KEPT_FOR: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """A caller's key, and the fingerprint of the request that it was sent with."""

    caller: UserId
    key: str
    fingerprint: bytes


class KeyReused(RuleViolated, code="idempotency.key_reused"):
    """This Idempotency-Key was used for another request."""


class RequestInFlight(Conflict, code="idempotency.in_flight"):
    """The first request with this Idempotency-Key is still in progress; try again in a moment."""


class KeyInUse(Exception):
    """A key that a transaction has reserved is in use. The executor handles it; it reaches no caller."""

    def __init__(self, *, in_flight: bool = False) -> None:
        super().__init__()
        self.in_flight = in_flight
        """Whether the store has waited for a concurrent request that did not finish."""


class IdempotencyStore(Protocol):
    """Stores responses by key."""

    async def begin(self, key: IdempotencyKey, now: datetime) -> bytes | None:
        """Reserve the key for this database transaction, or return the response that is stored under it.

        Waits for a concurrent request with the same key. A key older than 24 hours counts as unused.

        Raises:
            KeyReused: the key was used with another fingerprint.
            RequestInFlight: the concurrent request did not finish while the store waited.
        """
        ...

    async def reserve(self, key: IdempotencyKey, now: datetime) -> None:
        """Reserve the key for this transaction, as `begin` does, in the round trip of the next statement.

        If the key is in use, or the concurrent request did not finish while the store waited, this or a later call of
        the transaction raises `KeyInUse`; `confirm` does at the latest.
        """
        ...

    async def confirm(self) -> None:
        """Wait until the key is reserved."""
        ...

    async def finish(self, key: IdempotencyKey, answer: bytes) -> None:
        """Store the response under the key, if and only if the database transaction commits."""
        ...

    async def release(self, key: IdempotencyKey) -> None:
        """Release a key that this database transaction has reserved: after the commit it counts as unused."""
        ...
