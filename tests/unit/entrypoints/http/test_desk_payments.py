"""Payments at the desk over HTTP: recorded, seen by everybody concerned, told, and voided."""

from typing import Any, Final
from uuid import UUID

from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.features.bookings import EARLIER_TODAY
from tests.unit.features.declarations import World
from tests.unit.features.desk_payments import TERMS, confirmed, due

from booking_domain.shared.ids import BookingId
from booking_domain.use_cases.payments.receipts import issue_receipts

PRICE: Final = 8_000_000


async def test_a_desk_payment_is_shown_to_both_parties_and_to_admins(api: Api) -> None:
    customer, provider, booking = await confirmed(api)
    path = f"/bookings/{booking['id']}/desk-payments"
    taken = await api.post(path, provider, json={"method": "cash", "amount": 3_000_000})
    assert taken.status_code == 201, taken.text
    rest = await api.post(path, provider, json={"method": "card"})
    assert (rest.json()["amount"], rest.json()["recordedBy"]) == (5_000_000, "provider")
    admin = await api.an_admin()
    both = [taken.json(), rest.json()]
    for who in (customer, provider, admin):
        money = (await api.get(f"/bookings/{booking['id']}/payments", who)).json()
        assert (money["paidAmount"], money["deskPaidAmount"]) == (0, PRICE)
        assert money["deskPayments"] == both
        seen = (await api.get(path, who)).json()
        assert (seen["balanceDueAmount"], [each["amount"] for each in seen["items"]]) == (0, [3_000_000, 5_000_000])
        shown = (await api.get(f"/bookings/{booking['id']}", who)).json()
        assert (shown["paymentStatus"], shown["balanceDueAmount"]) == ("paid", 0)
    quote = (await api.get(f"/bookings/{booking['id']}/cancellation-quote", customer)).json()
    assert (quote["refundAmount"], quote["deskPaidAmount"]) == (0, PRICE)
    [exported] = (await api.get("/users/me/export", customer)).json()["bookings"]
    assert exported["deskPayments"] == both
    listed = (await api.get("/admin/transactions?type=desk_payment&gateway=card", admin)).json()["items"]
    assert [(each["id"], each["movedAmount"], each["status"]) for each in listed] == [
        (rest.json()["id"], 5_000_000, "recorded")
    ]
    assert ",80000.00,0.00,0.00,MNT," in (await api.get("/admin/bookings/export", admin)).text


async def test_a_deposit_at_the_desk_confirms_a_booking_that_waits_for_it(api: Api) -> None:
    provider, provider_id = await api.open_provider(**TERMS)
    customer = await api.joined("customer", verified=True)
    booking = await api.booked(customer, provider_id)
    path = f"/bookings/{booking['id']}/desk-payments"
    asked = (await api.get(path, provider)).json()
    assert (booking["status"], asked["leastAmount"], asked["mostAmount"]) == ("pending", 2_000_000, PRICE)
    opened = await api.post("/payments", customer, json={"bookingId": booking["id"], "purpose": "deposit"})
    assert opened.status_code == 201, opened.text
    less = await api.post(path, provider, json={"method": "cash", "amount": 1_999_999})
    assert (less.status_code, less.json()["code"]) == (409, "desk.less_than_deposit")
    taken = await api.post(path, provider, json={"method": "cash"})
    assert (taken.status_code, taken.json()["amount"]) == (201, 2_000_000)
    shown = (await api.get(f"/bookings/{booking['id']}", customer)).json()
    assert (shown["status"], shown["paymentStatus"], shown["balanceDueAmount"]) == ("confirmed", "paid", 6_000_000)
    assert (await api.get(f"/payments/{opened.json()['id']}", customer)).json()["status"] == "cancelled"
    asked = (await api.get(path, provider)).json()
    assert (asked["leastAmount"], asked["mostAmount"]) == (0, 6_000_000)


async def test_the_manager_of_the_salon_records_and_voids(api: Api) -> None:
    world = World(api)
    made = await due(world, "manager")
    path = f"/bookings/{made['booking_id']}/desk-payments"
    manager = await world.token("manager")
    taken = await api.post(path, manager, json={"method": "cash", "amount": 1})
    assert (taken.status_code, taken.json()["recordedBy"]) == (201, "manager")
    assert "record_desk_payment" in (await api.get(path.rpartition("/")[0], manager)).json()["actions"]
    void = await api.post(f"{path}/{taken.json()['id']}/void", manager, json={"reason": "A mistake."})
    assert (void.status_code, void.json()["voidedBy"], void.headers["ETag"]) == (200, "manager", '"2"')
    assert (await api.get(path, manager)).json()["deskPaidAmount"] == 0


async def test_too_much_and_the_customers_own_record_are_refused(api: Api) -> None:
    customer, provider, booking = await confirmed(api)
    path = f"/bookings/{booking['id']}/desk-payments"
    refused = await api.post(path, provider, json={"method": "cash", "amount": PRICE + 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "desk.more_than_due")
    own = await api.post(path, customer, json={"method": "cash"})
    assert own.status_code == 403
    for wrong in ({"method": "iou"}, {"method": "cash", "amount": -1}, {}):
        assert (await api.post(path, provider, json=wrong)).status_code == 400


async def test_the_same_key_records_once(api: Api) -> None:
    _, provider, booking = await confirmed(api)
    path, headers = f"/bookings/{booking['id']}/desk-payments", {"Idempotency-Key": "desk-1"}
    answers: list[Any] = [
        await api.post(path, provider, json={"method": "cash", "amount": 1}, headers=headers) for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert (await api.get(path, provider)).json()["deskPaidAmount"] == 1


async def test_a_higher_final_amount_and_a_tip_are_shown_to_both_sides_in_receipts_and_lists(api: Api) -> None:
    provider, provider_id = await api.open_provider(priceAmount=8_000_000)
    customer = await api.joined("customer")
    ahead = await api.booked(customer, provider_id)
    customer_id = await api.consented(customer, provider)
    booking = await api.booked(provider, provider_id, EARLIER_TODAY, customerId=customer_id)
    path = f"/bookings/{booking['id']}/desk-payments"
    final = {"method": "cash", "amount": 9_500_000, "tipAmount": 500_000}
    early = await api.post(
        f"/bookings/{ahead['id']}/desk-payments", provider, json={**final, "reason": "Two more hours."}
    )
    assert_problem(early, 409, "desk.more_than_due", "/amount")
    assert_problem(await api.post(path, provider, json=final), 409, "desk.more_than_due", "/amount")
    taken = await api.post(path, provider, json={**final, "reason": "Two more hours."})
    assert taken.status_code == 201, taken.text
    parts = {"extraAmount": 1_500_000, "extraReason": "Two more hours.", "tipAmount": 500_000}
    assert taken.json().items() >= {"amount": 9_500_000, **parts}.items()
    for party in (customer, provider):
        seen = await api.booking(booking["id"], party)
        assert (seen["priceAmount"], seen["extraAmount"], seen["tipAmount"]) == (8_000_000, 1_500_000, 500_000)
        assert (seen["deskPaidAmount"], seen["dueNowAmount"], seen["dueLaterAmount"]) == (9_500_000, 0, 0)
        [item] = (await api.get(path, party)).json()["items"]
        assert item.items() >= parts.items()
        [listed] = (await api.get("/payments", party)).json()["items"]
        assert (listed["amount"], listed["tipAmount"]) == (9_500_000, 500_000)
    await issue_receipts(BookingId(UUID(booking["id"])), reads=api.container.reads(), executor=api.container.executor())
    [receipt] = (await api.get("/receipts", customer)).json()["items"]
    assert receipt.items() >= {"amount": 10_000_000, **parts}.items()
    page = (await api.get(f"/receipts/{receipt['id']}", customer)).text
    for part in ("Two more hours.", "MNT 15,000", "MNT 5,000", "MNT 100,000"):
        assert part in page, part


async def test_only_a_payment_or_a_tip_is_recorded(api: Api) -> None:
    provider, provider_id = await api.open_provider(priceAmount=8_000_000)
    booking = await api.booked(await api.joined("customer"), provider_id)
    path = f"/bookings/{booking['id']}/desk-payments"
    nothing = await api.post(path, provider, json={"method": "cash", "amount": 0})
    assert_problem(nothing, 422, "validation.invalid_value", "/amount")
    negative = await api.post(path, provider, json={"method": "cash", "tipAmount": -1})
    assert_problem(negative, 400, "validation.invalid_input", "/tipAmount")
