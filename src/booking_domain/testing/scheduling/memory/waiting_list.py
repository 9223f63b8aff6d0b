"""The waiting list in memory."""

from collections.abc import Callable, Sequence

from booking_domain.scheduling.waiting import MAX_LISTED_ENTRIES, OPEN, WaitingList, WaitingListEntry, WaitingReads
from booking_domain.shared.ids import ProviderId, UserId, WaitingId
from booking_domain.testing.catalogue.memory.tables import require_provider
from booking_domain.testing.identity.memory.tables import require_user
from booking_domain.testing.kit.tables import State
from booking_domain.testing.scheduling.memory.tables import WAITING_LIST


class MemoryWaitingList(WaitingList):
    """The waiting list of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, waiting: WaitingListEntry) -> None:
        require_provider(self._state, waiting.provider_id)
        require_user(self._state, waiting.customer_id)
        self._state[WAITING_LIST][waiting.id] = waiting

    async def open_for(self, provider_id: ProviderId) -> Sequence[WaitingListEntry]:
        found = [
            each
            for each in self._state[WAITING_LIST].values()
            if each.provider_id == provider_id and each.status in OPEN
        ]
        return sorted(found, key=lambda each: (each.created_at, each.id))

    async def get(self, waiting_id: WaitingId) -> WaitingListEntry | None:
        return self._state[WAITING_LIST].get(waiting_id)

    async def save(self, waiting: WaitingListEntry) -> None:
        self._state[WAITING_LIST][waiting.id] = waiting

    async def count_open_for(self, provider_id: ProviderId) -> int:
        return len(await self.open_for(provider_id))

    async def count_open(self, customer_id: UserId) -> int:
        return sum(
            each.customer_id == customer_id and each.status in OPEN for each in self._state[WAITING_LIST].values()
        )


class MemoryWaitingReads(WaitingReads):
    """The committed waiting list."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def of_customer(self, customer_id: UserId, after: WaitingId | None = None) -> Sequence[WaitingListEntry]:
        found = [
            each
            for each in self._committed()[WAITING_LIST].values()
            if each.customer_id == customer_id and (after is None or each.id < after)
        ]
        return sorted(found, key=lambda each: each.id, reverse=True)[:MAX_LISTED_ENTRIES]

    async def providers(self) -> Sequence[ProviderId]:
        return sorted({each.provider_id for each in self._committed()[WAITING_LIST].values() if each.status in OPEN})
