"""The outbox in memory."""

from collections.abc import Sequence

from booking_domain.shared.events import Event
from booking_domain.shared.outbox import Outbox
from booking_domain.testing.kit.tables import State
from booking_domain.testing.shared.memory.tables import OUTBOX


class MemoryOutbox(Outbox):
    """The outbox of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def put(self, events: Sequence[Event]) -> None:
        self._state[OUTBOX].update({event.id: event for event in events})
