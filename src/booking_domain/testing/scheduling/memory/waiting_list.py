"""The waiting list in memory."""

from collections.abc import Sequence

from booking_domain.scheduling.waiting import OPEN
from booking_domain.scheduling.waiting_list import MAX_LISTED_ENTRIES, WaitingList, WaitingListEntry, WaitingReads
from booking_domain.shared.ids import ProviderId, UserId, WaitingId
from booking_domain.testing.kit.tables import InMemory, Repository
from booking_domain.testing.scheduling.memory.tables import WAITING_LIST


class MemoryWaitingList(Repository[WaitingId, WaitingListEntry], WaitingList):
    """The waiting list of one database transaction."""

    table = WAITING_LIST

    async def get(self, waiting_id: WaitingId) -> WaitingListEntry | None:
        return await self.lock(waiting_id)

    async def open_for(self, provider_id: ProviderId) -> Sequence[WaitingListEntry]:
        self._state.lock()
        found = [each for each in self._rows.values() if each.provider_id == provider_id and each.status in OPEN]
        return sorted(found, key=lambda each: (each.created_at, each.id))

    async def save(self, waiting: WaitingListEntry) -> None:
        self._rows.put(waiting)

    async def count_open_for(self, provider_id: ProviderId) -> int:
        return len(await self.open_for(provider_id))

    async def count_open(self, customer_id: UserId) -> int:
        self._state.lock()
        return sum(each.customer_id == customer_id and each.status in OPEN for each in self._rows.values())


class MemoryWaitingReads(InMemory, WaitingReads):
    """The committed waiting list."""

    async def of_customer(self, customer_id: UserId, after: WaitingId | None = None) -> Sequence[WaitingListEntry]:
        return self._state[WAITING_LIST].page(
            lambda each: each.customer_id == customer_id, after, MAX_LISTED_ENTRIES, newest_first=True
        )

    async def providers(self) -> Sequence[ProviderId]:
        return sorted({each.provider_id for each in self._state[WAITING_LIST].values() if each.status in OPEN})
