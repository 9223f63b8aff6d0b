"""Networks whose requests are refused: single addresses, or ranges of them.

An admin blocks a network with a reason, until a time or until the block is lifted. An admin cannot block the network of
their own request, nor a range that is wider than a provider's largest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Final, NewType, Protocol
from uuid import UUID

from booking_domain.shared.errors import Conflict, Forbidden, InvalidValue, NotFound
from booking_domain.shared.time import instant

BlockedNetworkId = NewType("BlockedNetworkId", UUID)
Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

MAX_REASON: Final = 200
MOST_BLOCKED: Final = 1_000
_WIDEST: Final = {4: 8, 6: 16}
"""The shortest prefix of a range, by version."""


class AddressBlocked(Forbidden, code="access.address_blocked"):
    """Requests from your address are blocked; please contact us."""


class AddressNotAllowed(Forbidden, code="access.address_not_allowed"):
    """Admins cannot work from this address."""


class BlockedNetworkNotFound(NotFound, code="network.not_found"):
    """This block does not exist; it may have ended."""


class NetworkBlockedAlready(Conflict, code="network.exists"):
    """This network is blocked already."""


class OwnNetwork(Conflict, code="network.own"):
    """Your own address is in this network."""


class TooManyBlockedNetworks(Conflict, code="network.too_many"):
    """Too many networks are blocked; lift a block, or block a range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedNetwork:
    """A network whose requests are refused."""

    id: BlockedNetworkId
    network: Network
    reason: str
    blocked_at: datetime
    expires_at: datetime | None = None
    """None: until it is lifted."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.reason.strip()) <= MAX_REASON:
            raise InvalidValue(field="reason", problem=f"1 to {MAX_REASON} characters")
        if self.expires_at is not None:
            object.__setattr__(self, "expires_at", instant(self.expires_at, field="expires_at"))
        if self.expires_at is not None and self.expires_at <= self.blocked_at:
            raise InvalidValue(field="expires_at", problem="in the future")

    def live(self, now: datetime) -> bool:
        """Whether the block has yet to expire."""
        return self.expires_at is None or now < self.expires_at


def lies_within(address: Address | None, networks: Sequence[Network]) -> bool:
    """Whether the address is in one of the networks."""
    return address is not None and any(
        address.version == network.version and address in network for network in networks
    )


def read_network(text: str) -> Network:
    """Parse an address or a network in CIDR notation, or raise `InvalidValue`.

    >>> read_network("203.0.113.7"), read_network("2001:db8::/32")
    (IPv4Network('203.0.113.7/32'), IPv6Network('2001:db8::/32'))
    """
    try:
        network = ip_network(text.strip())
    except ValueError:
        raise InvalidValue(field="network", problem="an address or a network such as 203.0.113.0/24") from None
    widest = _WIDEST[network.version]
    if network.prefixlen < widest:
        raise InvalidValue(field="network", problem=f"a prefix of at least /{widest}")
    return network


class BlockedNetworks(Protocol):
    """The blocked networks of a database transaction."""

    async def add(self, blocked: BlockedNetwork) -> None:
        """Add a block, or raise `NetworkBlockedAlready`."""
        ...

    async def count(self) -> int:
        """How many networks are blocked."""
        ...

    async def remove(self, blocked_id: BlockedNetworkId) -> BlockedNetwork | None:
        """Remove a block and return it; None if there is none."""
        ...

    async def remove_expired(self, now: datetime) -> None:
        """Remove the blocks that have expired."""
        ...


class BlockedNetworkReads(Protocol):
    """Reads of blocked networks, outside any database transaction."""

    async def live(self, now: datetime) -> Sequence[BlockedNetwork]:
        """The blocks that have yet to expire, the newest first."""
        ...
