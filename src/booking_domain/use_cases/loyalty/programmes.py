"""Loyalty programmes as they are run: by a provider, a manager for a salon, an admin for the platform or anybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from booking_domain.catalogue.model import ProfileMissing
from booking_domain.catalogue.salons import NotYourSalon, SalonNotFound
from booking_domain.loyalty.ports import LoyaltyProgrammeFilter
from booking_domain.loyalty.programmes import LoyaltyProgramme, LoyaltyProgrammeId, LoyaltyProgrammeNotFound
from booking_domain.loyalty.rewards import Reward
from booking_domain.loyalty.tiers import LoyaltyTier
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, NotPermitted, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import ProviderId, SalonId, ServiceId
from booking_domain.shared.permissions import Permission, may
from booking_domain.shared.queries import Query
from booking_domain.use_cases.platform.issuers import issuing_provider, narrowed, relation_to
from booking_domain.use_cases.platform.ports import Reads, Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class StartLoyaltyProgramme:
    """Start a loyalty programme. It takes the place of the one of the same issuer and currency that runs.

    A provider's is for bookings of their own profile; a manager's for the members of the salon that they name; an
    admin's for anyone they name, and without provider and salon for all providers, at the cost of the platform.
    """

    provider_id: ProviderId | None = None
    salon_id: SalonId | None = None
    name: str
    currency: str
    points: int
    per_amount: int
    min_amount: int = 0
    most_points: int | None = None
    excluded_service_ids: tuple[ServiceId, ...] = ()
    review_points: int = 0
    point_value: int
    expires_after_months: int | None = None
    active_after_days: int = 0
    referrer_points: int = 0
    referred_points: int = 0
    most_referrals: int | None = None
    tiers: tuple[LoyaltyTier, ...] = ()
    tier_grace_days: int = 0
    rewards: tuple[Reward, ...] = ()


async def _start(command: StartLoyaltyProgramme, tx: Repositories, context: UseCaseContext) -> LoyaltyProgramme:
    provider_id = await issuing_provider(command.provider_id, command.salon_id, Permission.RUN_LOYALTY, tx, context)
    programme = LoyaltyProgramme(
        id=LoyaltyProgrammeId(context.entropy.new_id()),
        provider_id=provider_id,
        salon_id=command.salon_id,
        name=command.name.strip(),
        currency=command.currency,
        points=command.points,
        per_amount=command.per_amount,
        min_amount=command.min_amount,
        most_points=command.most_points,
        excluded_service_ids=command.excluded_service_ids,
        review_points=command.review_points,
        point_value=command.point_value,
        expires_after_months=command.expires_after_months,
        active_after_days=command.active_after_days,
        referrer_points=command.referrer_points,
        referred_points=command.referred_points,
        most_referrals=command.most_referrals,
        tiers=command.tiers,
        tier_grace_days=command.tier_grace_days,
        rewards=command.rewards,
        started_at=context.now,
    )
    former = await tx.loyalty_programmes.running(programme.issuer, programme.currency)
    if former is not None:
        await tx.loyalty_programmes.save(former.end(context.now), was=former)
    await tx.loyalty_programmes.add(programme)
    return programme


async def _end(programme_id: LoyaltyProgrammeId, tx: Repositories, context: UseCaseContext) -> LoyaltyProgramme:
    """End a programme now; one that has ended stays as it is."""
    found = required(await tx.loyalty_programmes.get(programme_id), LoyaltyProgrammeNotFound)
    relation = await relation_to(found.provider_id, found.salon_id, tx, context)
    if not may(context.actor, Permission.RUN_LOYALTY, relation):
        raise LoyaltyProgrammeNotFound
    ended = found.end(context.now)
    if ended != found:
        await tx.loyalty_programmes.save(ended, was=found)
    return ended


async def _list(actor: Actor, criteria: LoyaltyProgrammeFilter, reads: Reads) -> Sequence[LoyaltyProgramme]:
    """A provider's own programmes, those of a manager's salons; all for an admin. Newest first."""
    return await reads.loyalty_programmes.page(await narrowed(actor, Permission.RUN_LOYALTY, criteria, reads))


start_loyalty_programme: Final = UseCase(
    Permission.RUN_LOYALTY,
    _start,
    lambda _, programme: Subject("loyalty_programme", programme.id),
    audited_as="loyalty_programme.started",
    raises=(ProfileMissing, ProviderNotFound, SalonNotFound, NotYourSalon, InvalidValue),
)
end_loyalty_programme: Final = UseCase(
    Permission.RUN_LOYALTY,
    _end,
    lambda programme_id, _: Subject("loyalty_programme", programme_id),
    audited_as="loyalty_programme.ended",
    raises=(LoyaltyProgrammeNotFound,),
)
list_loyalty_programmes: Final = Query(_list, (NotPermitted, ProfileMissing))
