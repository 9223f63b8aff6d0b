"""The transactional outbox: events are stored in the database transaction in which they happen."""

from collections.abc import Sequence
from typing import Protocol

from booking_domain.shared.events import Event


class Outbox(Protocol):
    """Stores the events of one database transaction."""

    async def put(self, events: Sequence[Event]) -> None:
        """Store the events, in order, if the database transaction commits; each is then delivered at least once."""
        ...
