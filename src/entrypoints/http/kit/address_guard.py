"""Refuses requests by their address: from networks that admins have blocked, and of admins from elsewhere.

The blocked networks are read once in five seconds, by the request that comes then; all others use what it read. So a
block holds in each process within five seconds, and at once in the process that made it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from litestar.types import Scope

from booking_domain.identity.blocked_networks import (
    Address,
    AddressBlocked,
    AddressNotAllowed,
    BlockedNetwork,
    BlockedNetworkReads,
    Network,
    lies_within,
)
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import StorageUnavailable
from entrypoints.http.kit.clients import Clients
from entrypoints.http.kit.rate_limits import class_of, count_as_address

READ_EVERY: Final = timedelta(seconds=5)


class AddressGuard:
    """Knows which addresses are refused."""

    def __init__(
        self, blocked: BlockedNetworkReads, clients: Clients, clock: Clock, *, admins: Sequence[Network]
    ) -> None:
        self._reads = blocked
        self._clients = clients
        self._clock = clock
        self._admins = tuple(admins)
        self._blocked: Sequence[BlockedNetwork] = ()
        self._read_at: datetime | None = None
        self._block_of = lru_cache(maxsize=4_096)(self._find_block)

    def read_again(self) -> None:
        """Read the blocked networks with the next request."""
        self._read_at = None

    async def require_unblocked(self, scope: Scope) -> None:
        """Raise `AddressBlocked` if the client's network is blocked; routes without a rate limit serve everyone."""
        if class_of(scope["route_handler"]) is None:
            return
        now = self._clock.now()
        if self._read_at is None or abs(now - self._read_at) >= READ_EVERY:
            await self._read(now)
        if not self._blocked:
            return
        block = self._block_of(self._clients.client(scope))
        if block is not None and block.live(now):
            count_as_address(scope, self._clients)
            raise AddressBlocked

    def knows_unblocked(self, scope: Scope) -> bool:
        """Whether the client's network is not blocked, if that is known without reading."""
        now = self._clock.now()
        if self._read_at is None or abs(now - self._read_at) >= READ_EVERY:
            return False
        if not self._blocked:
            return True
        block = self._block_of(self._clients.client(scope))
        return block is None or not block.live(now)

    def require_allowed(self, actor: Actor | None, scope: Scope) -> None:
        """Raise `AddressNotAllowed` if the actor is an admin outside the networks of admins, if there are any."""
        if not self._admins or actor is None or actor.role is not Role.ADMIN:
            return
        if not lies_within(self._clients.client(scope), self._admins):
            raise AddressNotAllowed

    async def _read(self, now: datetime) -> None:
        self._read_at = now  # first: the requests that come meanwhile do not read too
        try:
            self._blocked = await self._reads.live(now)
        except StorageUnavailable:  # what was read before still counts
            return
        self._block_of.cache_clear()

    def _find_block(self, address: Address | None) -> BlockedNetwork | None:
        return next((each for each in self._blocked if lies_within(address, [each.network])), None)
