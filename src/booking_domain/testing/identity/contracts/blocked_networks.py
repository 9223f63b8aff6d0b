"""The contract of `BlockedNetworks` and `BlockedNetworkReads`."""

from dataclasses import replace
from datetime import timedelta

import pytest

from booking_domain.identity.blocked_networks import (
    BlockedNetwork,
    BlockedNetworkId,
    NetworkBlockedAlready,
    read_network,
)
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import StorageContract, jumbled

HOUR = timedelta(hours=1)


class BlockedNetworksContract(StorageContract):
    """Networks whose requests are refused."""

    async def test_a_network_is_blocked_once_until_it_expires_or_is_removed(self) -> None:
        def blocked(network: str, **fields: object) -> BlockedNetwork:
            made = BlockedNetwork(
                id=BlockedNetworkId(self.make.entropy.new_id()),
                network=read_network(network),
                reason="r",
                blocked_at=NOW,
            )
            return replace(made, **fields)  # type: ignore[arg-type]

        short = blocked("203.0.113.7", expires_at=NOW + HOUR)
        long, removed, last = (blocked(each) for each in ("2001:db8::/32", "198.51.100.0/24", "198.51.101.0/24"))
        async with self.begin() as tx:
            for each in jumbled(short, long, removed, last):
                await tx.blocked_networks.add(each)
        with pytest.raises(NetworkBlockedAlready):
            await self.alone.blocked_networks.add(blocked("203.0.113.7"))
        async with self.begin() as tx:
            assert await tx.blocked_networks.count() == 4
            assert await tx.blocked_networks.remove(removed.id) == removed
            assert await tx.blocked_networks.remove(removed.id) is None
        assert list(await self.reads.blocked_networks.live(NOW)) == [last, long, short]
        assert list(await self.reads.blocked_networks.live(NOW + HOUR)) == [last, long]
        async with self.begin() as tx:
            await tx.blocked_networks.remove_expired(NOW + HOUR)
            assert await tx.blocked_networks.count() == 2
