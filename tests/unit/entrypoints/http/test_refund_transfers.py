"""Refunds from the cancellation to the bank's reference, as the customer, the provider and an admin see them."""

import asyncio
import csv

from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem
from tests.unit.features.refunds import (
    ACCOUNT,
    BANK_ACCOUNT,
    cancelled_and_paid,
    confirm_accounts,
    entered,
    pending_transfer,
)

DEPOSIT = 2_000_000


async def test_a_refund_arrives_after_approval_and_transfer(api: Api) -> None:
    customer, provider, booking = await cancelled_and_paid(api)
    money = f"/bookings/{booking['id']}/payments"
    shown = (await api.get(money, customer)).json()
    assert (shown["paidAmount"], shown["refundedAmount"], shown["refundPendingAmount"]) == (DEPOSIT, 0, DEPOSIT)
    [refund] = shown["refunds"]
    assert (refund["status"], refund["reason"], refund["needsBankAccount"]) == ("refund_pending", "cancellation", True)
    assert [payment["status"] for payment in shown["payments"]] == ["paid"]

    admin = await api.an_admin()
    [transfer] = (await api.get("/admin/refund-transfers?waitsFor=bank_details", admin)).json()["items"]
    assert (transfer["id"], transfer.get("payee"), transfer["bookingReference"]) == (
        refund["id"],
        None,
        booking["reference"],
    )
    path = f"/admin/refund-transfers/{transfer['id']}"
    assert_problem(await api.post(f"{path}/approve", admin), 409, "refund.no_bank_details")

    typed = {**ACCOUNT, "accountNumber": "5012 345-678", "currentPassword": PASSWORD}
    account = await api.put(BANK_ACCOUNT, customer, json=typed)
    assert account.json()["accountNumber"] == "••••••5678"
    assert (await api.get(money, customer)).json()["refunds"][0]["needsBankAccount"] is False
    await confirm_accounts(api)
    approved = (await api.post(f"{path}/approve", admin)).json()
    assert (approved["waitsFor"], approved["payee"]) == ("transfer", ACCOUNT)

    settled = (await api.post(f"{path}/settle", admin, json={"bankReference": "FT26327000123"})).json()
    assert (settled["status"], settled["waitsFor"], settled["bankReference"]) == (
        "refunded",
        "nothing",
        "FT26327000123",
    )
    for token in (customer, provider):
        after = (await api.get(money, token)).json()
        assert (after["refundedAmount"], after["refundPendingAmount"]) == (DEPOSIT, 0)
        assert after["refunds"][0]["bankReference"] == "FT26327000123"
        seen = (await api.get(f"/bookings/{booking['id']}", token)).json()
        assert (seen["paymentStatus"], seen["refundedAmount"]) == ("refunded", DEPOSIT)
    deleted = await api.call("DELETE", "/users/me", customer, json={"currentPassword": PASSWORD})
    assert deleted.status_code == 204, deleted.text


async def test_a_provider_sees_neither_bank_details_nor_the_customers_pending_steps(api: Api) -> None:
    _, provider, booking = await cancelled_and_paid(api)
    [refund] = (await api.get(f"/bookings/{booking['id']}/payments", provider)).json()["refunds"]
    assert "needsBankAccount" not in refund
    assert "returnReason" not in refund


async def test_concurrent_and_repeated_settlements_pay_once(api: Api) -> None:
    customer, admin, refund_id = await pending_transfer(api, approved=True)
    path = f"/admin/refund-transfers/{refund_id}/settle"
    answers = await asyncio.gather(*(api.post(path, admin, json={"bankReference": f"FT{n % 2}"}) for n in range(6)))
    [reference] = {answer.json()["bankReference"] for answer in answers if answer.status_code == 200}
    for n, answer in enumerate(answers):
        if f"FT{n % 2}" == reference:
            assert answer.status_code == 200, answer.text
        else:
            assert_problem(answer, 409, "refund.invalid_transition")
    booking_id = (await api.get(f"/admin/refund-transfers/{refund_id}", admin)).json()["bookingId"]
    assert (await api.get(f"/bookings/{booking_id}", customer)).json()["refundedAmount"] == DEPOSIT


async def test_a_bank_reference_pays_one_refund(api: Api) -> None:
    _, admin, one = await pending_transfer(api, approved=True)
    _, _, other = await pending_transfer(api, approved=True)
    reference = {"bankReference": "FT-ONE"}
    assert (await api.post(f"/admin/refund-transfers/{one}/settle", admin, json=reference)).status_code == 200
    again = await api.post(f"/admin/refund-transfers/{other}/settle", admin, json=reference)
    assert_problem(again, 409, "refund.bank_reference_used", "/bankReference")


async def test_a_returned_transfer_is_explained_to_the_customer_and_approved_again(api: Api) -> None:
    customer, admin, refund_id = await pending_transfer(api, approved=True)
    path = f"/admin/refund-transfers/{refund_id}"
    returned = (await api.post(f"{path}/return", admin, json={"reason": "Unknown account."})).json()
    assert (returned["waitsFor"], returned["returnReason"]) == ("approval", "Unknown account.")
    money = (await api.get(f"/bookings/{returned['bookingId']}/payments", customer)).json()
    assert money["refunds"][0]["returnReason"] == "Unknown account."
    assert_problem(await api.post(f"{path}/settle", admin, json={"bankReference": "FT1"}), 409, "refund.not_approved")
    fixed = {**ACCOUNT, "accountNumber": "1111222233"}
    await entered(api, customer, fixed)
    assert (await api.post(f"{path}/approve", admin)).json()["payee"] == fixed
    assert (await api.post(f"{path}/settle", admin, json={"bankReference": "FT1"})).json()["status"] == "refunded"


async def test_a_removed_bank_account_stops_the_approval(api: Api) -> None:
    customer, admin, refund_id = await pending_transfer(api)
    removed = await api.call("DELETE", BANK_ACCOUNT, customer, json={"currentPassword": PASSWORD})
    assert removed.status_code == 204, removed.text
    assert_problem(await api.get(BANK_ACCOUNT, customer), 404, "user.bank_account_missing")
    assert_problem(await api.post(f"/admin/refund-transfers/{refund_id}/approve", admin), 409, "refund.no_bank_details")


async def test_approved_transfers_are_exported_for_the_bank(api: Api) -> None:
    _, admin, approved = await pending_transfer(api, approved=True)
    _, _, waiting = await pending_transfer(api)
    answer = await api.get("/admin/refund-transfers/export?waitsFor=transfer", admin)
    assert answer.headers["Content-Type"].startswith("text/csv")
    [row] = list(csv.DictReader(answer.text.splitlines()))
    assert (row["id"], row["amount"], row["currency"]) == (approved, "20000.00", "MNT")
    assert (row["holderName"], row["bank"], row["accountNumber"]) == ("Bold Bat", "Khan Bank", "5012345678")
    assert waiting in (await api.get("/admin/refund-transfers/export", admin)).text


async def test_refund_transfers_are_listed_page_by_page(api: Api) -> None:
    _, admin, one = await pending_transfer(api)
    _, _, other = await pending_transfer(api)
    first = (await api.get("/admin/refund-transfers?limit=1", admin)).json()
    second = (await api.get(f"/admin/refund-transfers?limit=1&cursor={first['nextCursor']}", admin)).json()
    assert [page["items"][0]["id"] for page in (first, second)] == [one, other]
    assert second.get("nextCursor") is None


async def test_refund_transfers_are_for_admins_only(api: Api) -> None:
    customer, _, refund_id = await pending_transfer(api, approved=True)
    for path in ("", "/export", f"/{refund_id}"):
        assert_problem(await api.get(f"/admin/refund-transfers{path}", customer), 403, "auth.not_permitted")
    settle = await api.post(f"/admin/refund-transfers/{refund_id}/settle", customer, json={"bankReference": "FT1"})
    assert_problem(settle, 403, "auth.not_permitted")


async def test_the_former_path_answers_the_same_and_is_deprecated(api: Api) -> None:
    _, admin, refund_id = await pending_transfer(api)
    for path in ("", "/export", f"/{refund_id}"):
        now, before = [await api.get(f"/admin/{name}{path}", admin) for name in ("refund-transfers", "payouts")]
        assert (before.status_code, before.content) == (200, now.content)
    approved = await api.post(f"/admin/payouts/{refund_id}/approve", admin)
    assert approved.json() == (await api.get(f"/admin/refund-transfers/{refund_id}", admin)).json()
    paths = (await api.get("/schema")).json()["paths"]
    deprecated = {
        path: operation
        for path, methods in paths.items()
        for operation in methods.values()
        if "deprecated" in operation
    }
    assert deprecated.keys() == {path for path in paths if path.startswith("/api/v1/admin/payouts")}
    assert deprecated["/api/v1/admin/payouts"]["operationId"] == "listPayouts"
