"""Admins block networks, list the blocks and lift them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking_domain.identity.blocked_networks import (
    MOST_BLOCKED,
    Address,
    BlockedNetwork,
    BlockedNetworkId,
    BlockedNetworkNotFound,
    BlockedNetworkReads,
    Network,
    NetworkBlockedAlready,
    OwnNetwork,
    TooManyBlockedNetworks,
    lies_within,
)
from booking_domain.identity.ports import IdentityTx
from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, NotPermitted, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockNetwork:
    """Refuse the requests from a network."""

    network: Network
    reason: str
    expires_at: datetime | None = None
    own_address: Address | None = None
    """The address of the admin's request."""


async def _block(command: BlockNetwork, tx: IdentityTx, context: UseCaseContext) -> BlockedNetwork:
    if lies_within(command.own_address, [command.network]):
        raise OwnNetwork
    await tx.blocked_networks.remove_expired(context.now)
    if await tx.blocked_networks.count() >= MOST_BLOCKED:
        raise TooManyBlockedNetworks
    blocked = BlockedNetwork(
        id=BlockedNetworkId(context.entropy.new_id()),
        network=command.network,
        reason=command.reason,
        blocked_at=context.now,
        expires_at=command.expires_at,
    )
    await tx.blocked_networks.add(blocked)
    _note("network.blocked", blocked, context)
    return blocked


async def _lift(blocked_id: BlockedNetworkId, tx: IdentityTx, context: UseCaseContext) -> None:
    blocked = required(await tx.blocked_networks.remove(blocked_id), BlockedNetworkNotFound)
    _note("network.unblocked", blocked, context)


def _note(action: str, blocked: BlockedNetwork, context: UseCaseContext) -> None:
    context.note(action, details={"network": str(blocked.network)})


async def _sweep(_: None, tx: IdentityTx, context: UseCaseContext) -> None:
    await tx.blocked_networks.remove_expired(context.now)


async def _list(actor: Actor, blocked: BlockedNetworkReads, *, now: datetime) -> Sequence[BlockedNetwork]:
    """The networks that are blocked, the newest first, at most `MOST_BLOCKED`; for admins."""
    authorise(actor, Permission.BLOCK_NETWORKS)
    return await blocked.live(now)


block_network: Final = UseCase(
    Permission.BLOCK_NETWORKS,
    _block,
    lambda _, blocked: Subject("blocked_network", blocked.id),
    raises=(InvalidValue, OwnNetwork, NetworkBlockedAlready, TooManyBlockedNetworks),
)
lift_block: Final = UseCase(
    Permission.BLOCK_NETWORKS,
    _lift,
    lambda blocked_id, _: Subject("blocked_network", blocked_id),
    raises=(BlockedNetworkNotFound,),
)
sweep_blocked_networks: Final = UseCase(Permission.RUN_PLATFORM, _sweep)
list_blocked_networks: Final = Query(_list, (NotPermitted,))
