"""`/admin/blocked-networks`: addresses and networks whose requests are refused."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, delete, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from booking_domain.identity.blocked_networks import MAX_REASON, BlockedNetwork, BlockedNetworkId, read_network
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.use_cases.identity.blocked_networks import (
    BlockNetwork,
    block_network,
    lift_block,
    list_blocked_networks,
)
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.address_guard import AddressGuard
from entrypoints.http.kit.clients import Clients
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.fields import Body, Instant, Json, Timestamp
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import projection
from entrypoints.http.kit.running import Run

_BLOCK: Final[dict[str, Any]] = {
    "network": "203.0.113.0/24",
    "reason": "guesses passwords",
    "expiresAt": "2027-11-23T10:00:00+08:00",
}


class BlockNetworkBody(Body, frozen=True, kw_only=True):
    """An address or a network whose requests to refuse, and the reason."""

    network: Annotated[
        str,
        Meta(
            min_length=2,
            max_length=43,
            description="IPv4 or IPv6, CIDR notation for a range.",
            examples=["203.0.113.7", "2001:db8::/32"],
        ),
    ]
    reason: Annotated[str, Meta(min_length=1, max_length=MAX_REASON)]
    """Shown to other admins, never to the client."""
    expires_at: Instant | None = None
    """Null: blocked until an admin lifts it."""


class BlockedNetworkJson(Json, frozen=True, kw_only=True):
    """A network whose requests are refused."""

    id: UUID
    network: str
    """The address, or the network in CIDR notation."""
    reason: str
    blocked_at: Timestamp
    """When it was blocked."""
    expires_at: Timestamp | None = None


class BlockedNetworksJson(Json, frozen=True, kw_only=True):
    """The networks whose requests are refused."""

    items: tuple[BlockedNetworkJson, ...]


_json: Final = projection(BlockedNetwork, BlockedNetworkJson, network=lambda blocked: str(blocked.network))


@get(
    "/blocked-networks",
    opt=documented(list_blocked_networks),
    operation_id="listBlockedNetworks",
)
async def list_blocked(actor: Injected[Actor], reads: Injected[Reads], clock: Injected[Clock]) -> BlockedNetworksJson:
    """List the networks whose requests are refused, newest first; at most 1,000; for admins."""
    found = await list_blocked_networks(actor, reads.blocked_networks, now=clock.now())
    return BlockedNetworksJson(items=tuple(map(_json, found)))


@post(
    "/blocked-networks",
    opt=documented(block_network, body=_BLOCK),
    operation_id="blockNetwork",
)
async def block(
    data: JSONBody[BlockNetworkBody],
    request: Request[Any, Any, Any],
    *,
    run: Injected[Run],
    clients: Injected[Clients],
    address_guard: Injected[AddressGuard],
) -> Response[BlockedNetworkJson]:
    """Refuse all requests from an address or a network, with 403 `access.address_blocked`; for admins.

    All processes of the API refuse them within five seconds. Sessions do not end: end those of an attacker too. You
    cannot block the network of your own request, nor one wider than /8 (IPv4) or /16 (IPv6).
    """
    command = BlockNetwork(
        network=read_network(data.network),
        reason=data.reason,
        expires_at=data.expires_at,
        own_address=clients.client(request.scope),
    )
    answer = await run(block_network, command, answer=_json)
    address_guard.read_again()
    return answer


@delete("/blocked-networks/{blocked_id:str}", opt=documented(lift_block), operation_id="unblockNetwork")
async def lift(
    blocked_id: FromPath[BlockedNetworkId], run: Injected[Run], address_guard: Injected[AddressGuard]
) -> None:
    """Accept requests from a network again, within five seconds; for admins."""
    await run(lift_block, blocked_id)
    address_guard.read_again()
