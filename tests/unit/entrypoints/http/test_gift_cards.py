"""Gift cards over HTTP: sold at the desk, paid with, refunded to, taken back, blocked."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import httpx
import pytest
from tests.unit.entrypoints.api import Api, assert_problem, serving
from tests.unit.features.bookings import EARLIER_TODAY, TUESDAY_AT_TWO
from tests.unit.features.desk_payments import TERMS, confirmed
from tests.unit.features.gift_cards import SOLD, code_of, sell

from booking_domain.gift_cards.model import GiftCardId
from booking_domain.notifications.ports import OutgoingMessage
from booking_domain.payments.orders import OrderId, OrderStatus
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import BookingId, RefundId
from booking_domain.testing.memory import MemoryMessageSender
from booking_domain.use_cases.gift_cards.delivery import deliver_gift_card, expire_gift_card
from booking_domain.use_cases.orders.pay import expire_order, settle_order
from booking_domain.use_cases.orders.refund import make_order_refund
from booking_domain.use_cases.payments.earnings import update_earnings
from booking_domain.use_cases.payments.make_refund import make_refund
from booking_domain.use_cases.payments.receipts import issue_receipts

PRICE: Final = 8_000_000


async def pay(api: Api, token: str, booking_id: str, code: str, amount: int | None = None) -> dict[str, Any]:
    body = {"code": code} if amount is None else {"code": code, "amount": amount}
    answer = await api.post(f"/bookings/{booking_id}/gift-card-payments", token, json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def make_refunds(api: Api, booking_id: str) -> None:
    """What the worker does after a refund was scheduled, and after it was split."""
    container, made = api.container, set[RefundId]()
    while new := {each.id for each in await container.reads().refunds.of_booking(BookingId(UUID(booking_id)))} - made:
        made |= new
        for refund_id in new:
            await make_refund(
                refund_id, reads=container.reads(), executor=container.executor(), gateways=container.gateways()
            )


async def left_on(api: Api, token: str, card_id: str) -> int:
    card = (await api.get(f"/gift-cards/{card_id}", token)).json()
    entries = (await api.get(f"/gift-cards/{card_id}/entries", token)).json()["items"]
    assert sum(each["amount"] for each in entries) == card["balanceAmount"] == entries[0]["balance"]
    return int(card["balanceAmount"])


async def test_a_card_pays_a_part_and_gets_back_what_a_cancellation_refunds(api: Api) -> None:
    customer, provider, booking = await confirmed(api)
    card, code = await sell(api, provider, recipient={"name": " Saraa ", "message": "Happy!"})
    assert (card["recipientName"], card["soldBy"], card["lastFour"]) == ("Saraa", "provider", code[-4:])
    first = await pay(api, customer, booking["id"], code.lower().replace("-", " "), 3_000_000)
    assert (first["balanceAmount"], first["balanceDueAmount"], first["lastFour"]) == (7_000_000, 5_000_000, code[-4:])
    at_desk = await pay(api, provider, booking["id"], code)
    assert (at_desk["amount"], at_desk["balanceAmount"], at_desk["balanceDueAmount"]) == (5_000_000, 2_000_000, 0)
    shown = (await api.get(f"/bookings/{booking['id']}/payments", customer)).json()
    assert [(each["status"], each["gateway"]) for each in shown["payments"]] == [("paid", "gift_card_of_provider")] * 2
    cancelled = await api.post(f"/bookings/{booking['id']}/cancel", provider, json={})
    assert cancelled.status_code == 200, cancelled.text
    await make_refunds(api, booking["id"])
    after = (await api.get(f"/bookings/{booking['id']}/payments", customer)).json()
    assert (after["refundedAmount"], after["refundPendingAmount"]) == (PRICE, 0)
    assert await left_on(api, provider, card["id"]) == 10_000_000
    await make_refunds(api, booking["id"])
    assert await left_on(api, provider, card["id"]) == 10_000_000
    receipts = await issue_receipts(
        BookingId(UUID(booking["id"])), reads=api.container.reads(), executor=api.container.executor()
    )
    assert {each.method for each in receipts} == {"gift_card"}
    assert [each.number[0] for each in receipts] == ["R", "R", "C", "C"]


async def test_a_card_covers_a_deposit_and_the_rest_is_asked_of_the_gateway(api: Api) -> None:
    provider, provider_id = await api.open_provider(**TERMS)
    customer = await api.joined("customer", verified=True)
    booking = await api.booked(customer, provider_id)
    _, code = await sell(api, provider, amount=2_500_000)
    opened = await api.post("/payments", customer, json={"bookingId": booking["id"], "purpose": "deposit"})
    part = await pay(api, customer, booking["id"], code, 500_000)
    assert part["bookingStatus"] == "pending"
    assert (await api.get(f"/payments/{opened.json()['id']}", customer)).json()["status"] == "cancelled"
    again = await api.post("/payments", customer, json={"bookingId": booking["id"], "purpose": "deposit"})
    assert again.json()["amount"] == 1_500_000
    covered = await pay(api, customer, booking["id"], code)
    assert (covered["bookingStatus"], covered["amount"], covered["balanceDueAmount"]) == (
        "confirmed",
        2_000_000,
        PRICE - 2_500_000,
    )
    assert (await api.get(f"/payments/{again.json()['id']}", customer)).json()["status"] == "cancelled"


async def test_a_refund_goes_back_where_each_part_came_from(api: Api) -> None:
    provider, provider_id = await api.open_provider(**TERMS)
    customer = await api.joined("customer", verified=True)
    booking = await api.booked(customer, provider_id)
    payment = await api.post("/payments", customer, json={"bookingId": booking["id"], "purpose": "deposit"})
    api.pay(payment.json())
    assert (await api.get(f"/payments/{payment.json()['id']}", customer)).json()["status"] == "paid"
    card, code = await sell(api, provider)
    await pay(api, customer, booking["id"], code)
    await api.post(f"/bookings/{booking['id']}/cancel", provider, json={})
    await make_refunds(api, booking["id"])
    assert await left_on(api, provider, card["id"]) == 10_000_000
    shown = (await api.get(f"/bookings/{booking['id']}/payments", customer)).json()
    assert shown["refundedAmount"] + shown["refundPendingAmount"] == PRICE
    assert sorted(each["amount"] for each in shown["refunds"]) == [2_000_000, 6_000_000]


async def test_a_provider_is_owed_nothing_of_a_card_that_they_have_sold(api: Api) -> None:
    provider, provider_id = await api.open_provider(**TERMS | {"depositAmount": 0})
    customer = await api.joined("customer")
    customer_id = await api.consented(customer, provider)
    booking = await api.booked(provider, provider_id, EARLIER_TODAY, customerId=customer_id)
    await api.patch(f"/bookings/{booking['id']}", provider, json={"status": "completed"})
    own_value = 1_000_000
    _, own = await sell(api, provider, amount=own_value)
    _, of_platform = await sell(api, await api.an_admin())
    await pay(api, customer, booking["id"], own)
    await pay(api, customer, booking["id"], of_platform)
    await api.container.executor().run(update_earnings, BookingId(UUID(booking["id"])), actor=SYSTEM)
    [entry] = (await api.get("/providers/me/earnings", provider)).json()["items"]
    assert (entry["keptAmount"], entry["deskAmount"]) == (PRICE - own_value, own_value)


async def test_a_card_pays_only_where_it_may_what_is_due_and_what_it_has(api: Api) -> None:
    customer, provider, booking = await confirmed(api)
    path = f"/bookings/{booking['id']}/gift-card-payments"
    other, _ = await api.open_provider()
    admin = await api.an_admin()
    _, elsewhere = await sell(api, other)
    _, dollars = await sell(api, provider, currency="USD")
    _, small = await sell(api, provider, amount=1_000)
    blocked, stolen = await sell(api, admin)
    await api.post(f"/admin/gift-cards/{blocked['id']}/block", admin, json={"reason": "Stolen."})
    for body, status, code in (
        ({"code": "7F3K-QW2M-9XHT-4BND"}, 422, "gift_card.unknown_code"),
        ({"code": "7F3K"}, 422, "gift_card.unknown_code"),
        ({"code": elsewhere}, 409, "gift_card.elsewhere"),
        ({"code": dollars}, 409, "gift_card.other_currency"),
        ({"code": small, "amount": 1_001}, 409, "gift_card.not_enough"),
        ({"code": small, "amount": PRICE + 1}, 409, "gift_card.more_than_due"),
        ({"code": stolen}, 409, "gift_card.not_usable"),
    ):
        assert_problem(await api.post(path, customer, json=body), status, code)
    await api.post(f"/admin/gift-cards/{blocked['id']}/unblock", admin)
    await pay(api, customer, booking["id"], stolen)
    assert_problem(await api.post(path, customer, json={"code": small}), 409, "payment.nothing_due")
    assert_problem(await api.post(path, await api.joined("customer"), json={"code": small}), 404, "booking.not_found")


async def test_a_quote_says_what_a_card_will_pay(api: Api) -> None:
    provider, provider_id = await api.open_provider(**TERMS)
    other, _ = await api.open_provider()
    customer = await api.joined("customer")
    card, code = await sell(api, provider, amount=3_000_000)
    _, elsewhere = await sell(api, other)
    order = {"providerId": provider_id, "slot": TUESDAY_AT_TWO}

    async def quote(code: str) -> httpx.Response:
        return await api.post("/bookings/quote", customer, json={**order, "giftCard": {"code": code}})

    quoted = (await quote(code)).json()
    kinds = [(each["kind"], each["amount"]) for each in quoted["lines"]]
    assert kinds == [("list_price", PRICE), ("gift_card", 3_000_000), ("due_now", 0), ("due_later", 5_000_000)]
    assert await left_on(api, provider, card["id"]) == 3_000_000
    booking = (await api.post("/bookings", customer, json=order)).json()
    paid = await pay(api, customer, booking["id"], code)
    assert (paid["balanceDueAmount"], paid["bookingStatus"]) == (quoted["dueLaterAmount"], "confirmed")
    assert_problem(await quote(code), 409, "gift_card.not_enough")
    assert_problem(await quote(elsewhere), 409, "gift_card.elsewhere")
    unknown = await quote("7F3K-QW2M-9XHT-4BND")
    assert_problem(unknown, 422, "gift_card.unknown_code")
    assert [each["pointer"] for each in unknown.json()["errors"]] == ["/giftCard/code"]


async def test_a_quote_of_a_request_has_no_card(api: Api) -> None:
    provider, provider_id = await api.open_provider(**TERMS, bookingMode="request")
    _, code = await sell(api, provider)
    order = {"providerId": provider_id, "slot": TUESDAY_AT_TWO, "giftCard": {"code": code}}
    quoted = (await api.post("/bookings/quote", await api.joined("customer"), json=order)).json()
    assert [each["kind"] for each in quoted["lines"]] == ["list_price", "due_now", "due_later"]
    assert (quoted["dueReason"], quoted["dueLaterAmount"]) == ("request", PRICE)


async def test_a_salons_card_pays_at_its_members(api: Api) -> None:
    customer, provider, booking = await confirmed(api)
    manager = await api.joined("manager", verified=True)
    salon = (await api.post("/salons", manager, json={"name": "Nomad", "timeZone": "Asia/Ulaanbaatar"})).json()
    assert (await api.post("/gift-cards", manager, json=SOLD)).status_code == 422
    card, code = await sell(api, manager, salonId=salon["id"])
    path = f"/bookings/{booking['id']}/gift-card-payments"
    assert_problem(await api.post(path, customer, json={"code": code}), 409, "gift_card.elsewhere")
    members = f"/salons/{salon['id']}/members"
    rules = [{"day": day, "startTime": "00:00", "endTime": "24:00"} for day in range(7)]
    await api.put(f"/salons/{salon['id']}/hours", manager, json={"rules": rules})
    await api.post(members, manager, json={"providerId": booking["providerId"]})
    joined = await api.post(f"{members}/me/accept", provider)
    assert joined.status_code == 200, joined.text
    await pay(api, customer, booking["id"], code, 1)
    assert [each["id"] for each in (await api.get("/gift-cards", manager)).json()["items"]] == [card["id"]]
    assert (await api.get("/gift-cards", provider)).json()["items"] == []
    assert_problem(await api.get(f"/gift-cards/{card['id']}", provider), 404, "gift_card.not_found")
    assert_problem(
        await api.post("/gift-cards", provider, json={**SOLD, "salonId": salon["id"]}), 403, "salon.not_yours"
    )
    assert_problem(await api.delete(f"/salons/{salon['id']}", manager), 409, "gift_card.of_salon")


async def test_a_code_is_shown_for_a_day_and_replaced_by_an_admin(api: Api) -> None:
    provider, _ = await api.open_provider()
    card, code = await sell(api, provider)
    admin = await api.an_admin()
    looked_up = await api.post("/gift-cards/look-up", await api.joined("customer"), json={"code": code})
    assert looked_up.json()["balanceAmount"] == 10_000_000
    assert "code" not in card
    replaced = await api.post(f"/admin/gift-cards/{card['id']}/replace-code", admin)
    assert replaced.status_code == 200, replaced.text
    new = await code_of(api, provider, card["id"])
    assert (new != code, new[-4:]) == (True, replaced.json()["lastFour"])
    refused = await api.post("/gift-cards/look-up", provider, json={"code": code})
    assert_problem(refused, 422, "gift_card.unknown_code")
    voided = await api.post(f"/gift-cards/{card['id']}/void", provider, json={"reason": "Given back."})
    assert (voided.json()["status"], voided.json()["balanceAmount"]) == ("voided", 0)
    assert_problem(await api.get(f"/gift-cards/{card['id']}/code", provider), 409, "gift_card.code_not_shown")
    again = await api.post(f"/gift-cards/{card['id']}/void", provider, json={"reason": "Given back."})
    assert_problem(again, 409, "gift_card.invalid_transition")


async def test_what_is_owed_on_cards_adds_up(api: Api) -> None:
    customer, provider, booking = await confirmed(api)
    _, code = await sell(api, provider)
    await sell(api, provider, amount=700)
    await pay(api, customer, booking["id"], code, 3_000_000)
    [owed] = (await api.get("/gift-cards/liability", provider)).json()["items"]
    assert (owed["issuedAmount"], owed["paidAmount"], owed["outstandingAmount"]) == (10_000_700, 3_000_000, 7_000_700)
    assert (await api.get("/gift-cards/liability", (await api.open_provider())[0])).json()["items"] == []


async def test_codes_are_not_tried_without_end(api: Api) -> None:
    customer = await api.joined("customer")
    for _ in range(60):
        assert (await api.post("/gift-cards/look-up", customer, json={"code": "x"})).status_code in {422, 429}
    assert_problem(await api.post("/gift-cards/look-up", customer, json={"code": "x"}), 429, "rate.limited")


async def order(api: Api, customer: str, **more: Any) -> dict[str, Any]:
    _, provider_id = await api.open_provider()
    body = {"providerId": provider_id, "amount": 10_000_000, "currency": "MNT", **more}
    made = await api.post("/gift-cards/orders", customer, json=body)
    assert made.status_code == 201, made.text
    return dict(made.json())


@pytest.mark.parametrize("member", ["email", "phone"])
async def test_a_contact_of_the_recipient_that_is_none_is_named(api: Api, member: str) -> None:
    provider, provider_id = await api.open_provider()
    sold = {**SOLD, "recipient": {member: "nobody"}}
    ordered = {name: value for name, value in sold.items() if name != "method"} | {"providerId": provider_id}
    for path, token, body in (
        ("/gift-cards", provider, sold),
        ("/gift-cards/orders", await api.joined("customer"), ordered),
    ):
        refused = await api.post(path, token, json=body)
        [error] = refused.json()["errors"]
        assert (refused.status_code, error["pointer"]) == (422, f"/recipient/{member}")
        assert ("e-mail" in error["message"]) == (member == "email")


async def paid_order(api: Api, customer: str, **more: Any) -> dict[str, Any]:
    made = await order(api, customer, **more)
    asked = await api.post(f"/orders/{made['id']}/pay", customer, json={})
    assert asked.status_code == 200, asked.text
    assert (await api.post(f"/orders/{made['id']}/pay", customer, json={})).json() == asked.json()
    api.pay(asked.json())
    return dict((await api.get(f"/orders/{made['id']}", customer)).json())


async def run_jobs(api: Api) -> list[OutgoingMessage]:
    """What the worker does in a minute, and the cards that it sends."""
    container, sender = api.container, MemoryMessageSender()
    reads, now = container.reads(), api.clock.now()
    executor, gateways = container.executor(), container.gateways()
    for card_id in await reads.gift_cards.to_deliver(now, 9):
        await deliver_gift_card(
            card_id, clock=api.clock, reads=reads, executor=executor, sender=sender, translator=container.translator()
        )
    for card_id in await reads.gift_cards.to_expire(now, 9):
        await executor.run(expire_gift_card, card_id, actor=SYSTEM)
    for order_id in await reads.orders.to_refund(now, 9):
        await make_order_refund(order_id, reads=reads, executor=executor, gateways=gateways)
    for order_id in await reads.orders.to_expire(now, 9):
        await executor.run(expire_order, order_id, actor=SYSTEM)
    return list(sender.delivered)


async def test_a_card_is_ordered_paid_and_pays(api: Api) -> None:
    customer = await api.joined("customer")
    paid = await paid_order(api, customer)
    assert (paid["status"], paid["paidAmount"], "checkoutUrl" in paid) == ("paid", 10_000_000, False)
    card_id = paid["giftCardId"]
    code = await code_of(api, customer, card_id)
    assert await left_on(api, customer, card_id) == 10_000_000
    [bought] = (await api.get("/gift-cards/bought", customer)).json()["items"]
    assert (bought["id"], bought["status"], bought["method"]) == (card_id, "active", "online")
    provider_id = bought["providerId"]
    booking = await api.booked(await api.joined("customer"), provider_id)
    shown = await api.get(f"/gift-cards/{card_id}/document?format=html", customer)
    assert (shown.status_code, code in shown.text, "<svg" in shown.text) == (200, True, True)
    pdf = await api.get(f"/gift-cards/{card_id}/document?format=pdf", customer)
    assert (pdf.headers["Content-Type"], pdf.content[:4]) == ("application/pdf", b"%PDF")
    exported = (await api.get("/users/me/export", customer)).json()
    assert [exported["giftCards"][0]["id"], exported["orders"][0]["id"]] == [card_id, paid["id"]]
    assert booking["providerId"] == provider_id


async def test_money_that_comes_twice_is_sent_back_and_late_money_counts(api: Api) -> None:
    customer = await api.joined("customer")
    late = await order(api, customer)
    asked = (await api.post(f"/orders/{late['id']}/pay", customer, json={})).json()
    api.clock.advance(timedelta(days=2))
    await run_jobs(api)
    async with api.container.database().begin() as tx:
        found = await tx.orders.lock(OrderId(UUID(late["id"])))
    assert found is not None
    assert found.status is OrderStatus.EXPIRED
    api.pay(asked)
    api.pay(asked)
    settled = await settle_order(found, executor=api.container.executor(), gateways=api.container.gateways())
    assert (settled.status, settled.refund and settled.refund.amount) == (OrderStatus.PAID, settled.amount)
    await run_jobs(api)
    after = await api.container.reads().orders.get(settled.id)
    assert after is not None
    assert after.held == after.amount or (after.refund is not None and after.refund.at is None)


async def test_an_unused_card_is_returned_and_a_used_one_is_not(api: Api) -> None:
    customer = await api.joined("customer")
    paid = await paid_order(api, customer)
    stranger = await api.joined("customer")
    assert_problem(await api.post(f"/orders/{paid['id']}/refund", stranger), 404, "order.not_found")
    refunded = await api.post(f"/orders/{paid['id']}/refund", customer)
    assert refunded.json()["refundPendingAmount"] == 10_000_000
    await run_jobs(api)
    after = (await api.get(f"/orders/{paid['id']}", customer)).json()
    assert (after["status"], after["refundedAmount"], after["refundPendingAmount"]) == ("refunded", 10_000_000, 0)
    card = (await api.get(f"/gift-cards/{paid['giftCardId']}", customer)).json()
    assert (card["status"], card["balanceAmount"]) == ("voided", 0)
    assert_problem(await api.post(f"/orders/{paid['id']}/refund", customer), 409, "order.not_payable")
    used = await paid_order(api, customer)
    card = (await api.get(f"/gift-cards/{used['giftCardId']}", customer)).json()
    booking = await api.booked(customer, card["providerId"])
    price = booking["priceAmount"]
    if price:
        await pay(api, customer, booking["id"], await code_of(api, customer, card["id"]), 1)
        assert_problem(await api.post(f"/orders/{used['id']}/refund", customer), 409, "order.used")


async def test_a_card_is_sent_on_its_day_once(api: Api) -> None:
    customer = await api.joined("customer")
    day = api.clock.now() + timedelta(minutes=10)
    recipient = {"name": "Saraa", "message": "Happy birthday!", "email": " Saraa@Example.com", "language": "mn"}
    paid = await paid_order(api, customer, recipient=recipient, deliverAt=day.isoformat())
    assert await run_jobs(api) == []
    api.clock.advance(timedelta(minutes=10))
    [message] = await run_jobs(api)
    assert await run_jobs(api) == []
    assert (message.to, message.language) == ("saraa@example.com", "mn")
    card = (await api.get(f"/gift-cards/{paid['giftCardId']}", customer)).json()
    assert (card["sentTo"], "deliverAt" in card, "deliveredAt" in card) == ("s****@example.com", False, True)
    for text in (await code_of(api, customer, card["id"]), "Saraa", "Happy birthday!"):
        assert text in message.text
    found = await api.get("/gift-cards?recipient=saraa@example.com", await api.an_admin())
    assert [each["id"] for each in found.json()["items"]] == [card["id"]]


async def test_a_sale_at_the_desk_floods_nobody_and_its_message_is_not_sent(api: Api) -> None:
    provider, _ = await api.open_provider()
    to = {"name": "Saraa", "message": "Pay at https://example.com", "phone": "+97699112233"}
    for _ in range(5):
        await sell(api, provider, recipient=to)
    refused = await api.post("/gift-cards", provider, json={**SOLD, "recipient": to})
    assert_problem(refused, 429, "rate.limited")
    sent = await run_jobs(api)
    assert [(each.channel, each.to, "Pay at" in each.text) for each in sent] == [("sms", to["phone"], False)] * 5
    named = {**SOLD, "recipient": {"name": "see https://example.com"}}
    assert (await api.post("/gift-cards", provider, json=named)).status_code == 422


async def test_the_platform_sells_no_cards_of_its_own_unless_it_says_so(api: Api) -> None:
    customer = await api.joined("customer")
    refused = await api.post("/gift-cards/orders", customer, json={"amount": 1_000_000, "currency": "MNT"})
    assert_problem(refused, 409, "gift_card.none_of_platform")
    async with serving(BOOKING_GIFT_CARDS_OF_PLATFORM="on", BOOKING_GIFT_CARD_EXPIRY="MNT:30") as other:
        buyer = await other.joined("customer")
        made = await other.post("/gift-cards/orders", buyer, json={"amount": 1_000_000, "currency": "MNT"})
        asked = await other.post(f"/orders/{made.json()['id']}/pay", buyer, json={})
        other.pay(asked.json())
        await other.get(f"/orders/{made.json()['id']}", buyer)
        card_id = made.json()["giftCardId"]
        card = (await other.get(f"/gift-cards/{card_id}", buyer)).json()
        assert card["expiresAt"] > card["createdAt"]
        other.clock.advance(timedelta(days=31))
        await run_jobs(other)
        [ended, _] = await other.container.reads().gift_cards.entries(GiftCardId(UUID(card_id)), None, 9)
        assert (ended.kind, ended.balance) == ("expired", 0)
