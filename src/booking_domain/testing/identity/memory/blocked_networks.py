"""Blocked networks in memory."""

from collections.abc import Sequence
from datetime import datetime

from booking_domain.identity.blocked_networks import (
    BlockedNetwork,
    BlockedNetworkId,
    BlockedNetworkReads,
    BlockedNetworks,
    NetworkBlockedAlready,
)
from booking_domain.testing.identity.memory.tables import BLOCKED_NETWORKS
from booking_domain.testing.kit.tables import InMemory


class MemoryBlockedNetworks(InMemory, BlockedNetworks):
    """The blocked networks of one database transaction."""

    async def add(self, blocked: BlockedNetwork) -> None:
        if self._state[BLOCKED_NETWORKS].where(lambda each: each.network == blocked.network):
            raise NetworkBlockedAlready
        self._state[BLOCKED_NETWORKS].put(blocked)

    async def count(self) -> int:
        return len(self._state[BLOCKED_NETWORKS])

    async def remove(self, blocked_id: BlockedNetworkId) -> BlockedNetwork | None:
        return self._state[BLOCKED_NETWORKS].pop(blocked_id, None)

    async def remove_expired(self, now: datetime) -> None:
        self._state[BLOCKED_NETWORKS].delete(lambda each: not each.live(now))


class MemoryBlockedNetworkReads(InMemory, BlockedNetworkReads):
    """Committed blocked networks."""

    async def live(self, now: datetime) -> Sequence[BlockedNetwork]:
        return self._state[BLOCKED_NETWORKS].page(lambda each: each.live(now), newest_first=True)
