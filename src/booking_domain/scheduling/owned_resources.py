"""Resources of a provider or a salon, what has taken their units, and the ports that keep them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from booking_domain.scheduling.resources import MAX_UNITS, RequiredResource, ResourceUnit
from booking_domain.shared.errors import Conflict, Forbidden, InvalidValue, NotFound
from booking_domain.shared.ids import ClaimId, ProviderId, ResourceId, SalonId, UserId
from booking_domain.shared.time import TimeRange

MAX_RESOURCES: Final = 100
MAX_RESOURCE_NAME: Final = 120


class ResourceNotFound(NotFound, code="resource.not_found"):
    """There is no such resource."""


class NotYourResource(Forbidden, code="resource.not_yours"):
    """Only the provider or the salon's manager who owns the resource can do this."""


class TooManyResources(Conflict, code="resource.too_many"):
    __doc__ = f"There are {MAX_RESOURCES} resources already; delete one first."


class ResourceNeeded(Conflict, code="resource.needed"):
    """Services need this resource ({services}); change them first."""

    services: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A room, chair or machine of a provider or a salon, as often as there is one."""

    id: ResourceId
    provider_id: ProviderId | None = None
    salon_id: SalonId | None = None
    name: str
    quantity: int = 1
    """How many units there are. With fewer than are taken, the bookings stay."""
    version: int = 1
    created_at: datetime

    def __post_init__(self) -> None:
        if (self.provider_id is None) == (self.salon_id is None):
            raise ValueError("a resource is of a provider or of a salon")
        if not self.name.strip():
            raise InvalidValue(field="name", problem="a name is required")
        if len(self.name) > MAX_RESOURCE_NAME:
            raise InvalidValue(field="name", problem=f"at most {MAX_RESOURCE_NAME} characters")
        if not 1 <= self.quantity <= MAX_UNITS:
            raise InvalidValue(field="quantity", problem=f"must be between 1 and {MAX_UNITS}")


class UnitUse(NamedTuple):
    """A unit of a resource that a claim has taken."""

    unit: int
    """From 1."""
    provider_id: ProviderId
    claim_id: ClaimId
    """Of the places of a class, that of their occurrence."""
    blocked: TimeRange
    expires_at: datetime | None
    """When the last of its holds expires; None for a booking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceUses:
    """A resource as a schedule sees it: its units, and what has taken them around a window."""

    resource_id: ResourceId
    quantity: int
    uses: tuple[UnitUse, ...] = ()

    def required(self, needed: int, uses: Iterable[UnitUse]) -> RequiredResource:
        """The resource of which so many units are needed, while these uses take some."""
        taken: list[list[TimeRange]] = [[] for _ in range(self.quantity)]
        for use in uses:
            if use.unit <= self.quantity:
                taken[use.unit - 1].append(use.blocked)
        return RequiredResource(units=tuple(ResourceUnit(taken=tuple(each)) for each in taken), needed=needed)


class Resources(Protocol):
    """Resources inside a database transaction."""

    async def add(self, resource: Resource) -> None:
        """Add a resource."""
        ...

    async def get(self, resource_id: ResourceId) -> Resource | None:
        """One resource, locked until the database transaction ends."""
        ...

    async def of_owner(self, owner: ProviderId | SalonId) -> Sequence[Resource]:
        """The resources of the provider or salon, by id; none is deleted until the database transaction ends."""
        ...

    async def save(self, resource: Resource, *, was: Resource) -> None:
        """Replace `was` by `resource`, or raise `ConcurrentChange` if the stored version is not `was.version`."""
        ...

    async def remove(self, resource_id: ResourceId) -> None:
        """Delete a resource, if it exists. Bookings that took units of it stay."""
        ...


class ResourceReads(Protocol):
    """Reads of resources, outside any database transaction."""

    async def get(self, resource_id: ResourceId) -> "ResourceView | None":
        """One resource."""
        ...

    async def of_owner(self, owner: ProviderId | SalonId) -> "Sequence[ResourceView]":
        """The resources of the provider or salon, by name and id."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceView:
    """A resource with the account of the provider or manager who owns it."""

    resource: Resource
    owner_id: UserId
