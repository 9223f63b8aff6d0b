"""Payments and the gateway's callback."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem
from tests.unit.features.bookings import TUESDAY_AT_TWO

from booking_domain.payments.events import PaymentHinted
from booking_domain.shared.ids import BookingId


async def a_payment(api: Api, **terms: int) -> tuple[str, dict[str, Any]]:
    """The customer's token, and the open payment of a deposit."""
    _, provider_id = await api.open_provider(depositAmount=2_000_000, **terms)
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    wish = {"bookingId": booking["id"], "purpose": "deposit", "gateway": "qpay"}
    return customer, (await api.post("/payments", customer, json=wish)).json()


async def status_of(api: Api, customer: str, payment: dict[str, Any]) -> str:
    booking = await api.get(f"/bookings/{payment['bookingId']}", customer)
    return str(booking.json()["status"])


async def test_asking_to_pay_twice_gives_the_same_payment(api: Api) -> None:
    customer, payment = await a_payment(api)
    wish = {"bookingId": payment["bookingId"], "purpose": "deposit"}
    assert (await api.post("/payments", customer, json=wish)).json() == payment


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_callback_confirms_the_booking_however_often_it_comes(api: Api, method: str) -> None:
    customer, payment = await a_payment(api)
    api.pay(payment)
    for _ in range(10):
        answer = await api.call(method, api.callback(payment["id"]) + "&something=else")
        assert (answer.status_code, answer.text) == (200, "SUCCESS")
    booking = (await api.get(f"/bookings/{payment['bookingId']}", customer)).json()
    assert (booking["status"], booking["paidAmount"]) == ("confirmed", 2_000_000)


async def test_a_callback_counts_only_if_the_gateway_confirms_it(api: Api) -> None:
    customer, payment = await a_payment(api)
    assert (await api.get(api.callback(payment["id"]))).text == "SUCCESS"
    assert await status_of(api, customer, payment) == "pending"


async def test_a_forged_callback_is_turned_away(api: Api) -> None:
    _, payment = await a_payment(api)
    for forged in (
        f"/webhooks/qpay/{payment['id']}",
        f"/webhooks/qpay/{payment['id']}?token=",
        f"/webhooks/qpay/{payment['id']}?token=%C3%A9",
        api.callback(payment["id"], token_of=str(uuid4())),
    ):
        assert_problem(await api.get(forged), 403, "payment.invalid_callback_token")
    assert api.gateway.reports == 0


async def test_a_callback_for_an_unknown_payment_is_not_found(api: Api) -> None:
    assert_problem(await api.get(api.callback(str(uuid4()))), 404, "payment.not_found")


async def test_if_the_gateway_is_down_a_callback_answers_503_and_is_kept(api: Api) -> None:
    customer, payment = await a_payment(api)
    api.pay(payment)
    api.gateway.available = False
    answer = await api.get(api.callback(payment["id"]))
    assert_problem(answer, 503, "payment.gateway_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    hints = [event for event in await api.database.outbox_events() if isinstance(event, PaymentHinted)]
    assert [(str(hint.payment_id), str(hint.booking_id)) for hint in hints] == [(payment["id"], payment["bookingId"])]
    assert await status_of(api, customer, payment) == "pending"


@pytest.mark.parametrize("by", ["id", "qpayInvoiceId"])
async def test_a_payment_with_a_lost_callback_is_found_when_the_customer_reads_it(api: Api, by: str) -> None:
    customer, payment = await a_payment(api)
    api.pay(payment)
    path = f"/payments/{payment['id']}" if by == "id" else f"/payments/status/{payment['qpayInvoiceId']}"
    answer = (await api.get(path, customer)).json()
    assert (answer["status"], answer["processedAt"]) == ("paid", "2026-11-23T00:00:00Z")
    assert await status_of(api, customer, payment) == "confirmed"


async def test_if_the_gateway_is_down_the_customer_gets_the_stored_payment(api: Api) -> None:
    customer, payment = await a_payment(api)
    api.gateway.available = False
    answer = await api.get(f"/payments/{payment['id']}", customer)
    assert (answer.status_code, answer.json()["status"]) == (200, "pending")


async def test_a_payment_is_shown_to_the_parties_of_its_booking_only(api: Api) -> None:
    _, payment = await a_payment(api)
    stranger = await api.joined("customer")
    for path in (f"/payments/{payment['id']}", f"/payments/status/{payment['qpayInvoiceId']}"):
        assert_problem(await api.get(path, stranger), 404, "payment.not_found")
        assert (await api.get(path, await api.admin())).json() == payment
    assert api.gateway.reports == 0


async def test_a_refund_is_shown_to_the_parties_of_its_booking_only(api: Api) -> None:
    customer, payment = await a_payment(api)
    api.pay(payment)
    assert (await api.get(f"/payments/{payment['id']}", customer)).json()["status"] == "paid"
    cancelled = await api.post(f"/bookings/{payment['bookingId']}/cancel", await api.admin(), json={"reason": "ill"})
    assert cancelled.status_code == 200, cancelled.text
    [refund] = await api.database.reads.refunds.of_booking(BookingId(UUID(payment["bookingId"])))
    reports = api.gateway.reports
    for token in (customer, await api.admin()):
        assert (await api.get(f"/payments/{refund.id}", token)).json() == {
            "id": str(refund.id),
            "bookingId": payment["bookingId"],
            "purpose": "refund",
            "gateway": payment["gateway"],
            "status": "refund_pending",
            "amount": payment["amount"],
            "currency": payment["currency"],
            "deepLinks": [],
        }
    assert api.gateway.reports == reports
    stranger = await api.joined("customer")
    assert_problem(await api.get(f"/payments/{refund.id}", stranger), 404, "payment.not_found")


async def test_an_unknown_gateway_is_rejected(api: Api) -> None:
    customer, payment = await a_payment(api)
    wish = {"bookingId": payment["bookingId"], "purpose": "deposit", "gateway": "stripe"}
    answer = await api.post("/payments", customer, json=wish)
    assert_problem(answer, 422, "validation.invalid_value", "/gateway")


async def test_only_the_due_amount_can_be_paid(api: Api) -> None:
    customer, payment = await a_payment(api)
    balance = await api.post("/payments", customer, json={"bookingId": payment["bookingId"], "purpose": "balance"})
    assert_problem(balance, 409, "payment.nothing_due", "/bookingId")
    refund = await api.post("/payments", customer, json={"bookingId": payment["bookingId"], "purpose": "refund"})
    assert_problem(refund, 400, "validation.invalid_input", "/purpose")
    strangers = await api.post(
        "/payments", await api.joined("customer"), json={"bookingId": payment["bookingId"], "purpose": "deposit"}
    )
    assert_problem(strangers, 404, "booking.not_found", "/bookingId")


async def test_a_payment_can_be_started_again_after_a_gateway_failure(api: Api) -> None:
    _, provider_id = await api.open_provider(depositAmount=2_000_000)
    customer = await api.joined("customer")
    wish = {"bookingId": (await api.booked(customer, provider_id))["id"], "purpose": "deposit"}
    api.gateway.available = False
    assert_problem(await api.post("/payments", customer, json=wish), 503, "payment.gateway_unavailable")
    api.gateway.available = True
    assert (await api.post("/payments", customer, json=wish)).status_code == 201


PAYABLE_BY = {"qrText", "qrImage", "checkoutUrl", "deepLinks"}


def payable_by(payment: dict[str, Any]) -> set[str]:
    return {name for name in PAYABLE_BY if payment.get(name)}


async def test_a_payment_shows_how_to_pay_it_only_while_it_is_pending(api: Api) -> None:
    customer, payment = await a_payment(api)
    assert payable_by(payment) == PAYABLE_BY
    api.pay(payment)
    for path in (f"/payments/{payment['id']}", f"/payments/status/{payment['qpayInvoiceId']}"):
        paid = (await api.get(path, customer)).json()
        assert (paid["status"], payable_by(paid)) == ("paid", set())
        assert paid["qpayInvoiceId"] == payment["qpayInvoiceId"]
    money = (await api.get(f"/bookings/{payment['bookingId']}/payments", customer)).json()
    assert [(each["status"], payable_by(each)) for each in money["payments"]] == [("paid", set())]


async def test_a_cancelled_payment_does_not_show_how_to_pay_it(api: Api) -> None:
    customer, payment = await a_payment(api)
    cancelled = await api.post(f"/bookings/{payment['bookingId']}/cancel", customer, json={"reason": "ill"})
    assert cancelled.status_code == 200, cancelled.text
    after = (await api.get(f"/payments/{payment['id']}", customer)).json()
    assert (after["status"], payable_by(after)) == ("cancelled", set())


async def test_the_balance_is_due_from_the_confirmation_until_it_is_paid_by_qr(api: Api) -> None:
    customer, deposit = await a_payment(api, priceAmount=8_000_000)
    path = f"/bookings/{deposit['bookingId']}"
    assert (await api.get(path, customer)).json()["balanceDueAmount"] == 0
    api.pay(deposit)
    assert (await api.get(f"/payments/{deposit['id']}", customer)).json()["status"] == "paid"
    confirmed = (await api.get(path, customer)).json()
    assert confirmed["balanceDueAmount"] == 6_000_000
    wish = {"bookingId": deposit["bookingId"], "purpose": "balance"}
    balance = (await api.post("/payments", customer, json=wish)).json()
    assert (balance["amount"], payable_by(balance)) == (6_000_000, PAYABLE_BY)
    api.pay(balance)
    assert (await api.get(f"/payments/{balance['id']}", customer)).json()["status"] == "paid"
    settled = (await api.get(path, customer)).json()
    assert (settled["balanceDueAmount"], settled["paidAmount"]) == (0, settled["priceAmount"])
    assert_problem(await api.post("/payments", customer, json=wish), 409, "payment.nothing_due")
    listed = (await api.get("/bookings", customer)).json()["items"]
    assert [each["balanceDueAmount"] for each in listed] == [0]


async def test_each_party_lists_the_payments_of_all_its_bookings_and_no_one_else(api: Api) -> None:
    owner, provider_id = await api.open_provider(depositAmount=2_000_000)
    manager = await api.joined("manager")
    customer, other = await api.joined("customer"), await api.joined("customer")
    made = []
    for who, slot in ((customer, MONDAY_AT_TEN), (customer, TUESDAY_AT_TWO), (other, "2026-11-25T10:00:00+08:00")):
        booking = await api.booked(who, provider_id, slot)
        wish = {"bookingId": booking["id"], "purpose": "deposit"}
        made.append((await api.post("/payments", who, json=wish)).json())
    first, second, theirs = (each["id"] for each in made)
    api.pay(made[1])
    assert (await api.get(f"/payments/{second}", customer)).json()["status"] == "paid"

    async def listed(who: str, query: str = "") -> list[str]:
        answer = await api.get(f"/payments?{query}", who)
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()["items"]]

    assert await listed(customer) == [second, first]
    assert await listed(owner) == [theirs, second, first]
    assert await listed(other) == [theirs]
    assert await listed(manager) == await listed(await api.an_admin()) == []
    assert await listed(customer, "status=paid") == [second]
    assert await listed(customer, "to=2026-01-01") == []
    assert await listed(owner, f"customerId={(await api.get('/users/me', other)).json()['id']}") == [theirs]
    page = (await api.get("/payments?limit=1", customer)).json()
    assert [each["id"] for each in page["items"]] == [second]
    assert await listed(customer, f"limit=1&cursor={page['nextCursor']}") == [first]
    [shown] = page["items"]
    assert (shown["type"], shown["purpose"], shown["movedAmount"]) == ("payment", "deposit", 2_000_000)
    assert (shown["provider"], shown["bookingReference"]) == (
        {"id": provider_id, "name": "Studio"},
        (await api.get(f"/bookings/{made[1]['bookingId']}", customer)).json()["reference"],
    )
