"""Loyalty programmes of the demo provider and of a salon, with points of the demo customer to redeem."""

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
from entrypoints.cli.demo_salons import SALONS
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
    """Start the programmes and give the customer points, unless any was started."""
    reads, executor = container.reads(), container.executor()
    if await reads.loyalty_programmes.page(LoyaltyProgrammeFilter(limit=1)):
        return
    view = required(await reads.providers.by_owner(people.provider.id), ProfileMissing)
    welcome = AdjustLoyalty(
        user_id=people.customer.id, provider_id=view.profile.id, points=200, reason="Welcome to the programme!"
    )
    await executor.run(start_loyalty_programme, _PROGRAMME, actor=people.provider.actor)
    await executor.run(adjust_loyalty, welcome, actor=people.admin.actor)
    manager = await reads.users.by_login(SALONS[0].manager.email)
    salons = [] if manager is None else await reads.salons.of_manager(manager.id)
    if manager is None or not salons:  # a developer has removed them
        return
    services = [each.service for each in await reads.services.of_salon(salons[0].id) if not each.service.add_on]
    rewards = tuple(
        Reward(name=each.name, points=150, service_ids=(each.id,))
        for each in sorted(services, key=lambda each: each.price.amount)[:1]
    )
    of_salon = replace(_PROGRAMME, name="Nomad points", salon_id=salons[0].id, rewards=rewards)
    await executor.run(start_loyalty_programme, of_salon, actor=manager.actor)
    welcome = replace(welcome, provider_id=None, salon_id=salons[0].id)
    await executor.run(adjust_loyalty, welcome, actor=people.admin.actor)
