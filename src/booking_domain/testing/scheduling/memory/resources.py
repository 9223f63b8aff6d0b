"""Resources, and what has taken their units, in memory."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.owned_resources import (
    Resource,
    ResourceReads,
    Resources,
    ResourceUses,
    ResourceView,
    UnitUse,
)
from booking_domain.shared.ids import ProviderId, ResourceId, SalonId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.catalogue.memory.tables import PROFILES, SALONS
from booking_domain.testing.kit.tables import InMemory, State, VersionedRepository
from booking_domain.testing.scheduling.memory.tables import CLAIMS, RESOURCES, UNITS, UnitsOfClaim


def uses_of(state: State, resource_ids: Iterable[ResourceId], near: TimeRange) -> tuple[ResourceUses, ...]:
    """Return the resources that exist, with what has taken their units near a window."""
    found = (state[RESOURCES].get(each) for each in sorted(set(resource_ids)))
    return tuple(
        ResourceUses(
            resource_id=each.id,
            quantity=each.quantity,
            uses=tuple(sorted(_uses(state, each.id, near), key=lambda use: (use.blocked.start, use.unit))),
        )
        for each in found
        if each is not None
    )


def _uses(state: State, resource_id: ResourceId, near: TimeRange) -> Iterator[UnitUse]:
    """What has taken units near a window; the places of an occurrence have taken theirs together."""
    together: dict[tuple[int, ProviderId, TimeRange], list[Claim]] = {}
    for unit, claim in _taken(state, resource_id):
        if claim.blocked.overlaps(near):
            together.setdefault((unit, claim.provider_id, claim.blocked), []).append(claim)
    for (unit, provider_id, blocked), claims in together.items():
        expiries = [each.expires_at for each in claims if each.expires_at is not None]
        until = max(expiries) if len(expiries) == len(claims) else None
        yield UnitUse(unit, provider_id, claims[0].id, blocked, until)


def units_for(state: State, claim: Claim, now: datetime) -> UnitsOfClaim | None:
    """Return the units that a claim takes, those of its occurrence included; None if too few are free."""
    units: list[tuple[ResourceId, int]] = []
    owners: set[ProviderId | SalonId | None] = set()
    for need in claim.needs:
        resource = state[RESOURCES].get(need.resource_id)
        if resource is None:
            continue
        live = [(unit, other) for unit, other in _taken(state, resource.id) if other.live(now)]
        own = sorted({unit for unit, other in live if claim.shares(other)})
        taken = {unit for unit, other in live if other.blocked.overlaps(claim.blocked)}
        free = [unit for unit in range(1, resource.quantity + 1) if unit not in taken]
        chosen = own + free[: max(0, need.quantity - len(own))]
        if len(chosen) < need.quantity:
            return None
        units += ((resource.id, unit) for unit in chosen)
        owners |= {resource.provider_id, resource.salon_id}
    return UnitsOfClaim(claim.id, tuple(units), frozenset(each for each in owners if each is not None))


def _taken(state: State, resource_id: ResourceId) -> Iterator[tuple[int, Claim]]:
    """The units of a resource that claims have taken, expired or not."""
    for row in state[UNITS].values():
        yield from ((unit, state[CLAIMS][row.claim_id]) for id_, unit in row.taken if id_ == resource_id)


class MemoryResources(VersionedRepository[ResourceId, Resource], Resources):
    """The resources of one database transaction."""

    table = RESOURCES

    async def get(self, resource_id: ResourceId) -> Resource | None:
        return await self.lock(resource_id)

    async def of_owner(self, owner: ProviderId | SalonId) -> Sequence[Resource]:
        self._state.lock()
        return self._rows.page(lambda each: owner in {each.provider_id, each.salon_id})


class MemoryResourceReads(InMemory, ResourceReads):
    """The committed resources."""

    async def get(self, resource_id: ResourceId) -> ResourceView | None:
        resource = self._state[RESOURCES].get(resource_id)
        return None if resource is None else self._view(resource)

    async def of_owner(self, owner: ProviderId | SalonId) -> Sequence[ResourceView]:
        found = self._state[RESOURCES].where(lambda each: owner in {each.provider_id, each.salon_id})
        return [self._view(each) for each in sorted(found, key=lambda each: (each.name, each.id))]

    def _view(self, resource: Resource) -> ResourceView:
        state = self._state
        if resource.salon_id is not None:
            return ResourceView(resource=resource, owner_id=state[SALONS][resource.salon_id].manager_id)
        [profile] = state[PROFILES].where(lambda each: each.id == resource.provider_id)
        return ResourceView(resource=resource, owner_id=profile.owner_id)
