"""Blocked networks in memory."""

from collections.abc import Callable, Sequence
from datetime import datetime

from booking_domain.identity.blocked_networks import (
    BlockedNetwork,
    BlockedNetworkId,
    BlockedNetworkReads,
    BlockedNetworks,
    NetworkBlockedAlready,
)
from booking_domain.testing.identity.memory.tables import BLOCKED_NETWORKS
from booking_domain.testing.kit.tables import State


class MemoryBlockedNetworks(BlockedNetworks):
    """The blocked networks of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, blocked: BlockedNetwork) -> None:
        table = self._state[BLOCKED_NETWORKS]
        if any(each.network == blocked.network for each in table.values()):
            raise NetworkBlockedAlready
        table[blocked.id] = blocked

    async def count(self) -> int:
        return len(self._state[BLOCKED_NETWORKS])

    async def remove(self, blocked_id: BlockedNetworkId) -> BlockedNetwork | None:
        return self._state[BLOCKED_NETWORKS].pop(blocked_id, None)

    async def remove_expired(self, now: datetime) -> None:
        table = self._state[BLOCKED_NETWORKS]
        for each in [each for each in table.values() if not each.live(now)]:
            del table[each.id]


class MemoryBlockedNetworkReads(BlockedNetworkReads):
    """Committed blocked networks."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def live(self, now: datetime) -> Sequence[BlockedNetwork]:
        found = (each for each in self._committed()[BLOCKED_NETWORKS].values() if each.live(now))
        return sorted(found, key=lambda each: each.id, reverse=True)
