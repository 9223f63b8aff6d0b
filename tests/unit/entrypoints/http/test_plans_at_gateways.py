"""Plans over HTTP with the simulators of both gateways, over HTTP as well: Stripe keeps a card, QPay does not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx
import pytest
from tests.reliability.gateways_under_test import GatewayUnderTest, QPay, Stripe, gateway_under_test
from tests.unit.entrypoints.api import Api
from tests.unit.entrypoints.http.test_plans import PRICE, at, order_of, plan_of, settled, topics
from tests.unit.features.plans import TWO, back, renew, take
from tests.unit.simulators.stripe.simulator_process import CARD_KEY

from adapters.qpay.gateway import QPayGateway
from adapters.stripe.gateway import StripeGateway
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.orders import Order, OrderStatus
from booking_domain.payments.ports import ChargeOrder, ChargeOutcome
from booking_domain.plans.events import PlanAnnounced, PlanUnpaid
from booking_domain.plans.model import ANNOUNCED, ASKED_AGAIN, GIVEN_UP, TRIES
from booking_domain.shared.ids import PaymentId, PlanId
from booking_domain.use_cases.orders.refund import make_order_refund
from entrypoints.worker.gift_cards import SETTLE

NOW: Final = timedelta(0)


class Salon:
    """A provider who offers a plan, a customer, and the gateway that takes their money."""

    def __init__(self, api: Api, gateway: GatewayUnderTest) -> None:
        self.api, self.gateway = api, gateway
        self.customer = ""
        self.plan: dict[str, Any] = {}

    async def take(self) -> dict[str, Any]:
        """The plan, whose first period is paid."""
        owner, _ = await self.api.open_provider()
        offer = (await self.api.post("/plan-offers", owner, json=TWO)).json()
        self.customer = await self.api.joined("customer")
        self.plan = await take(self.api, self.customer, offer["id"])
        order = await self.invoiced()
        await self.pay(order)
        self.plan = await plan_of(self.api, self.plan)
        assert (self.plan["status"], self.plan["period"]) == ("active", 1)
        return self.plan

    async def invoiced(self) -> Order:
        """The order of the next period, with the invoice that its customer asks for."""
        order_id = (await plan_of(self.api, self.plan))["orderId"]
        customer = await back(self.api, self.plan["customerId"])
        asked = await self.api.post(f"/orders/{order_id}/pay", customer, json={})
        assert asked.status_code == 200, asked.text
        return await order_of(self.api, order_id)

    async def pay(self, order: Order) -> None:
        """The customer pays; the gateway calls twice at once, and somebody else as well."""
        self.gateway.pay(order, self.api.clock.now(), by_card=self.gateway.name == Stripe.name)
        calls = [self.call_back(order), self.call_back(order), self.call_back(order, forged=True)]
        assert await asyncio.gather(*calls) == [self.gateway.accepted] * 2 + [403]

    async def call_back(self, order: Order, *, forged: bool = False) -> int:
        transport = httpx.ASGITransport(self.api.app)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://api.test/api/v1") as client:
            return await self.gateway.call_back(order, client, self.api.container, forged=forged)

    async def at(self, before: timedelta) -> dict[str, Any]:
        """The plan after the worker has looked at it so long before its period ends."""
        return await at(self.api, self.plan, before)

    async def behave(self, behaviour: str) -> None:
        """Let the card that Stripe keeps be declined, or accepted."""
        plan = await self.api.container.reads().plans.get(PlanId(UUID(self.plan["id"])))
        assert plan is not None
        assert plan.method is not None
        url = f"{self.gateway.settings['STRIPE_BASE_URL']}/simulator/payment_methods/{plan.method.reference}"
        async with httpx.AsyncClient() as client:
            (await client.post(f"{url}/{behaviour}")).raise_for_status()

    async def packages(self) -> int:
        customer = await back(self.api, self.plan["customerId"])
        return len((await self.api.get("/packages/mine", customer)).json()["items"])


class CutOff(StripeGateway):
    """Stripe at the end of a line that breaks after a charge."""

    breaks = False

    async def charge(self, order: ChargeOrder) -> ChargeOutcome:
        outcome = await super().charge(order)
        if self.breaks:
            raise GatewayUnavailable(gateway=self.name)
        return outcome


@asynccontextmanager
async def at_gateway(name: str, folder: Path) -> AsyncIterator[Salon]:
    with gateway_under_test(name, folder) as gateway:
        api = Api(gateway.settings)
        api.container.gateway.reset_override()
        given = api.container.settings()
        if name == Stripe.name:
            secret_key, base_url = given.stripe.secret_key, given.stripe.base_url
            api.container.stripe_gateway.override(CutOff(secret_key=secret_key, card_key=CARD_KEY, base_url=base_url))
        else:  # the product keeps tokens in PostgreSQL
            url = given.payment_callback_url(PaymentId(UUID(int=1)), "token")
            qpay = QPayGateway(
                base_url=given.qpay.base_url,
                username=given.qpay.username,
                password=given.qpay.password,
                invoice_code=given.qpay.invoice_code,
                callback_url=lambda _: url,
            )
            api.container.qpay_gateway.override(qpay)
        async with api.opened():
            yield Salon(api, gateway)


@pytest.fixture
async def stripe(tmp_path: Path) -> AsyncIterator[Salon]:
    async with at_gateway(Stripe.name, tmp_path) as salon:
        yield salon


@pytest.fixture
async def qpay(tmp_path: Path) -> AsyncIterator[Salon]:
    async with at_gateway(QPay.name, tmp_path) as salon:
        yield salon


async def unpaid(api: Api) -> list[tuple[bool, bool]]:
    """Whether customers were asked to authenticate, and to pay for want of the card's gateway, in order."""
    events = await api.database.outbox_events()
    return [(each.authentication, each.by_customer) for each in events if isinstance(each, PlanUnpaid)]


async def test_stripe_charges_the_card_of_the_first_period_for_the_next(stripe: Salon) -> None:
    plan = await stripe.take()
    assert plan["card"] == "Visa 4242"
    soon = await stripe.at(ANNOUNCED)
    assert stripe.gateway.received() == PRICE, "nothing is charged before the period is due"
    renewed = await stripe.at(NOW)
    assert (renewed["status"], renewed["period"]) == ("active", 2)
    order = await order_of(stripe.api, soon["orderId"])
    assert [await stripe.call_back(order) for _ in range(2)] == [204, 204]
    await renew(stripe.api, plan)
    assert (stripe.gateway.received(), stripe.gateway.held(order)) == (2 * PRICE, PRICE)
    assert (await plan_of(stripe.api, plan))["period"] == await stripe.packages() == 2


async def test_a_card_that_stripe_declines_is_charged_on_a_later_day(stripe: Salon) -> None:
    plan = await stripe.take()
    await stripe.at(ANNOUNCED)
    await stripe.behave("card_declined")
    for days in TRIES[:2]:
        assert (await stripe.at(-days))["status"] == "overdue"
        await renew(stripe.api, plan)
    await stripe.behave("authentication_required")
    assert (await stripe.at(-TRIES[2]))["status"] == "overdue"
    assert await unpaid(stripe.api) == [(False, False), (False, False), (True, False)]
    assert stripe.gateway.received() == PRICE
    await stripe.behave("accepted")
    assert (await stripe.at(-TRIES[3]))["status"] == "active"
    assert (stripe.gateway.received(), await stripe.packages()) == (2 * PRICE, 2)


async def test_a_customer_authenticates_at_stripe_what_the_card_was_declined_for(stripe: Salon) -> None:
    plan = await stripe.take()
    await stripe.at(ANNOUNCED)
    await stripe.behave("authentication_required")
    await stripe.at(NOW)
    await stripe.pay(await stripe.invoiced())
    assert (await plan_of(stripe.api, plan))["period"] == 2
    assert (stripe.gateway.received(), await stripe.packages()) == (2 * PRICE, 2)


async def test_a_card_that_stripe_always_declines_ends_the_plan(stripe: Salon) -> None:
    await stripe.take()
    order_id = (await stripe.at(ANNOUNCED))["orderId"]
    await stripe.behave("card_declined")
    for days in TRIES:
        await stripe.at(-days)
    ended = await stripe.at(-GIVEN_UP)
    assert (ended["status"], ended["endReason"], stripe.gateway.received()) == ("ended", "unpaid", PRICE)
    assert (await order_of(stripe.api, order_id)).status is OrderStatus.EXPIRED


async def test_a_worker_that_dies_after_the_charge_charges_no_second_time(stripe: Salon) -> None:
    plan = await stripe.take()
    await stripe.at(ANNOUNCED)
    gateway = stripe.api.container.stripe_gateway()
    assert isinstance(gateway, CutOff)
    gateway.breaks = True
    stripe.api.clock.set(datetime.fromisoformat(plan["endsAt"]))
    with pytest.raises(GatewayUnavailable):
        await renew(stripe.api, plan)
    assert ((await plan_of(stripe.api, plan))["status"], stripe.gateway.received()) == ("overdue", 2 * PRICE)
    stripe.api.clock.advance(ASKED_AGAIN)
    await renew(stripe.api, plan)
    assert ((await plan_of(stripe.api, plan))["period"], stripe.gateway.received()) == (2, 2 * PRICE)
    assert await stripe.packages() == 2


@pytest.mark.parametrize("step", ["pause", "cancel"])
@pytest.mark.parametrize("name", [QPay.name, Stripe.name])
async def test_nothing_is_charged_once_a_plan_is_paused_or_ends(name: str, step: str, tmp_path: Path) -> None:
    async with at_gateway(name, tmp_path) as salon:
        plan = await salon.take()
        await salon.at(ANNOUNCED)
        customer = await back(salon.api, plan["customerId"])
        assert (await salon.api.post(f"/plans/{plan['id']}/{step}", customer)).is_success
        for days in TRIES:
            await salon.at(-days)
        after = await salon.at(-GIVEN_UP)
        assert (after["status"], salon.gateway.received()) == ({"pause": "paused", "cancel": "ended"}[step], PRICE)
        assert await salon.packages() == 1


async def test_qpay_makes_an_invoice_each_period_and_what_comes_twice_is_sent_back(qpay: Salon) -> None:
    plan = await qpay.take()
    assert "card" not in plan
    soon = await qpay.at(ANNOUNCED)
    order = await order_of(qpay.api, soon["orderId"])
    assert order.invoice is not None, "the customer finds it with the announcement"
    assert (await qpay.at(NOW))["status"] == "overdue"
    assert (await qpay.at(-TRIES[1]))["status"] == "overdue"
    await qpay.pay(order)
    renewed = await plan_of(qpay.api, plan)
    assert (renewed["status"], renewed["period"], await qpay.packages()) == ("active", 2, 2)
    await qpay.pay(order)
    twice = await order_of(qpay.api, soon["orderId"])
    assert (twice.refund and twice.refund.amount.amount) == PRICE
    assert (await plan_of(qpay.api, plan))["period"] == await qpay.packages() == 2
    assert await topics(qpay.api) == ["plan.started", "plan.announced", "plan.unpaid", "plan.unpaid", "plan.renewed"]


async def test_money_at_qpay_for_a_plan_that_was_ended_is_sent_back(qpay: Salon) -> None:
    plan = await qpay.take()
    soon = await qpay.at(ANNOUNCED)
    customer = await back(qpay.api, plan["customerId"])
    assert (await qpay.api.post(f"/plans/{plan['id']}/cancel", customer)).json()["status"] == "ending"
    order = await order_of(qpay.api, soon["orderId"])
    await qpay.pay(order)
    container = qpay.api.container
    await make_order_refund(
        order.id, reads=container.reads(), executor=container.executor(), gateways=container.gateways()
    )
    after = await order_of(qpay.api, soon["orderId"])
    assert (after.returned.amount, after.refund and after.refund.at, await qpay.packages()) == (0, None, 1)
    assert (await qpay.api.get("/admin/orders/transfers", await qpay.api.an_admin())).json()["items"][0]["id"] == str(
        order.id
    )


async def test_without_the_gateway_of_its_card_a_plan_is_paid_by_its_customer(stripe: Salon) -> None:
    plan, api = await stripe.take(), stripe.api
    with api.container.gateways.override(Gateways(api.gateway)):
        await stripe.at(ANNOUNCED)
        overdue = await stripe.at(NOW)
        assert (overdue["status"], overdue["card"]) == ("overdue", "Visa 4242")
        await stripe.at(-TRIES[1])
        events = await api.database.outbox_events()
        assert [each.by_customer for each in events if isinstance(each, PlanAnnounced)] == [True]
        assert await unpaid(api) == [(False, True)] * 2
        order = await order_of(api, overdue["orderId"])
        assert (order.gateway, stripe.gateway.received()) == ("qpay", PRICE)
        customer = await back(api, plan["customerId"])
        api.pay((await api.get(f"/orders/{order.id}", customer)).json())
        renewed = await stripe.at(-TRIES[2])
        assert (renewed["status"], renewed["period"], "card" in renewed) == ("active", 2, False)


async def test_a_card_is_charged_again_once_its_gateway_is_back(stripe: Salon) -> None:
    api = stripe.api
    await stripe.take()
    await stripe.at(ANNOUNCED)
    with api.container.gateways.override(Gateways(api.gateway)):
        overdue = await stripe.at(NOW)
    renewed = await stripe.at(-TRIES[1])
    assert (renewed["status"], renewed["period"], stripe.gateway.received()) == ("active", 2, 2 * PRICE)
    order = await order_of(api, overdue["orderId"])
    assert (order.gateway, order.status) == ("qpay", OrderStatus.EXPIRED), "nobody can ask about it any more"


async def test_a_period_is_ordered_again_if_the_gateway_of_its_invoice_is_gone(stripe: Salon) -> None:
    plan, api = await stripe.take(), stripe.api
    await stripe.at(ANNOUNCED)
    first = await stripe.invoiced()
    with api.container.gateways.override(Gateways(api.gateway)):
        overdue = await stripe.at(NOW)
        second = await order_of(api, overdue["orderId"])
        assert (second.id != first.id, second.gateway, second.amount) == (True, "qpay", first.amount)
        assert (await order_of(api, str(first.id))).status is OrderStatus.EXPIRED
        customer = await back(api, plan["customerId"])
        api.pay((await api.get(f"/orders/{second.id}", customer)).json())
        await settled(api, str(second.id))
    stripe.gateway.pay(first, api.clock.now())
    back_again = await settled(api, str(first.id))
    assert (back_again.refund and back_again.refund.amount.amount) == PRICE
    assert (await plan_of(api, plan))["period"] == await stripe.packages() == 2


async def test_an_order_of_a_gateway_that_is_gone_expires(stripe: Salon) -> None:
    api = stripe.api
    owner, _ = await api.open_provider()
    offer = (await api.post("/plan-offers", owner, json=TWO)).json()
    stripe.plan = await take(api, await api.joined("customer"), offer["id"])
    order = await stripe.invoiced()
    api.clock.advance(timedelta(days=1))
    with api.container.gateways.override(Gateways(api.gateway)):
        await SETTLE.run(api.container, order_id=str(order.id))
        await renew(api, stripe.plan)
    assert (await order_of(api, str(order.id))).status is OrderStatus.EXPIRED
    assert (await plan_of(api, stripe.plan))["endReason"] == "unpaid"
