"""Offers of packages: what providers and salons sell."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from booking_domain.catalogue.model import ProfileMissing
from booking_domain.catalogue.salons import NotYourSalon, SalonNotFound
from booking_domain.packages.model import (
    MAX_PACKAGE_SERVICES,
    PackageOffer,
    PackageOfferEnded,
    PackageOfferId,
    PackageOfferNotFound,
)
from booking_domain.packages.ports import PackageOfferFilter, PackageReads
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, NotPermitted, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import ProviderId, SalonId, ServiceId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission, may
from booking_domain.shared.queries import Query
from booking_domain.use_cases.catalogue.queries import get_provider
from booking_domain.use_cases.catalogue.salon_queries import get_salon
from booking_domain.use_cases.packages.steps import offered_services, seller
from booking_domain.use_cases.platform.issuers import known_relation_to, narrowed
from booking_domain.use_cases.platform.ports import Reads, Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferPackage:
    """Offer a package. Its conditions never change: to change it, end it and offer another.

    A provider offers their own; a manager, those of the salon or the member that they name; an admin, of anyone.
    """

    provider_id: ProviderId | None = None
    salon_id: SalonId | None = None
    name: str
    service_ids: tuple[ServiceId, ...] = ()
    visits: int
    price_amount: int
    """For all visits together, in minor units."""
    currency: str
    valid_days: int | None = None
    transferable: bool = False


async def _offer(command: OfferPackage, tx: Repositories, context: UseCaseContext) -> PackageOffer:
    provider_id = await seller(command.provider_id, command.salon_id, Permission.SELL_PACKAGES, tx, context)
    service_ids = await offered_services(command.service_ids, MAX_PACKAGE_SERVICES, provider_id, command.salon_id, tx)
    offer = PackageOffer(
        id=PackageOfferId(context.entropy.new_id()),
        provider_id=provider_id,
        salon_id=command.salon_id,
        name=command.name.strip(),
        service_ids=service_ids,
        visits=command.visits,
        price=Money(amount=command.price_amount, currency=command.currency),
        valid_days=command.valid_days,
        transferable=command.transferable,
        created_at=context.now,
    )
    await tx.package_offers.add(offer)
    return offer


async def _end(offer_id: PackageOfferId, tx: Repositories, context: UseCaseContext) -> PackageOffer:
    """Sell it no longer. Packages that were sold stay as they are."""
    offer = required(await tx.package_offers.lock(offer_id), PackageOfferNotFound)
    if not may(context.actor, Permission.SELL_PACKAGES, await known_relation_to(offer, tx, context)):
        raise PackageOfferNotFound
    ended = offer.end(context.now)
    if ended is not offer:
        await tx.package_offers.save(ended, was=offer)
    return ended


async def _list(actor: Actor, criteria: PackageOfferFilter, reads: Reads) -> Sequence[PackageOffer]:
    """A provider's own offers, those of a manager's salons; all for an admin. Newest first."""
    return await reads.packages.offers(await narrowed(actor, Permission.SELL_PACKAGES, criteria, reads))


async def _list_of_provider(
    provider_id: ProviderId, after: PackageOfferId | None, limit: int, reads: Reads
) -> Sequence[PackageOffer]:
    """What customers can buy and use at a public provider: the provider's offers and those of their salon."""
    provider = await get_provider(provider_id, reads.providers)
    salon = await reads.salons.of_provider(provider_id)
    return await reads.packages.on_sale(provider.profile.id, None if salon is None else salon.id, after, limit)


async def _list_of_salon(
    salon_id: SalonId, after: PackageOfferId | None, limit: int, reads: Reads
) -> Sequence[PackageOffer]:
    """What customers can buy of a salon."""
    await get_salon(salon_id, reads.salons)
    return await reads.packages.on_sale(None, salon_id, after, limit)


async def _get_on_sale(offer_id: PackageOfferId, packages: PackageReads) -> PackageOffer:
    """An offer that customers can buy."""
    offer = required(await packages.offer(offer_id), PackageOfferNotFound)
    offer.require_on_sale()
    return offer


def _subject(_: object, offer: PackageOffer) -> Subject:
    return Subject("package_offer", offer.id)


offer_package: Final = UseCase(
    Permission.SELL_PACKAGES,
    _offer,
    _subject,
    audited_as="package_offer.made",
    raises=(ProfileMissing, ProviderNotFound, SalonNotFound, NotYourSalon, InvalidValue),
)
end_package_offer: Final = UseCase(
    Permission.SELL_PACKAGES, _end, _subject, audited_as="package_offer.ended", raises=(PackageOfferNotFound,)
)
list_package_offers: Final = Query(_list, (NotPermitted, ProfileMissing))
list_offers_of_provider: Final = Query(_list_of_provider, get_provider.raises)
list_offers_of_salon: Final = Query(_list_of_salon, get_salon.raises)
get_offer_on_sale: Final = Query(_get_on_sale, (PackageOfferNotFound, PackageOfferEnded))
