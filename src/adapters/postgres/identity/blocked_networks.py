"""Blocked networks on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from ipaddress import ip_network
from typing import Final

from sqlalchemy import bindparam, delete, func, or_, select

from adapters.postgres.identity.tables import blocked_networks
from adapters.postgres.kit.codec import Converted, Mapper
from adapters.postgres.kit.rows import AddedRows, Rows
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import WithWork
from booking_domain.identity.blocked_networks import (
    BlockedNetwork,
    BlockedNetworkId,
    BlockedNetworkReads,
    BlockedNetworks,
)

BLOCKED: Final = Mapper(blocked_networks, BlockedNetwork, network=Converted("network", write=str, read=ip_network))
_b: Final = blocked_networks.c
_COUNT: Final = Statement(select(func.count()).select_from(blocked_networks))
_REMOVE: Final = Statement(delete(blocked_networks).where(_b.id == bindparam("blocked_id")).returning(*BLOCKED.columns))
_FORGET: Final = Statement(delete(blocked_networks).where(_b.expires_at <= bindparam("now")))
_LIVE: Final = Statement(
    select(*BLOCKED.columns)
    .where(or_(_b.expires_at.is_(None), _b.expires_at > bindparam("now")))
    .order_by(_b.id.desc())
)


class PostgresBlockedNetworks(AddedRows[BlockedNetwork], BlockedNetworks):
    """`BlockedNetworks` in the table `blocked_networks`."""

    rows = Rows(BLOCKED)

    async def count(self) -> int:
        row = await self._work.one(_COUNT)
        return 0 if row is None else int(row[0])

    async def remove(self, blocked_id: BlockedNetworkId) -> BlockedNetwork | None:
        return await self._work.first(BLOCKED.read, _REMOVE, blocked_id=blocked_id)

    async def remove_expired(self, now: datetime) -> None:
        await self._work.execute(_FORGET, now=now)


class PostgresBlockedNetworkReads(WithWork, BlockedNetworkReads):
    """`BlockedNetworkReads` of the table `blocked_networks`."""

    async def live(self, now: datetime) -> Sequence[BlockedNetwork]:
        return await self._work.each(BLOCKED.read, _LIVE, now=now)
