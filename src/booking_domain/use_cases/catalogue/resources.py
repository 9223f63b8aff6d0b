"""Resources: add, change, delete and list those of a provider, or of a salon. Bookings keep what they have taken."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from booking_domain.catalogue.model import ProfileMissing
from booking_domain.catalogue.salons import NotYourSalon, SalonNotFound
from booking_domain.scheduling.owned_resources import (
    MAX_RESOURCES,
    NotYourResource,
    Resource,
    ResourceNeeded,
    ResourceNotFound,
    ResourceReads,
    ResourceView,
    TooManyResources,
)
from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, NotPermitted, StaleVersion, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import ProviderId, ResourceId, SalonId, UserId
from booking_domain.shared.permissions import Permission, authorise, may, owned
from booking_domain.shared.queries import Query
from booking_domain.shared.unset import UNSET, Unset, changed
from booking_domain.shared.user_texts import require_plain_name
from booking_domain.shared.versions import ExpectedVersion, require_expected_version
from booking_domain.use_cases.platform.ports import ProviderReads, Repositories, SalonReads


@dataclass(frozen=True, slots=True, kw_only=True)
class AddResource:
    """Add a resource to the actor's profile, or to a salon that the actor manages: at most `MAX_RESOURCES` each."""

    salon_id: SalonId | None = None
    name: str
    quantity: int = 1

    def __post_init__(self) -> None:
        require_plain_name(self.name, field="name")


@dataclass(frozen=True, slots=True, kw_only=True)
class EditResource:
    """Change a resource. With fewer units than are taken at a time, bookings stay, and no more are made then."""

    resource_id: ResourceId
    name: str | Unset = UNSET
    quantity: int | Unset = UNSET
    expected_version: ExpectedVersion = None

    def __post_init__(self) -> None:
        require_plain_name(self.name, field="name")


async def _add(command: AddResource, tx: Repositories, context: UseCaseContext) -> ResourceView:
    owner: ProviderId | SalonId
    if command.salon_id is None:
        owner_id = context.actor.id
        owner = provider_id = required(await tx.calendars.lock_provider_of(owner_id), ProfileMissing)
    else:
        provider_id, owner = None, command.salon_id
        owner_id = required(await tx.salons.lock(command.salon_id), SalonNotFound).manager_id
        if not may(context.actor, Permission.MANAGE_SERVICES, owned(context.actor, owner_id)):
            raise NotYourSalon
    if len(await tx.resources.of_owner(owner)) >= MAX_RESOURCES:
        raise TooManyResources
    resource = Resource(
        id=ResourceId(context.entropy.new_id()),
        provider_id=provider_id,
        salon_id=command.salon_id,
        name=command.name,
        quantity=command.quantity,
        created_at=context.now,
    )
    await tx.resources.add(resource)
    return ResourceView(resource=resource, owner_id=owner_id)


async def _edit(command: EditResource, tx: Repositories, context: UseCaseContext) -> ResourceView:
    before, owner_id = await _own(command.resource_id, tx, context)
    require_expected_version(before.version, command.expected_version)
    after = replace(changed(before, command), version=before.version + 1)
    await tx.resources.save(after, was=before)
    return ResourceView(resource=after, owner_id=owner_id)


async def _remove(resource_id: ResourceId, tx: Repositories, context: UseCaseContext) -> None:
    await _own(resource_id, tx, context)
    if services := await tx.services.count_needing(resource_id):
        raise ResourceNeeded(services=services)
    await tx.resources.remove(resource_id)


async def _own(resource_id: ResourceId, tx: Repositories, context: UseCaseContext) -> tuple[Resource, UserId]:
    """Return a resource that the actor may change, with its owner's account.

    Raises:
        ResourceNotFound, NotYourResource: there is none, or the actor may not change it.
    """
    resource = required(await tx.resources.get(resource_id), ResourceNotFound)
    if resource.provider_id is not None:
        owner_id = required(await tx.profiles.get(resource.provider_id), ResourceNotFound).owner_id
    else:
        salon_id = required(resource.salon_id, ResourceNotFound)
        owner_id = required(await tx.salons.lock(salon_id), ResourceNotFound).manager_id
    if not may(context.actor, Permission.MANAGE_SERVICES, owned(context.actor, owner_id)):
        raise NotYourResource
    return resource, owner_id


async def _get(actor: Actor, resource_id: ResourceId, resources: ResourceReads) -> ResourceView:
    authorise(actor, Permission.MANAGE_SERVICES)
    view = await resources.get(resource_id)
    if view is None or not may(actor, Permission.MANAGE_SERVICES, owned(actor, view.owner_id)):
        raise ResourceNotFound
    return view


async def _list(
    actor: Actor, salon_id: SalonId | None, resources: ResourceReads, providers: ProviderReads, salons: SalonReads
) -> Sequence[ResourceView]:
    """The resources of the actor's profile, or of a salon that the actor manages, by name and id."""
    if salon_id is None:
        authorise(actor, Permission.MANAGE_SERVICES)
        own = required(await providers.by_owner(actor.id), ProfileMissing)
        return await resources.of_owner(own.profile.id)
    salon = required(await salons.get(salon_id), SalonNotFound).salon
    if not may(actor, Permission.MANAGE_SERVICES, owned(actor, salon.manager_id)):
        raise NotYourSalon
    return await resources.of_owner(salon_id)


get_resource: Final = Query(_get, (ResourceNotFound, NotPermitted))
list_resources: Final = Query(_list, (ProfileMissing, SalonNotFound, NotYourSalon, NotPermitted))
add_resource: Final = UseCase(
    Permission.MANAGE_SERVICES,
    _add,
    lambda _, view: Subject("resource", view.resource.id),
    raises=(ProfileMissing, SalonNotFound, NotYourSalon, TooManyResources, InvalidValue),
)
edit_resource: Final = UseCase(
    Permission.MANAGE_SERVICES,
    _edit,
    lambda command, _: Subject("resource", command.resource_id),
    audited_as="resource.edit",
    raises=(ResourceNotFound, NotYourResource, InvalidValue, StaleVersion),
)
remove_resource: Final = UseCase(
    Permission.MANAGE_SERVICES,
    _remove,
    lambda resource_id, _: Subject("resource", resource_id),
    audited_as="resource.remove",
    raises=(ResourceNotFound, NotYourResource, ResourceNeeded),
)
