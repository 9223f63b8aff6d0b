"""Adjustments of the ledger of a booking."""

from typing import Any, Final

import pytest
from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.features.desk_payments import TERMS

PRICE: Final = 8_000_000
DEPOSIT: Final = 2_000_000


async def paid(api: Api, **terms: Any) -> tuple[str, str, str, dict[str, Any]]:
    """Customer, provider, admin and a confirmed booking whose deposit is paid."""
    provider, provider_id = await api.open_provider(**TERMS | terms)
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    payment = (await api.post("/payments", customer, json={"bookingId": booking["id"], "purpose": "deposit"})).json()
    api.pay(payment)
    assert (await api.get(api.callback(payment["id"]))).status_code == 200
    return customer, provider, await api.an_admin(), booking


async def adjust(api: Api, admin: str, booking: dict[str, Any], amount: int) -> Any:
    body = {"amount": amount, "reason": "Paid back in the portal."}
    return await api.post(f"/admin/bookings/{booking['id']}/adjustments", admin, json=body)


async def state(api: Api, token: str, booking: dict[str, Any]) -> tuple[int, int, str]:
    shown = (await api.get(f"/bookings/{booking['id']}", token)).json()
    return shown["paidAmount"], shown["balanceDueAmount"], shown["paymentStatus"]


async def test_both_parties_see_what_an_admin_corrects_and_its_opposite_undoes_it(api: Api) -> None:
    customer, provider, admin, booking = await paid(api)
    before = await state(api, customer, booking)
    assert before[:2] == (DEPOSIT, PRICE - DEPOSIT)
    made = await adjust(api, admin, booking, -DEPOSIT)
    assert made.status_code == 201, made.text
    for token in (customer, provider):
        assert await state(api, token, booking) == (0, PRICE, "unpaid")
        money = (await api.get(f"/bookings/{booking['id']}/payments", token)).json()
        assert [(each["amount"], each["reason"]) for each in money["adjustments"]] == [
            (-DEPOSIT, "Paid back in the portal.")
        ]
    assert (await adjust(api, admin, booking, DEPOSIT)).status_code == 201
    assert await state(api, customer, booking) == before
    audited = (await api.get("/admin/audit", admin)).json()["items"]
    assert [each["action"] for each in audited].count("ledger.adjusted") == 2
    listed = (await api.get("/admin/transactions?status=recorded&sort=oldest", admin)).json()["items"]
    assert [(each["type"], each["amount"], each["note"]) for each in listed] == [
        ("deduction", DEPOSIT, "Paid back in the portal."),
        ("addition", DEPOSIT, "Paid back in the portal."),
    ]


async def test_an_addition_closes_the_open_invoice_and_stays_within_what_is_due(api: Api) -> None:
    customer, _, admin, booking = await paid(api)
    balance = {"bookingId": booking["id"], "purpose": "balance"}
    payment = (await api.post("/payments", customer, json=balance)).json()
    assert_problem(await adjust(api, admin, booking, PRICE - DEPOSIT + 1), 409, "desk.more_than_due", "/amount")
    assert (await adjust(api, admin, booking, PRICE - DEPOSIT)).status_code == 201
    assert (await state(api, customer, booking))[:2] == (PRICE, 0)
    assert (await api.get(f"/payments/{payment['id']}", customer)).json()["status"] == "cancelled"


@pytest.mark.parametrize("amount", [0, -DEPOSIT - 1])
async def test_no_more_is_taken_than_is_kept(api: Api, amount: int) -> None:
    customer, _, admin, booking = await paid(api)
    assert_problem(await adjust(api, admin, booking, amount), 422, "validation.invalid_value", "/amount")
    assert (await state(api, customer, booking))[0] == DEPOSIT


async def test_a_pending_refund_is_not_taken_away(api: Api) -> None:
    customer, _, admin, booking = await paid(api, cancellationPolicy=[{"hoursBefore": 0, "percent": 100}])
    assert (await api.post(f"/bookings/{booking['id']}/cancel", customer)).status_code == 200
    assert_problem(await adjust(api, admin, booking, -1), 422, "validation.invalid_value", "/amount")


async def test_a_booking_that_waits_for_its_deposit_or_is_disputed_is_not_adjusted(api: Api) -> None:
    customer, _, admin, booking = await paid(api)
    waiting = await api.booked(customer, booking["providerId"], "2026-11-23T15:00:00+08:00")
    assert_problem(await adjust(api, admin, waiting, 1), 409, "ledger.not_adjustable")
    opened = await api.post("/disputes", customer, json={"bookingId": booking["id"], "reason": "Closed."})
    assert opened.status_code == 201, opened.text
    assert_problem(await adjust(api, admin, booking, -1), 409, "ledger.not_adjustable")
