"""Plans on PostgreSQL: many workers renew one period once, and money that is reported many times begins one period."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

import pytest
from tests.reliability.test_confused_bodies import StoredApi, stored
from tests.unit.features.plans import TWO, running, take

from booking_domain.payments.orders import Order, OrderId, OrderStatus
from booking_domain.plans.model import Plan
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import PlanId
from booking_domain.use_cases.orders.pay import settle_order
from booking_domain.use_cases.orders.renewals import renew_plan

AT_ONCE: Final = 12


@pytest.fixture
async def api(postgres_url: str) -> AsyncIterator[StoredApi]:
    async with stored(postgres_url) as api:
        api.gateway.keeps = True
        yield api


async def offered(api: StoredApi) -> str:
    owner, _ = await api.open_provider()
    return str((await api.post("/plan-offers", owner, json=TWO)).json()["id"])


async def due_now(api: StoredApi, plan_id: PlanId) -> None:
    """Let the period that is paid end now: the clocks of this deployment are real."""
    async with api.container.database().begin() as tx:
        plan = await tx.plans.lock(plan_id)
        assert plan is not None
        now = api.container.clock().now() - timedelta(seconds=1)
        await tx.plans.save(replace(plan, ends_at=now, next_at=now, version=plan.version + 1), was=plan)


async def renew_at_once(api: StoredApi, plan_id: PlanId) -> Plan:
    """The plan after many workers have looked at it at once."""
    container = api.container
    executor, gateways, reads = container.executor(), container.gateways(), container.reads()
    many = (renew_plan(plan_id, reads=reads, executor=executor, gateways=gateways) for _ in range(AT_ONCE))
    ended = await asyncio.gather(*many, return_exceptions=True)
    assert {type(each) for each in ended} <= {type(None), ConcurrentChange}
    plan = await reads.plans.get(plan_id)
    assert plan is not None
    return plan


async def test_many_workers_order_charge_and_begin_one_period(api: StoredApi) -> None:
    customer = await api.joined("customer")
    taken = await running(api, customer, await offered(api))
    plan_id = PlanId(UUID(taken["id"]))
    await due_now(api, plan_id)
    plan = await renew_at_once(api, plan_id)
    if plan.period == 1:  # some worker has only ordered it
        plan = await renew_at_once(api, plan_id)
    assert (plan.period, len(api.gateway.charges)) == (2, 1)
    orders = (await api.get("/orders", customer)).json()["items"]
    assert Counter((each["period"], each["status"]) for each in orders) == {(1, "paid"): 1, (2, "paid"): 1}
    assert len((await api.get("/packages/mine", customer)).json()["items"]) == 2


async def test_money_that_is_reported_many_times_at_once_begins_one_period(api: StoredApi) -> None:
    customer, offer_id = await api.joined("customer"), await offered(api)
    plan = await take(api, customer, offer_id)
    api.pay((await api.post(f"/orders/{plan['orderId']}/pay", customer, json={})).json())
    order = await api.container.reads().orders.get(OrderId(UUID(plan["orderId"])))
    assert order is not None
    executor, gateways = api.container.executor(), api.container.gateways()
    settled: list[Order] = await asyncio.gather(
        *(settle_order(order, executor=executor, gateways=gateways) for _ in range(AT_ONCE))
    )
    assert {each.status for each in settled} == {OrderStatus.PAID}
    assert (await api.get(f"/plans/{plan['id']}", customer)).json()["period"] == 1
    assert len((await api.get("/packages/mine", customer)).json()["items"]) == 1


async def test_of_many_requests_at_once_one_takes_the_plan(api: StoredApi) -> None:
    customer, offer_id = await api.joined("customer"), await offered(api)
    body = {"offerId": offer_id}
    answers = await asyncio.gather(*(api.post("/plans", customer, json=body) for _ in range(AT_ONCE)))
    codes = Counter((each.status_code, each.json().get("code")) for each in answers)
    assert codes == {(201, None): 1, (409, "plan.taken"): AT_ONCE - 1}
