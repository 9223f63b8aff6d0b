"""The outbox in memory."""

from collections.abc import Sequence

from booking_domain.shared.events import Event
from booking_domain.shared.outbox import Outbox
from booking_domain.testing.kit.tables import InMemory
from booking_domain.testing.shared.memory.tables import OUTBOX


class MemoryOutbox(InMemory, Outbox):
    """The outbox of one database transaction."""

    async def put(self, events: Sequence[Event]) -> None:
        for event in events:
            self._state[OUTBOX].put(event)
