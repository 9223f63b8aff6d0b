"""Plans in the worker: its sweep renews what is due, once, and tells the customer; cards are forgotten in the end."""

from datetime import datetime, timedelta

import pytest
from tests.unit.entrypoints.worker.workshop import Workshop

from booking_domain.identity.events import AccountDeleted
from booking_domain.payments.orders import Order, OrderId
from booking_domain.payments.ports import ChargeOutcome
from booking_domain.plans.model import ANNOUNCED, GIVEN_UP, TRIES, Plan, PlanEnd, PlanStatus
from booking_domain.shared.ids import EventId, UserId
from booking_domain.testing.payments.memory.gateway import MemoryGateway
from booking_domain.use_cases.orders.buy import TakePlan, take_plan
from booking_domain.use_cases.orders.pay import PayOrder, pay_order, settle_order
from booking_domain.use_cases.plans.changes import pause_plan, resume_plan
from booking_domain.use_cases.plans.offers import OfferPlan, offer_plan
from entrypoints.worker.plans import RENEW


class Member:
    """A customer with a plan of the workshop's studio."""

    def __init__(self, shop: Workshop, plan: Plan) -> None:
        self.shop, self.id, self.customer_id = shop, plan.id, plan.customer_id

    @classmethod
    async def joined(cls, shop: Workshop, *, card: bool = True) -> "Member":
        """The first period is paid, and the gateway keeps the card or not."""
        studio = shop.studio
        assert isinstance(studio.gateway, MemoryGateway)
        studio.gateway.keeps = card
        offer = await studio.run(
            offer_plan, OfferPlan(name="Two cuts", visits=2, price_amount=400, currency="MNT"), by=studio.owner
        )
        plan = await studio.run(take_plan, TakePlan(offer_id=offer.id), by=studio.customer)
        member = cls(shop, plan)
        await member.pay()
        return member

    async def plan(self) -> Plan:
        found = await self.shop.studio.reads.plans.get(self.id)
        assert found is not None
        return found

    async def order(self) -> Order:
        order_id = (await self.plan()).order_id
        assert order_id is not None
        found = await self.shop.studio.reads.orders.get(OrderId(order_id))
        assert found is not None
        return found

    async def pay(self) -> None:
        """The customer pays the next period."""
        studio = self.shop.studio
        command = PayOrder(order_id=(await self.order()).id)
        order = await pay_order(command, actor=studio.customer, executor=studio.executor, gateways=studio.gateways)
        assert order.invoice is not None
        assert studio.gateway.pay(order.invoice.reference, order.amount)
        await settle_order(order, executor=studio.executor, gateways=studio.gateways)

    async def ends_at(self) -> datetime:
        ends_at = (await self.plan()).ends_at
        assert ends_at is not None
        return ends_at

    async def at(self, instant: datetime) -> Plan:
        """The plan after two ticks of the worker at this instant, or later."""
        self.shop.studio.clock.set(max(instant, self.shop.studio.clock.now()))
        for _ in range(2):
            await tick(self.shop)
        return await self.plan()


async def tick(shop: Workshop) -> None:
    await shop.run_periodic("sweep")
    await shop.run_due_jobs()
    await shop.relay()
    await shop.run_due_jobs()


def told(shop: Workshop) -> list[str]:
    return [each.subject for each in shop.sender.delivered if "plan" in each.subject]


async def test_the_sweep_announces_charges_and_begins_each_period_once(shop: Workshop) -> None:
    member, charges = await Member.joined(shop), shop.studio.gateway.charges
    first = await member.ends_at()
    assert (await member.at(first - ANNOUNCED - timedelta(minutes=1))).order_id is None
    announced = await member.at(first - ANNOUNCED)
    assert (announced.order_id is not None, charges) == (True, [])
    renewed = await member.at(first)
    assert (renewed.status, renewed.period, len(charges)) == (PlanStatus.ACTIVE, 2, 1)
    assert told(shop) == [
        "Your plan “Two cuts” has started",
        "Your plan “Two cuts” renews soon",
        "Your plan “Two cuts” is renewed",
    ]


async def test_a_declined_card_is_tried_on_each_day_and_forgotten_with_the_plan(shop: Workshop) -> None:
    member, gateway = await Member.joined(shop), shop.studio.gateway
    first = await member.ends_at()
    await member.at(first - ANNOUNCED)
    gateway.charge_outcome = ChargeOutcome.DECLINED
    for number, days in enumerate(TRIES, start=1):
        plan = await member.at(first + days)
        assert (plan.status, len(gateway.charges)) == (PlanStatus.OVERDUE, number)
    assert told(shop).count("Your plan “Two cuts” could not be charged") == len(TRIES)
    ended = await member.at(first + GIVEN_UP)
    assert (ended.status, ended.end_reason, ended.method) == (PlanStatus.ENDED, PlanEnd.UNPAID, None)
    assert told(shop)[-1] == "Your plan “Two cuts” has ended unpaid"


async def test_a_gateway_that_is_down_for_an_hour_is_asked_again_and_charges_once(shop: Workshop) -> None:
    member, gateway = await Member.joined(shop), shop.studio.gateway
    first = await member.ends_at()
    await member.at(first - ANNOUNCED)
    gateway.available = False
    assert (await member.at(first)).status is PlanStatus.OVERDUE
    gateway.available = True
    shop.studio.clock.set(first + timedelta(hours=1))
    await shop.run(RENEW, plan_id=str(member.id))  # as the queue does later, by the real clock
    plan = await member.at(first + timedelta(hours=1))
    assert (plan.period, len(gateway.charges)) == (2, 1)


async def test_a_plan_that_is_resumed_after_its_period_is_charged_by_the_event(shop: Workshop) -> None:
    member, studio = await Member.joined(shop), shop.studio
    await studio.run(pause_plan, member.id, by=studio.customer)
    paused = await member.at(await member.ends_at() + timedelta(days=30))
    assert (paused.status, studio.gateway.charges) == (PlanStatus.PAUSED, [])
    await studio.run(resume_plan, member.id, by=studio.customer)
    await shop.relay()
    await shop.run_due_jobs()
    assert (await member.at(studio.clock.now())).period == 2


@pytest.mark.parametrize("card", [True, False])
async def test_the_plans_of_a_deleted_account_end(shop: Workshop, *, card: bool) -> None:
    member = await Member.joined(shop, card=card)
    deleted = AccountDeleted(
        id=EventId(shop.studio.entropy.new_id()),
        occurred_at=shop.studio.clock.now(),
        user_id=UserId(member.customer_id),
    )
    async with shop.database.begin() as tx:
        await tx.outbox.put([deleted, deleted])
    plan = await member.at(shop.studio.clock.now())
    assert (plan.status, plan.end_reason, plan.method) == (PlanStatus.ENDED, PlanEnd.ACCOUNT_CLOSED, None)
