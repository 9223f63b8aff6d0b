"""The demo provider's loyalty programme, with points of the demo customer to redeem."""

from dataclasses import replace
from typing import Final

from booking_domain.catalogue.model import ProfileMissing
from booking_domain.loyalty.ports import LoyaltyProgrammeFilter
from booking_domain.loyalty.rewards import Reward
from booking_domain.loyalty.tiers import LoyaltyTier
from booking_domain.shared.errors import required
from booking_domain.use_cases.loyalty.accounts import AdjustLoyalty, adjust_loyalty
from booking_domain.use_cases.loyalty.programmes import StartLoyaltyProgramme, start_loyalty_programme
from entrypoints.cli.demo_accounts import People
from entrypoints.container import Container

_PROGRAMME: Final = StartLoyaltyProgramme(
    name="Sarnai points",
    currency="MNT",
    points=1,
    per_amount=100_000,
    review_points=10,
    point_value=5_000,
    expires_after_months=12,
    tiers=(LoyaltyTier(name="Gold", from_points=500, percent=150),),
    tier_grace_days=30,
)


async def add_loyalty(container: Container, people: People) -> None:
    """Start the programme and give the customer points, unless any was started."""
    reads, executor = container.reads(), container.executor()
    if await reads.loyalty_programmes.page(LoyaltyProgrammeFilter(limit=1)):
        return
    view = required(await reads.providers.by_owner(people.provider.id), ProfileMissing)
    services = [each.service for each in await reads.services.of_provider(view.profile.id)]
    rewards = tuple(Reward(name=each.name, points=150, service_ids=(each.id,)) for each in services[:1])
    await executor.run(start_loyalty_programme, replace(_PROGRAMME, rewards=rewards), actor=people.provider.actor)
    welcome = AdjustLoyalty(
        user_id=people.customer.id, provider_id=view.profile.id, points=200, reason="Welcome to the programme!"
    )
    await executor.run(adjust_loyalty, welcome, actor=people.admin.actor)
