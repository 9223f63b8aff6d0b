"""Demo plans: an offer of the provider, and the customer's plan, whose first period waits to be paid."""

from typing import Final

from booking_domain.plans.ports import PlanOfferFilter
from booking_domain.shared.money import Money
from booking_domain.use_cases.orders.buy import TakePlan, take_plan
from booking_domain.use_cases.plans.offers import OfferPlan, offer_plan
from entrypoints.cli.demo_accounts import People
from entrypoints.container import Container

_PRICE: Final = Money.of(120_000, "MNT")


async def add_plans(container: Container, people: People) -> None:
    """Offer and take it, unless anything is offered."""
    if await container.reads().plans.offers(PlanOfferFilter(limit=1)):
        return
    offer = await container.executor().run(
        offer_plan,
        OfferPlan(
            name="Two visits a month",
            text="Unused visits expire with the month.",
            visits=2,
            price_amount=_PRICE.amount,
            currency=_PRICE.currency,
        ),
        actor=people.provider.actor,
    )
    await container.executor().run(take_plan, TakePlan(offer_id=offer.id), actor=people.customer.actor)
