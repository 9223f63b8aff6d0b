"""Who issues promotions, programmes, packages, plans and gift cards: a provider, a salon, or the platform."""

from dataclasses import replace
from typing import TypeVar

from booking_domain.bookings.promotion_ports import PromotionFilter
from booking_domain.catalogue.model import ProfileMissing
from booking_domain.catalogue.salons import NotYourSalon, SalonNotFound
from booking_domain.gift_cards.model import GiftCard
from booking_domain.gift_cards.ports import GiftCardFilter
from booking_domain.loyalty.ports import LoyaltyProgrammeFilter
from booking_domain.packages.model import Package, PackageOffer
from booking_domain.packages.ports import PackageFilter, PackageOfferFilter
from booking_domain.plans.model import Plan, PlanOffer
from booking_domain.plans.ports import PlanFilter, PlanOfferFilter
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import InvalidValue, required
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.ids import ProviderId, SalonId
from booking_domain.shared.permissions import Permission, Relation, authorise, managed, may, owned
from booking_domain.use_cases.platform.ports import Reads, Repositories

Issued = GiftCard | Package | PackageOffer | Plan | PlanOffer
Criteria = TypeVar(
    "Criteria",
    GiftCardFilter,
    LoyaltyProgrammeFilter,
    PackageFilter,
    PackageOfferFilter,
    PlanFilter,
    PlanOfferFilter,
    PromotionFilter,
)


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


async def known_relation_to(thing: Issued, tx: Repositories, context: UseCaseContext) -> Relation | None:
    """The actor's relation to what was issued; None also if the provider or salon is gone."""
    try:
        return await relation_to(thing.provider_id, thing.salon_id, tx, context)
    except (SalonNotFound, ProviderNotFound):
        return None


async def require_selling(provider_id: ProviderId | None, salon_id: SalonId | None, tx: Repositories) -> None:
    """Require that the salon, which is locked, exists, or that the provider is published.

    Raises:
        SalonNotFound, ProviderNotFound: it sells nothing.
    """
    if salon_id is not None:
        required(await tx.salons.lock(salon_id), SalonNotFound)
    elif provider_id is not None and not required(await tx.profiles.get(provider_id), ProviderNotFound).published:
        raise ProviderNotFound


async def issues(actor: Actor, thing: Issued, reads: Reads) -> bool:
    """Whether the actor is its provider, manages its salon, or manages the salon of its provider."""
    if thing.salon_id is not None:
        return thing.salon_id in {salon.id for salon in await reads.salons.of_manager(actor.id)}
    if thing.provider_id is None:
        return False
    view = await reads.providers.by_owner(actor.id)
    own = view is not None and view.profile.id == thing.provider_id
    return own or actor.id == await reads.salons.manager_of(thing.provider_id)


async def narrowed(actor: Actor, permission: Permission, criteria: Criteria, reads: Reads) -> Criteria:
    """The criteria for what the actor issues: a provider's own, those of a manager's salons; all for an admin.

    Raises:
        NotPermitted: the actor issues none.
        ProfileMissing: a provider has no profile.
    """
    authorise(actor, permission)
    if actor.role is Role.PROVIDER:
        view = required(await reads.providers.by_owner(actor.id), ProfileMissing)
        return replace(criteria, provider_id=view.profile.id)
    if actor.role is Role.MANAGER:
        own = {salon.id for salon in await reads.salons.of_manager(actor.id)}
        return replace(criteria, salon_ids=tuple(own.intersection(criteria.salon_ids or own)))
    return criteria
