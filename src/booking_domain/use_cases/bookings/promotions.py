"""Promotions as their owners run them: a provider, a manager for a salon, an admin for the platform or anybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking_domain.bookings.promotion_ports import PromotionFilter, PromotionView
from booking_domain.bookings.promotions import (
    MAX_PROMOTION_SERVICES,
    Promotion,
    PromotionCodeTaken,
    PromotionId,
    PromotionNotFound,
)
from booking_domain.catalogue.model import ProfileMissing
from booking_domain.catalogue.salons import NotYourSalon, SalonNotFound
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, NotPermitted, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import ProviderId, SalonId, ServiceId
from booking_domain.shared.permissions import Permission, may
from booking_domain.shared.queries import Query
from booking_domain.shared.time import MINUTES_A_DAY
from booking_domain.use_cases.platform.issuers import issuing_provider, narrowed, relation_to
from booking_domain.use_cases.platform.ports import Reads, Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPromotion:
    """Start a promotion. Its conditions never change: to change it, end it and start another.

    A provider's is for bookings of their own profile; a manager's for the members of the salon that they name; an
    admin's for anyone they name, and without provider and salon for all providers, at the cost of the platform.
    """

    provider_id: ProviderId | None = None
    salon_id: SalonId | None = None
    name: str
    promotion_code: str | None = None
    """None: it applies by itself."""
    currency: str
    percent: int | None = None
    amount: int | None = None
    most_amount: int | None = None
    first_visit: bool = False
    days: tuple[int, ...] = ()
    from_minute: int = 0
    until_minute: int = MINUTES_A_DAY
    hours_before: int | None = None
    service_ids: tuple[ServiceId, ...] = ()
    most_redemptions: int | None = None
    most_total_amount: int | None = None
    most_per_customer: int | None = None
    combinable: bool = False
    starts_at: datetime | None = None
    """None: now."""
    ends_at: datetime | None = None


async def _start(command: StartPromotion, tx: Repositories, context: UseCaseContext) -> PromotionView:
    provider_id = await issuing_provider(command.provider_id, command.salon_id, Permission.RUN_PROMOTIONS, tx, context)
    if len(command.service_ids) > MAX_PROMOTION_SERVICES:
        raise InvalidValue(field="service_ids", problem=f"at most {MAX_PROMOTION_SERVICES} services")
    code = command.promotion_code
    promotion = Promotion(
        id=PromotionId(context.entropy.new_id()),
        provider_id=provider_id,
        salon_id=command.salon_id,
        name=command.name.strip(),
        promotion_code=None if code is None else code.strip().upper(),
        currency=command.currency,
        percent=command.percent,
        amount=command.amount,
        most_amount=command.most_amount,
        first_visit=command.first_visit,
        days=tuple(sorted(set(command.days))),
        from_minute=command.from_minute,
        until_minute=command.until_minute,
        hours_before=command.hours_before,
        service_ids=command.service_ids,
        most_redemptions=command.most_redemptions,
        most_total_amount=command.most_total_amount,
        most_per_customer=command.most_per_customer,
        combinable=command.combinable,
        starts_at=command.starts_at or context.now,
        ends_at=command.ends_at,
        created_at=context.now,
    )
    await tx.promotions.add(promotion)
    return PromotionView(promotion=promotion, redemptions=0, redeemed_amount=0)


async def _end(promotion_id: PromotionId, tx: Repositories, context: UseCaseContext) -> Promotion:
    """End a promotion now; one that has ended stays as it is. Bookings keep it."""
    [promotion] = await tx.promotions.lock([promotion_id]) or (None,)
    found = required(promotion, PromotionNotFound)
    relation = await relation_to(found.provider_id, found.salon_id, tx, context)
    if not may(context.actor, Permission.RUN_PROMOTIONS, relation):
        raise PromotionNotFound
    ended = found.end(context.now)
    if ended != found:
        await tx.promotions.save(ended, was=found)
    return ended


async def _list(actor: Actor, criteria: PromotionFilter, reads: Reads) -> Sequence[PromotionView]:
    """A provider's own promotions, those of a manager's salons; all for an admin. Newest first."""
    return await reads.promotions.page(await narrowed(actor, Permission.RUN_PROMOTIONS, criteria, reads))


start_promotion: Final = UseCase(
    Permission.RUN_PROMOTIONS,
    _start,
    lambda _, view: Subject("promotion", view.promotion.id),
    audited_as="promotion.started",
    raises=(ProfileMissing, ProviderNotFound, SalonNotFound, NotYourSalon, PromotionCodeTaken, InvalidValue),
)
end_promotion: Final = UseCase(
    Permission.RUN_PROMOTIONS,
    _end,
    lambda promotion_id, _: Subject("promotion", promotion_id),
    audited_as="promotion.ended",
    raises=(PromotionNotFound,),
)
list_promotions: Final = Query(_list, (NotPermitted, ProfileMissing))
