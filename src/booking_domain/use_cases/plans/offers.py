"""Offers of plans: what providers and salons offer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from booking_domain.catalogue.model import ProfileMissing
from booking_domain.catalogue.salons import NotYourSalon, SalonNotFound
from booking_domain.plans.model import MAX_PLAN_SERVICES, PlanOffer, PlanOfferEnded, PlanOfferId, PlanOfferNotFound
from booking_domain.plans.ports import PlanOfferFilter, PlanReads
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, NotPermitted, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import ProviderId, SalonId, ServiceId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission, may
from booking_domain.shared.queries import Query
from booking_domain.shared.time import TimeRange
from booking_domain.use_cases.catalogue.queries import get_provider
from booking_domain.use_cases.catalogue.salon_queries import get_salon
from booking_domain.use_cases.packages.steps import offered_services, seller
from booking_domain.use_cases.platform.issuers import known_relation_to, narrowed
from booking_domain.use_cases.platform.ports import Reads, Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferPlan:
    """Offer a plan. Only its price changes; to change more, end it and offer another.

    A provider offers their own; a manager, those of the salon or the member that they name; an admin, of anyone.
    """

    provider_id: ProviderId | None = None
    salon_id: SalonId | None = None
    name: str
    text: str = ""
    service_ids: tuple[ServiceId, ...] = ()
    visits: int
    """How many each period has."""
    price_amount: int
    """Of one period, in minor units."""
    currency: str
    period_months: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePlanPrice:
    """Ask another price for the periods that are ordered from now on."""

    offer_id: PlanOfferId
    price_amount: int
    """In minor units of the offer's currency."""


async def _offer(command: OfferPlan, tx: Repositories, context: UseCaseContext) -> PlanOffer:
    salon_id = command.salon_id
    provider_id = await seller(command.provider_id, salon_id, Permission.SELL_PLANS, tx, context)
    offer = PlanOffer(
        id=PlanOfferId(context.entropy.new_id()),
        provider_id=provider_id,
        salon_id=salon_id,
        name=command.name.strip(),
        text=command.text.strip(),
        service_ids=await offered_services(command.service_ids, MAX_PLAN_SERVICES, provider_id, salon_id, tx),
        visits=command.visits,
        price=Money(amount=command.price_amount, currency=command.currency),
        period_months=command.period_months,
        time_zone=await _zone_of(provider_id, salon_id, tx, context),
        created_at=context.now,
    )
    await tx.plan_offers.add(offer)
    return offer


async def _zone_of(
    provider_id: ProviderId | None, salon_id: SalonId | None, tx: Repositories, context: UseCaseContext
) -> str:
    if salon_id is not None:
        return required(await tx.salons.lock(salon_id), SalonNotFound).time_zone
    around = TimeRange(context.now, context.now + timedelta(minutes=1))
    schedule = None if provider_id is None else await tx.schedules.lock(provider_id, around)
    return required(schedule, ProviderNotFound).calendar.time_zone


async def _change_price(command: ChangePlanPrice, tx: Repositories, context: UseCaseContext) -> PlanOffer:
    """Its customers are told with the announcement of the first period that costs so much."""
    offer = await _locked(command.offer_id, tx, context)
    changed = offer.change_price(command.price_amount)
    if changed is not offer:
        await tx.plan_offers.save(changed, was=offer)
    return changed


async def _end(offer_id: PlanOfferId, tx: Repositories, context: UseCaseContext) -> PlanOffer:
    """Offer it no longer. Plans of it end with the period that is paid, or ordered."""
    offer = await _locked(offer_id, tx, context)
    ended = offer.end(context.now)
    if ended is not offer:
        await tx.plan_offers.save(ended, was=offer)
    return ended


async def _locked(offer_id: PlanOfferId, tx: Repositories, context: UseCaseContext) -> PlanOffer:
    offer = required(await tx.plan_offers.lock(offer_id), PlanOfferNotFound)
    if not may(context.actor, Permission.SELL_PLANS, await known_relation_to(offer, tx, context)):
        raise PlanOfferNotFound
    return offer


async def _list(actor: Actor, criteria: PlanOfferFilter, reads: Reads) -> Sequence[PlanOffer]:
    """A provider's own offers, those of a manager's salons; all for an admin. Newest first."""
    return await reads.plans.offers(await narrowed(actor, Permission.SELL_PLANS, criteria, reads))


async def _list_of_provider(
    provider_id: ProviderId, after: PlanOfferId | None, limit: int, reads: Reads
) -> Sequence[PlanOffer]:
    """What customers can take and use at a public provider: the provider's offers and those of their salon."""
    provider = await get_provider(provider_id, reads.providers)
    salon = await reads.salons.of_provider(provider_id)
    return await reads.plans.on_offer(provider.profile.id, None if salon is None else salon.id, after, limit)


async def _list_of_salon(salon_id: SalonId, after: PlanOfferId | None, limit: int, reads: Reads) -> Sequence[PlanOffer]:
    """What customers can take of a salon."""
    await get_salon(salon_id, reads.salons)
    return await reads.plans.on_offer(None, salon_id, after, limit)


async def _get_on_offer(offer_id: PlanOfferId, plans: PlanReads) -> PlanOffer:
    """A plan that customers can take."""
    offer = required(await plans.offer(offer_id), PlanOfferNotFound)
    offer.require_offered()
    return offer


def _subject(_: object, offer: PlanOffer) -> Subject:
    return Subject("plan_offer", offer.id)


offer_plan: Final = UseCase(
    Permission.SELL_PLANS,
    _offer,
    _subject,
    audited_as="plan_offer.made",
    raises=(ProfileMissing, ProviderNotFound, SalonNotFound, NotYourSalon, InvalidValue),
)
change_plan_price: Final = UseCase(
    Permission.SELL_PLANS,
    _change_price,
    _subject,
    audited_as="plan_offer.price_changed",
    raises=(PlanOfferNotFound, PlanOfferEnded, InvalidValue),
)
end_plan_offer: Final = UseCase(
    Permission.SELL_PLANS, _end, _subject, audited_as="plan_offer.ended", raises=(PlanOfferNotFound,)
)
list_plan_offers: Final = Query(_list, (NotPermitted, ProfileMissing))
list_plan_offers_of_provider: Final = Query(_list_of_provider, get_provider.raises)
list_plan_offers_of_salon: Final = Query(_list_of_salon, get_salon.raises)
get_plan_on_offer: Final = Query(_get_on_offer, (PlanOfferNotFound, PlanOfferEnded))
