"""Gift cards over HTTP: sold at the desk, paid with, refunded to, taken back, blocked."""

from typing import Any, Final
from uuid import UUID

from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.features.bookings import EARLIER_TODAY
from tests.unit.features.desk_payments import TERMS, confirmed
from tests.unit.features.gift_cards import SOLD, code_of, sell

from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import BookingId, RefundId
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
    card, code = await sell(api, provider, recipientName=" Saraa ", message="Happy birthday!")
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
