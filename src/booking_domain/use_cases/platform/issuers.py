"""Whose an offer is that lowers prices: of a provider, of a salon for its members, or of the platform."""

from booking_domain.catalogue.model import ProfileMissing
from booking_domain.catalogue.salons import NotYourSalon, SalonNotFound
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import InvalidValue, required
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.ids import ProviderId, SalonId
from booking_domain.shared.permissions import Permission, Relation, managed, may, owned
from booking_domain.use_cases.platform.ports import Repositories


async def issuing_provider(
    provider_id: ProviderId | None,
    salon_id: SalonId | None,
    permission: Permission,
    tx: Repositories,
    context: UseCaseContext,
) -> ProviderId | None:
    """The provider whose offer it is; None: it is of the salon, or of the platform.

    A provider who names neither means their own profile. Only admins make offers of the platform.

    Raises:
        InvalidValue: provider and salon are named, or neither by a manager.
        ProfileMissing, ProviderNotFound, SalonNotFound, NotYourSalon: the actor may make no offers of it.
    """
    actor = context.actor
    if provider_id is not None and salon_id is not None:
        raise InvalidValue(field="salon_id", problem="it is of a provider or of a salon")
    if actor.role is Role.PROVIDER and salon_id is None and provider_id is None:
        return required(await tx.profiles.of_owner(actor.id), ProfileMissing).id
    if actor.role is Role.MANAGER and salon_id is None and provider_id is None:
        raise InvalidValue(field="salon_id", problem="name the salon, or a provider who is a member")
    relation = await relation_to(provider_id, salon_id, tx, context)
    if not may(actor, permission, relation):
        raise NotYourSalon if salon_id is not None else ProviderNotFound
    return provider_id


async def relation_to(
    provider_id: ProviderId | None, salon_id: SalonId | None, tx: Repositories, context: UseCaseContext
) -> Relation | None:
    """The actor's relation to offers of this provider or salon; None: to those of others, or of the platform.

    Raises:
        SalonNotFound, ProviderNotFound: there is none.
    """
    actor = context.actor
    if salon_id is not None:
        return owned(actor, required(await tx.salons.lock(salon_id), SalonNotFound).manager_id)
    if provider_id is None:
        return None
    profile = required(await tx.profiles.get(provider_id), ProviderNotFound)
    return owned(actor, profile.owner_id) or managed(actor, await tx.salons.manager_of(provider_id))
