"""Earnings from the booking to the payout, as the provider and an admin see them."""

import asyncio
import csv
import io

import pytest
from pypdf import PdfReader
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem
from tests.unit.features.earnings import DEPOSIT, paid_and_cancelled_late, recorded, started_payout
from tests.unit.features.refunds import ACCOUNT, entered

from entrypoints.http.earnings import routes, statements

COMMISSION = 250_000


async def test_a_provider_earns_less_commission_and_is_paid_out(api: Api) -> None:
    admin = await api.an_admin()
    rate = await api.put("/admin/commission", admin, json={"basisPoints": 1_250})
    assert rate.json() == {
        "basisPoints": 1_250,
        "platformBasisPoints": 1_250,
    }
    _, provider, provider_id, booking = await paid_and_cancelled_late(api)
    mine = (await api.get("/providers/me/earnings", provider)).json()
    [entry] = mine["items"]
    assert (entry["bookingReference"], entry["keptAmount"], entry["commissionAmount"], entry["amount"]) == (
        booking["reference"],
        DEPOSIT,
        COMMISSION,
        DEPOSIT - COMMISSION,
    )
    assert mine["totals"][0]["owedAmount"] == DEPOSIT - COMMISSION
    assert (await api.get(f"/admin/providers/{provider_id}/earnings", admin)).json() == mine
    [listed] = (await api.get("/admin/earnings", admin)).json()["items"]
    assert listed == {
        "provider": {"id": provider_id, "name": "Studio"},
        "hasBankAccount": False,
        "balances": [{"currency": "MNT", "owedAmount": DEPOSIT - COMMISSION, "reservedAmount": 0}],
    }

    asked = {"providerId": provider_id, "currency": "MNT"}
    started = await api.post("/admin/provider-payouts", admin, json=asked)
    assert (started.status_code, started.json()["amount"]) == (201, DEPOSIT - COMMISSION)
    path = f"/admin/provider-payouts/{started.json()['id']}"
    assert started.headers["Location"].endswith(path)
    assert_problem(await api.post("/admin/provider-payouts", admin, json=asked), 409, "earnings.not_owed")
    assert_problem(await api.post(f"{path}/approve", admin), 409, "payout.no_bank_details")
    [own] = (await api.get("/providers/me/payouts", provider)).json()["items"]
    assert (own["status"], own["needsBankAccount"]) == ("pending", True)
    deleted = await api.call("DELETE", "/users/me", provider, json={"currentPassword": PASSWORD})
    assert_problem(deleted, 409, "account.money_owed")

    await entered(api, provider)
    approved = (await api.post(f"{path}/approve", admin)).json()
    assert (approved["waitsFor"], approved["payee"]) == ("transfer", ACCOUNT)
    exported = await api.get("/admin/provider-payouts/export?waitsFor=transfer", admin)
    [row] = list(csv.DictReader(exported.text.splitlines()))
    assert (row["amount"], row["holderName"], row["accountNumber"]) == ("17500.00", "Bold Bat", "5012345678")
    settled = (await api.post(f"{path}/settle", admin, json={"bankReference": "FT1"})).json()
    assert (settled["status"], settled["waitsFor"], settled["bankReference"]) == ("paid", "nothing", "FT1")

    [own] = (await api.get("/providers/me/payouts", provider)).json()["items"]
    assert (own["status"], own["bankReference"], own["amount"]) == ("paid", "FT1", DEPOSIT - COMMISSION)
    after = (await api.get("/providers/me/earnings", provider)).json()
    assert [each["kind"] for each in after["items"]] == ["booking", "payout"]
    assert (after["totals"][0]["owedAmount"], after["totals"][0]["paidOutAmount"]) == (0, DEPOSIT - COMMISSION)


async def test_an_account_has_an_opening_and_a_closing_balance(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (routes, statements):
        monkeypatch.setattr(module, "PAGE", 1)
    _, provider, provider_id, booking = await paid_and_cancelled_late(api)
    admin = await api.an_admin()
    asked = {"providerId": provider_id, "currency": "MNT", "amount": 500_000}
    payout = (await api.post("/admin/provider-payouts", admin, json=asked)).json()
    today, tomorrow = "2026-11-23", "2026-11-24"
    for query, opening, kept, closing in (
        (f"from={today}&to={tomorrow}", 0, DEPOSIT, DEPOSIT - 500_000),
        (f"from={tomorrow}", DEPOSIT - 500_000, 0, DEPOSIT - 500_000),
        (f"to={today}", 0, 0, 0),
    ):
        shown = (await api.get(f"/providers/me/earnings?{query}", provider)).json()
        [totals] = shown["totals"]
        assert (totals["openingAmount"], totals["keptAmount"], totals["closingAmount"]) == (opening, kept, closing)
        assert totals["owedAmount"] == DEPOSIT - 500_000
        answer = await api.get(f"/providers/me/earnings/export?{query}", provider)
        assert answer.headers["Content-Type"].startswith("text/csv")
        same = await api.get(f"/admin/providers/{provider_id}/earnings/export?{query}", admin)
        assert same.text == answer.text
        first, *entries, last = csv.DictReader(answer.text.splitlines())
        assert [first["kind"], *(each["kind"] for each in entries), last["kind"]] == [
            "opening",
            *(["booking", "payout"] if kept else []),
            "closing",
        ]
        assert (first["balance"], last["balance"]) == (f"{opening / 100:.2f}", f"{closing / 100:.2f}")
        if entries:
            assert (entries[0]["bookingReference"], entries[0]["amount"]) == (booking["reference"], "20000.00")
            assert (entries[1]["payoutId"], entries[1]["amount"]) == (payout["id"], "-5000.00")
    page = (await api.get("/providers/me/earnings?limit=1", provider)).json()
    rest = (await api.get(f"/providers/me/earnings?limit=1&cursor={page['nextCursor']}", provider)).json()
    assert [page["items"][0]["kind"], rest["items"][0]["kind"]] == ["booking", "payout"]
    assert rest.get("nextCursor") is None
    balances = await api.get("/admin/earnings/export", admin)
    [row] = csv.DictReader(balances.text.splitlines())
    assert (row["providerId"], row["owed"], row["reserved"]) == (provider_id, "15000.00", "5000.00")


async def test_a_statement_is_a_pdf_file_in_the_readers_language(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    _, provider, provider_id, booking = await paid_and_cancelled_late(api)
    admin = await api.an_admin()
    assert (await api.call("PATCH", "/users/me", provider, json={"locale": "mn"})).status_code == 200
    query = "export?format=pdf&from=2026-11-01"
    for who, path, *words in (
        (provider, f"/providers/me/earnings/{query}", "Орлогын хуулга", "20\u00a0000 MNT", "2026.11.01, ням"),
        (
            admin,
            f"/admin/providers/{provider_id}/earnings/{query}",
            "Statement of earnings",
            "20,000",
            "Sun 1 Nov 2026",
        ),
    ):
        answer = await api.get(path, who)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
        said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
        for shown in (*words, booking["reference"], "Studio"):
            assert shown in said
    monkeypatch.setattr(routes, "MOST", 0)
    monkeypatch.setattr(statements, "MOST", 0)
    refused = await api.get(f"/providers/me/earnings/{query}", provider)
    assert_problem(refused, 422, "earnings.statement_too_long")


async def test_an_adjustment_is_an_entry_that_the_provider_sees(api: Api) -> None:
    _, provider, provider_id, _ = await paid_and_cancelled_late(api)
    admin = await api.an_admin()
    path = f"/admin/providers/{provider_id}/adjustments"
    asked = {"currency": "MNT", "amount": -500_000, "reason": "A chargeback."}
    answers = [await api.post(path, admin, json=asked, headers={"Idempotency-Key": "one"}) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 201]
    made = answers[0].json()
    assert (made["kind"], made["amount"], made["reason"]) == ("adjustment", -500_000, "A chargeback.")
    mine = (await api.get("/providers/me/earnings", provider)).json()
    assert mine["items"][1:] == [made]
    [totals] = mine["totals"]
    assert (totals["adjustedAmount"], totals["closingAmount"]) == (-500_000, DEPOSIT - 500_000)
    assert totals["owedAmount"] == DEPOSIT - 500_000
    exported = (await api.get("/providers/me/earnings/export", provider)).text
    _, _, row, last = csv.DictReader(exported.splitlines())
    assert (row["kind"], row["amount"], row["reason"]) == ("adjustment", "-5000.00", "A chargeback.")
    assert last["balance"] == "15000.00"
    file = await api.get("/providers/me/earnings/export?format=pdf", provider)
    assert "chargeback" in "".join(page.extract_text() for page in PdfReader(io.BytesIO(file.content)).pages)
    payout = {"providerId": provider_id, "currency": "MNT"}
    assert (await api.post("/admin/provider-payouts", admin, json=payout)).json()["amount"] == DEPOSIT - 500_000
    trail = (await api.get("/admin/audit?action=earnings.adjusted", admin)).json()["items"]
    assert [each["subjectId"] for each in trail] == [provider_id]
    for wrong in ({"amount": 0}, {"reason": " "}, {"currency": "XXX"}):
        assert (await api.post(path, admin, json={**asked, **wrong})).status_code in {400, 422}
    assert_problem(await api.post(path, provider, json=asked), 403, "auth.not_permitted")


async def test_each_earner_is_listed_once_page_by_page(api: Api) -> None:
    ids = [(await paid_and_cancelled_late(api))[2] for _ in range(3)]
    await api.open_provider()
    admin = await api.an_admin()
    first = (await api.get("/admin/earnings?limit=2", admin)).json()
    rest = (await api.get(f"/admin/earnings?limit=2&cursor={first['nextCursor']}", admin)).json()
    assert [each["provider"]["id"] for each in first["items"] + rest["items"]] == sorted(ids)
    assert rest.get("nextCursor") is None


async def test_a_payout_that_is_called_off_is_owed_again(api: Api) -> None:
    provider, admin, payout_id = await started_payout(api)
    path = f"/admin/provider-payouts/{payout_id}"
    assert (await api.get("/providers/me/earnings", provider)).json()["totals"][0]["owedAmount"] == 0
    for _ in range(2):
        cancelled = await api.post(f"{path}/cancel", admin)
        assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert (await api.get("/providers/me/earnings", provider)).json()["totals"][0]["owedAmount"] == DEPOSIT
    assert_problem(await api.post(f"{path}/approve", admin), 409, "payout.invalid_transition")


async def test_a_returned_transfer_is_explained_to_the_provider(api: Api) -> None:
    provider, admin, payout_id = await started_payout(api, approved=True)
    path = f"/admin/provider-payouts/{payout_id}"
    assert_problem(await api.post(f"{path}/cancel", admin), 409, "payout.approved")
    returned = (await api.post(f"{path}/return", admin, json={"reason": "Unknown account."})).json()
    assert (returned["waitsFor"], returned["returnReason"]) == ("approval", "Unknown account.")
    [own] = (await api.get("/providers/me/payouts", provider)).json()["items"]
    assert own["returnReason"] == "Unknown account."
    settle = await api.post(f"{path}/settle", admin, json={"bankReference": "FT1"})
    assert_problem(settle, 409, "payout.not_approved")
    fixed = {**ACCOUNT, "accountNumber": "1111222233"}
    await entered(api, provider, fixed)
    assert (await api.post(f"{path}/approve", admin)).json()["payee"] == fixed
    assert (await api.post(f"{path}/settle", admin, json={"bankReference": "FT1"})).json()["status"] == "paid"


async def test_concurrent_and_repeated_settlements_pay_once(api: Api) -> None:
    _, admin, payout_id = await started_payout(api, approved=True)
    path = f"/admin/provider-payouts/{payout_id}/settle"
    answers = await asyncio.gather(*(api.post(path, admin, json={"bankReference": f"FT{n % 2}"}) for n in range(6)))
    [reference] = {answer.json()["bankReference"] for answer in answers if answer.status_code == 200}
    for n, answer in enumerate(answers):
        if f"FT{n % 2}" == reference:
            assert answer.status_code == 200, answer.text
        else:
            assert_problem(answer, 409, "payout.invalid_transition")


async def test_payouts_are_filtered(api: Api) -> None:
    _, admin, pending = await started_payout(api)
    _, _, approved = await started_payout(api, approved=True)
    for query, expected in (
        ("", [pending, approved]),
        ("sort=newest", [approved, pending]),
        ("waitsFor=transfer", [approved]),
        ("status=paid", []),
        (f"amountFrom={DEPOSIT}&amountTo={DEPOSIT}&from=2026-11-01", [pending, approved]),
        ("to=2026-11-01", []),
        ("limit=1", [pending]),
    ):
        found = (await api.get(f"/admin/provider-payouts?{query}", admin)).json()["items"]
        assert [each["id"] for each in found] == expected, query
    one = (await api.get(f"/admin/provider-payouts/{pending}", admin)).json()
    found = (await api.get(f"/admin/provider-payouts?providerId={one['provider']['id']}", admin)).json()
    assert [each["id"] for each in found["items"]] == [pending]


async def test_accounts_are_private(api: Api) -> None:
    _, provider, provider_id, _ = await paid_and_cancelled_late(api)
    manager, other = await api.joined("manager"), (await api.open_provider())[0]
    path = f"/admin/providers/{provider_id}/earnings"
    for token in (provider, other, manager, await api.joined("customer")):
        assert_problem(await api.get(path, token), 403, "auth.not_permitted")
        assert_problem(await api.get("/admin/earnings", token), 403, "auth.not_permitted")
        assert_problem(await api.put("/admin/commission", token, json={"basisPoints": 0}), 403, "auth.not_permitted")
    for own in ("/providers/me/earnings", "/providers/me/earnings/export", "/providers/me/payouts"):
        assert_problem(await api.get(own, manager), 403, "auth.not_permitted")
        assert_problem(await api.get(own, await api.joined("provider")), 404, "provider.profile_missing")
    assert (await api.get("/providers/me/earnings", other)).json()["items"] == []


async def test_the_export_of_an_account_has_its_earnings(api: Api) -> None:
    provider, _, payout_id = await started_payout(api)
    exported = (await api.get("/users/me/export", provider)).json()
    assert [each["kind"] for each in exported["earnings"]] == ["booking", "payout"]
    assert [each["id"] for each in exported["providerPayouts"]] == [payout_id]


async def test_a_rate_is_in_basis_points_and_the_platform_has_one(api: Api) -> None:
    admin = await api.an_admin()
    _, provider_id = await api.open_provider()
    own = {"providerId": provider_id, "basisPoints": 500}
    assert (await api.put("/admin/commission", admin, json=own)).json()["ownBasisPoints"] == 500
    again = (await api.put("/admin/commission", admin, json={**own, "basisPoints": None})).json()
    assert (again.get("ownBasisPoints"), again["basisPoints"]) == (None, 0)
    assert (await api.get(f"/admin/commission?providerId={provider_id}", admin)).json() == again
    assert_problem(
        await api.put("/admin/commission", admin, json={"basisPoints": None}), 422, "validation.invalid_value"
    )
    assert_problem(
        await api.put("/admin/commission", admin, json={"basisPoints": 10_001}), 400, "validation.invalid_input"
    )
    await recorded(api)
