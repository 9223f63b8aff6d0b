"""The transactional outbox: what happened leaves in the transaction in which it happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from booking_domain.shared.ids import EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something that happened, for whoever listens to its topic."""

    id: EventId
    topic: str
    """`context.what`, e.g. `booking.confirmed`."""
    subject: UUID
    """What it happened to; messages of one subject are delivered in order."""
    payload: Mapping[str, str]
    occurred_at: datetime


class Outbox(Protocol):
    """Where a transaction leaves its messages."""

    async def put(self, messages: Sequence[Message]) -> None:
        """Keep the messages, in order, if and only if the transaction commits; each is then delivered at least once."""
        ...
