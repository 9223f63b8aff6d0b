"""Plans over HTTP: taken, renewed by card and by invoice, unpaid, paused, resumed, ended, used by bookings."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.features.bookings import EARLIER_TODAY
from tests.unit.features.plans import TWO, back, pay, renew, running, take

from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.orders import Order, OrderId, OrderStatus
from booking_domain.payments.ports import ChargeOutcome
from booking_domain.plans.events import PlanUnpaid
from booking_domain.plans.model import ANNOUNCED, ASKED_AGAIN, GIVEN_UP, TRIES, PlanStatus
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import PlanId
from booking_domain.shared.money import Money
from booking_domain.use_cases.orders.pay import expire_order, settle_order
from booking_domain.use_cases.payments.earnings import update_earnings
from booking_domain.use_cases.plans.changes import close_plan
from booking_domain.use_cases.plans.methods import forget_method

PRICE: Final = 12_000_000


async def scene(api: Api, *, card: bool, **offer: Any) -> tuple[str, str, str, dict[str, Any]]:
    """Owner, provider's id, customer, and an offer."""
    api.gateway.keeps = card
    owner, provider_id = await api.open_provider(priceAmount=8_000_000, depositAmount=2_000_000)
    made = await api.post("/plan-offers", owner, json={**TWO, **offer})
    assert made.status_code == 201, made.text
    return owner, provider_id, await api.joined("customer", verified=True), made.json()


async def plan_of(api: Api, plan: Mapping[str, Any]) -> dict[str, Any]:
    """The plan as its customer sees it."""
    return dict((await api.get(f"/plans/{plan['id']}", await back(api, plan["customerId"]))).json())


async def at(api: Api, plan: Mapping[str, Any], before: timedelta) -> dict[str, Any]:
    """The plan after the worker has looked at it so long before its period ends."""
    api.clock.set(datetime.fromisoformat(plan["endsAt"]) - before)
    await renew(api, plan)
    return await plan_of(api, plan)


async def topics(api: Api) -> list[str]:
    return [each.topic for each in await api.database.outbox_events() if each.topic.startswith("plan.")]


async def order_of(api: Api, order_id: str) -> Order:
    found = await api.container.reads().orders.get(OrderId(UUID(order_id)))
    assert found is not None
    return found


async def settled(api: Api, order_id: str) -> Order:
    order = await order_of(api, order_id)
    return await settle_order(order, executor=api.container.executor(), gateways=api.container.gateways())


async def test_a_plan_starts_when_its_first_period_is_paid_and_its_visits_are_used(api: Api) -> None:
    owner, provider_id, customer, offer = await scene(api, card=True, text="With tea.")
    plan = await take(api, customer, offer["id"])
    assert (plan["status"], plan["period"], "packageId" in plan) == ("ordered", 0, False)
    assert_problem(await api.post("/plans", customer, json={"offerId": offer["id"]}), 409, "plan.taken")
    order = await pay(api, customer, plan)
    assert (order["kind"], order["status"], order["planId"], order["period"]) == ("plan", "paid", plan["id"], 1)
    plan = await plan_of(api, plan)
    assert (plan["status"], plan["card"], plan["packageId"]) == ("active", "Visa 4242", order["packageId"])
    package = (await api.get(f"/packages/{plan['packageId']}", customer)).json()
    assert (package["balance"], package["planId"], package["expiresAt"]) == (2, plan["id"], plan["endsAt"])
    customer_id = await api.consented(customer, owner)
    visit = {"providerId": provider_id, "customerId": customer_id, "packageId": package["id"], "slot": EARLIER_TODAY}
    booking = (await api.post("/bookings", owner, json=visit)).json()
    assert booking["priceAmount"] == 0
    done = await api.patch(f"/bookings/{booking['id']}", owner, json={"status": "completed"})
    assert done.status_code == 200, done.text
    for _ in range(2):
        for outdated in await api.container.reads().earnings.outdated(9):
            await api.container.executor().run(update_earnings, outdated, actor=SYSTEM)
    [earned] = (await api.get("/providers/me/earnings", owner)).json()["items"]
    assert earned["keptAmount"] == PRICE // 2
    [owed] = (await api.get("/packages/liability", owner)).json()["items"]
    assert (owed["usedAmount"], owed["outstandingAmount"]) == (PRICE // 2, PRICE // 2)
    exported = (await api.get("/users/me/export", customer)).json()
    assert exported["plans"][0]["id"] == plan["id"]
    assert [each["id"] for each in (await api.get("/plans/mine", customer)).json()["items"]] == [plan["id"]]
    assert [each["id"] for each in (await api.get("/plans", owner)).json()["items"]] == [plan["id"]]


async def test_a_kept_card_is_charged_once_for_each_period_at_the_price_that_was_announced(api: Api) -> None:
    owner, _, customer, offer = await scene(api, card=True)
    owner_id = (await api.get("/auth/me", owner)).json()["id"]
    plan = await running(api, customer, offer["id"])
    soon = await at(api, plan, ANNOUNCED)
    assert (soon["status"], soon["dueAt"], api.gateway.charges) == ("active", plan["endsAt"], [])
    seller = await back(api, owner_id)
    dearer = await api.post(f"/plan-offers/{offer['id']}/price", seller, json={"priceAmount": 2 * PRICE})
    assert dearer.json()["priceAmount"] == 2 * PRICE
    paid = await at(api, plan, timedelta(0))
    for _ in range(2):
        await renew(api, plan)
    [charge] = api.gateway.charges
    assert (charge.attempt, paid["status"], paid["period"]) == (1, "active", 2)
    assert paid["packageId"] != plan["packageId"]
    assert (await order_of(api, soon["orderId"])).settled.amount == PRICE
    later = await at(api, paid, ANNOUNCED)
    assert (await order_of(api, later["orderId"])).amount.amount == 2 * PRICE
    assert await topics(api) == ["plan.started", "plan.announced", "plan.renewed", "plan.announced"]


@pytest.mark.parametrize("outcome", [ChargeOutcome.DECLINED, ChargeOutcome.AUTHENTICATION])
async def test_a_card_that_is_refused_is_tried_again_and_then_the_plan_ends(api: Api, outcome: ChargeOutcome) -> None:
    _, _, customer, offer = await scene(api, card=True)
    plan = await running(api, customer, offer["id"])
    api.gateway.charge_outcome = outcome
    order_id = (await at(api, plan, ANNOUNCED))["orderId"]
    for after in TRIES:
        assert (await at(api, plan, -after))["status"] == "overdue"
        await renew(api, plan)
    assert [each.attempt for each in api.gateway.charges] == [1, 2, 3, 4]
    ended = await at(api, plan, -GIVEN_UP)
    assert (ended["status"], ended["endReason"]) == ("ended", "unpaid")
    unpaid = [each for each in await api.database.outbox_events() if each.topic == "plan.unpaid"]
    needed = [each.authentication for each in unpaid if isinstance(each, PlanUnpaid)]
    assert needed == [outcome is ChargeOutcome.AUTHENTICATION] * len(TRIES)
    assert (await order_of(api, order_id)).status is OrderStatus.EXPIRED


async def test_a_customer_pays_what_the_card_was_declined_for(api: Api) -> None:
    _, _, customer, offer = await scene(api, card=True)
    plan = await running(api, customer, offer["id"])
    api.gateway.charge_outcome = ChargeOutcome.AUTHENTICATION
    await at(api, plan, ANNOUNCED)
    overdue = await at(api, plan, timedelta(0))
    paid = await pay(api, await back(api, plan["customerId"]), overdue)
    assert paid["status"] == "paid"
    assert (await plan_of(api, plan))["status"] == "active"


async def test_a_customer_with_a_card_who_has_paid_a_part_of_a_period_pays_the_rest(api: Api) -> None:
    _, _, customer, offer = await scene(api, card=True)
    plan = await running(api, customer, offer["id"])
    await at(api, plan, ANNOUNCED)
    order_id = (await plan_of(api, plan))["orderId"]
    customer = await back(api, plan["customerId"])
    assert (await api.post(f"/orders/{order_id}/pay", customer, json={})).status_code == 200
    part, invoice = Money(amount=PRICE // 4, currency="MNT"), (await order_of(api, order_id)).invoice
    assert invoice is not None
    api.gateway.pay(invoice.reference, part, api.clock.now())
    for after in TRIES[:2]:
        assert (await at(api, plan, -after))["status"] == "overdue"
        await renew(api, plan)
    assert api.gateway.charges == []
    unpaid = [each for each in await api.database.outbox_events() if isinstance(each, PlanUnpaid)]
    assert [(each.by_customer, each.authentication) for each in unpaid] == [(True, False)] * 2
    api.gateway.pay(invoice.reference, Money(amount=PRICE - part.amount, currency="MNT"), api.clock.now())
    await at(api, plan, -TRIES[2])
    assert (await plan_of(api, plan))["period"] == 2


async def test_a_try_that_the_gateway_does_not_answer_is_repeated_and_charges_once(api: Api) -> None:
    _, _, customer, offer = await scene(api, card=True)
    plan = await running(api, customer, offer["id"])
    await at(api, plan, ANNOUNCED)
    api.clock.set(datetime.fromisoformat(plan["endsAt"]))
    order = await order_of(api, (await plan_of(api, plan))["orderId"])
    customer = await back(api, plan["customerId"])
    prepared = (await api.post(f"/orders/{order.id}/pay", customer, json={})).json()
    assert prepared["status"] == "pending"
    api.gateway.reports_until_down = 1  # the answer after the charge is lost
    with pytest.raises(GatewayUnavailable):
        await renew(api, plan)
    api.gateway.reports_until_down = None
    assert (await plan_of(api, plan))["status"] == "overdue"
    api.clock.advance(ASKED_AGAIN)
    await renew(api, plan)
    assert len(api.gateway.charges) == 1
    assert (await plan_of(api, plan))["period"] == 2


async def test_without_a_card_each_period_is_an_invoice_with_reminders(api: Api) -> None:
    _, _, customer, offer = await scene(api, card=False)
    plan = await running(api, customer, offer["id"])
    soon = await at(api, plan, ANNOUNCED)
    shown = (await api.get(f"/orders/{soon['orderId']}", await back(api, plan["customerId"]))).json()
    assert shown["qrText"].startswith("pay:")
    assert "card" not in soon
    for after in TRIES[:2]:
        await at(api, plan, -after)
    api.pay(shown)
    renewed = await at(api, plan, -TRIES[2])
    assert (renewed["status"], renewed["period"]) == ("active", 2)
    assert await topics(api) == ["plan.started", "plan.announced", "plan.unpaid", "plan.unpaid", "plan.renewed"]
    assert renewed["endsAt"] > plan["endsAt"]


async def test_money_after_the_end_continues_a_plan_that_ended_unpaid(api: Api) -> None:
    _, _, customer, offer = await scene(api, card=False)
    plan = await take(api, customer, offer["id"])
    asked = (await api.post(f"/orders/{plan['orderId']}/pay", customer, json={})).json()
    api.clock.advance(timedelta(days=1))
    await renew(api, plan)
    assert (await plan_of(api, plan))["endReason"] == "unpaid"
    api.pay(asked)
    api.pay(asked)
    await settled(api, plan["orderId"])
    order = await settled(api, plan["orderId"])
    assert (order.status, order.refund and order.refund.amount.amount) == (OrderStatus.PAID, PRICE)
    assert (await plan_of(api, plan))["status"] == "active"


async def test_money_for_a_plan_that_no_longer_waits_for_it_is_sent_back(api: Api) -> None:
    _, _, customer, offer = await scene(api, card=False)
    first = await take(api, customer, offer["id"])
    asked = (await api.post(f"/orders/{first['orderId']}/pay", customer, json={})).json()
    assert (await api.post(f"/plans/{first['id']}/cancel", customer)).json()["status"] == "ended"
    second = await running(api, customer, offer["id"])
    soon = await at(api, second, ANNOUNCED)
    customer = await back(api, second["customerId"])
    invoice = (await api.get(f"/orders/{soon['orderId']}", customer)).json()
    assert (await api.post(f"/plans/{second['id']}/pause", customer)).json()["status"] == "paused"
    assert (await order_of(api, soon["orderId"])).status is OrderStatus.EXPIRED
    for each in (asked, invoice):
        api.pay(each)
        order = await settled(api, each["id"])
        assert (order.refund and order.refund.amount.amount) == PRICE
    assert len((await api.get("/packages/mine", customer)).json()["items"]) == 1


async def test_a_plan_is_paused_resumed_and_ended_at_the_end_of_its_period(api: Api) -> None:
    owner, _, customer, offer = await scene(api, card=True)
    owner_id = (await api.get("/auth/me", owner)).json()["id"]
    plan = await running(api, customer, offer["id"])
    await api.post(f"/plans/{plan['id']}/pause", customer)
    assert (await at(api, plan, timedelta(days=-30)))["status"] == "paused"
    customer, owner = await back(api, plan["customerId"]), await back(api, owner_id)
    assert_problem(await api.post(f"/plans/{plan['id']}/pause", customer), 409, "plan.invalid_transition")
    assert (await api.post(f"/plans/{plan['id']}/resume", customer)).json()["status"] == "active"
    for _ in range(2):
        await renew(api, plan)
    again = await plan_of(api, plan)
    assert (again["period"], len(api.gateway.charges)) == (2, 1)
    ending = (await api.post(f"/plans/{plan['id']}/cancel", owner)).json()
    assert (ending["status"], ending["endReason"]) == ("ending", "by_seller")
    assert (await at(api, again, ANNOUNCED))["status"] == "ending"
    assert (await at(api, again, timedelta(0)))["status"] == "ended"
    assert (await topics(api))[-2:] == ["plan.ending", "plan.ended"]
    stranger = await api.joined("customer")
    for step in ("pause", "resume", "cancel", "card-form", "card"):
        assert_problem(await api.post(f"/plans/{plan['id']}/{step}", stranger), 404, "plan.not_found")


@pytest.mark.parametrize("gone", ["account", "offer", "provider"])
async def test_a_plan_is_not_charged_once_its_customer_or_its_seller_is_gone(api: Api, gone: str) -> None:
    owner, provider_id, customer, offer = await scene(api, card=True)
    owner_id = (await api.get("/auth/me", owner)).json()["id"]
    plan = await running(api, customer, offer["id"])
    await at(api, plan, ANNOUNCED)
    if gone == "account":
        path, admin = f"/admin/users/{plan['customerId']}", await api.an_admin()
        disabled = await api.patch(path, admin, json={"status": "disabled", "reason": "fraud"})
        assert disabled.is_success, disabled.text
    elif gone == "offer":
        ended = await api.post(f"/plan-offers/{offer['id']}/end", await back(api, owner_id))
        assert ended.is_success, ended.text
    else:
        suspended = await api.post(
            f"/admin/providers/{provider_id}/suspend", await api.an_admin(), json={"reason": "Not now."}
        )
        assert suspended.is_success, suspended.text
    api.clock.set(datetime.fromisoformat(plan["endsAt"]))
    await renew(api, plan)
    found = await api.container.reads().plans.get(PlanId(UUID(plan["id"])))
    assert found is not None
    assert (found.status, api.gateway.charges) == (PlanStatus.ENDED, [])


async def test_another_card_is_entered_and_charged_and_forgotten_in_the_end(api: Api) -> None:
    _, _, customer, offer = await scene(api, card=True)
    plan = await running(api, customer, offer["id"])
    assert_problem(await api.post(f"/plans/{plan['id']}/card", customer), 409, "plan.method_not_entered")
    api.gateway.charge_outcome = ChargeOutcome.DECLINED
    await at(api, plan, ANNOUNCED)
    await at(api, plan, timedelta(0))
    api.gateway.charge_outcome = ChargeOutcome.TAKEN
    customer = await back(api, plan["customerId"])
    form = (await api.post(f"/plans/{plan['id']}/card-form", customer)).json()
    api.gateway.enter_method(form["clientSecret"].removesuffix("-secret"), "Mastercard 4444")
    changed = await api.post(f"/plans/{plan['id']}/card", customer)
    assert (changed.status_code, changed.json()["card"]) == (200, "Mastercard 4444")
    await renew(api, plan)
    assert (await plan_of(api, plan))["period"] == 2
    plan_id, container = PlanId(UUID(plan["id"])), api.container
    await container.executor().run(close_plan, plan_id, actor=SYSTEM)
    await forget_method(plan_id, reads=container.reads(), executor=container.executor(), gateways=container.gateways())
    closed = await plan_of(api, plan)
    assert (closed["endReason"], "card" in closed) == ("account_closed", False)
    assert_problem(await api.post(f"/plans/{plan['id']}/card-form", customer), 409, "plan.no_method")


async def test_the_card_before_is_forgotten_once_a_period_is_paid_with_another(api: Api) -> None:
    _, _, customer, offer = await scene(api, card=True)
    plan = await running(api, customer, offer["id"])
    api.gateway.charge_outcome = ChargeOutcome.DECLINED
    await at(api, plan, ANNOUNCED)
    overdue = await at(api, plan, timedelta(0))
    assert api.gateway.forgotten == []
    await pay(api, await back(api, plan["customerId"]), overdue)
    after = await plan_of(api, plan)
    assert (after["status"], after["period"]) == ("active", 2)
    [former] = api.gateway.forgotten
    api.gateway.charge_outcome = ChargeOutcome.TAKEN
    await at(api, after, ANNOUNCED)
    assert (await at(api, after, timedelta(0)))["period"] == 3
    assert api.gateway.forgotten == [former], "the card that was charged is kept"
    assert api.gateway.charges[-1].method != former


async def test_a_period_that_is_returned_ends_its_plan(api: Api) -> None:
    _, _, customer, offer = await scene(api, card=False)
    plan = await running(api, customer, offer["id"])
    [order] = (await api.get("/orders", customer)).json()["items"]
    back = await api.post(f"/orders/{order['id']}/refund", customer)
    assert back.json()["refundPendingAmount"] == PRICE
    ended = await plan_of(api, plan)
    assert (ended["status"], ended["endReason"]) == ("ended", "refunded")
    assert (await api.get(f"/packages/{plan['packageId']}", customer)).json()["balance"] == 0


async def test_customers_see_what_a_provider_and_their_salon_offer(api: Api) -> None:
    owner, provider_id, customer, own = await scene(api, card=False)
    manager = await api.joined("manager")
    salon = (await api.post("/salons", manager, json={"name": "Nomad", "timeZone": "Asia/Hovd"})).json()
    await api.post(f"/salons/{salon['id']}/members", manager, json={"providerId": provider_id})
    assert (await api.post(f"/salons/{salon['id']}/members/me/accept", owner)).is_success
    of_salon = (await api.post("/plan-offers", manager, json={**TWO, "salonId": salon["id"]})).json()
    assert (own["timeZone"], of_salon["timeZone"]) == ("Asia/Ulaanbaatar", "Asia/Hovd")
    shown = (await api.get(f"/providers/{provider_id}/plan-offers")).json()["items"]
    assert [each["id"] for each in shown] == [of_salon["id"], own["id"]]
    plan = await running(api, customer, of_salon["id"])
    assert [each["id"] for each in (await api.get("/plans", manager)).json()["items"]] == [plan["id"]]
    assert (await api.post(f"/plan-offers/{of_salon['id']}/end", manager)).json()["endedAt"] is not None
    assert (await api.get(f"/salons/{salon['id']}/plan-offers")).json()["items"] == []
    other = await api.joined("customer")
    assert_problem(await api.post("/plans", other, json={"offerId": of_salon["id"]}), 409, "plan_offer.ended")
    foreign = {**TWO, "serviceIds": ["0197a9c0-0000-7000-8000-000000000009"]}
    assert_problem(await api.post("/plan-offers", owner, json=foreign), 422, "validation.invalid_value")
    stranger, _ = await api.open_provider()
    price = {"priceAmount": PRICE}
    assert_problem(await api.post(f"/plan-offers/{own['id']}/price", stranger, json=price), 404, "plan_offer.not_found")


async def test_an_order_that_has_expired_before_its_plan_ends_the_plan(api: Api) -> None:
    _, _, customer, offer = await scene(api, card=False)
    plan = await take(api, customer, offer["id"])
    api.clock.advance(timedelta(days=1))
    await api.container.executor().run(expire_order, OrderId(UUID(plan["orderId"])), actor=SYSTEM)
    await renew(api, plan)
    assert (await plan_of(api, plan))["status"] == "ended"
