"""`/disputes` and `/admin/disputes`."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.features.disputes import REASON, disputed
from tests.unit.features.payouts import ACCOUNT, cancelled_and_paid
from tests.unit.features.reviews import completed_booking

from booking_domain.disputes.model import DECISION_WITHIN, MAX_EVIDENCE, MAX_STATEMENT, MAX_STATEMENTS

RESOLVE = {"resolution": "no_refund", "bookingStatus": "completed"}


async def test_a_dispute_from_opening_to_the_decision(api: Api) -> None:
    customer, provider, opened = await disputed(api)
    path, admin = f"/disputes/{opened['id']}", await api.an_admin()
    assert (opened["status"], opened["openedBy"], opened["byAdmin"], opened["bookingWas"]) == (
        "open",
        "customer",
        False,
        "completed",
    )
    assert [(each["by"], each["kind"], each["text"]) for each in opened["statements"]] == [
        ("customer", "text", "I waited.")
    ]
    assert opened["actions"] == ["make_statement", "withdraw"]
    booking = (await api.get(f"/bookings/{opened['bookingId']}", provider)).json()
    assert (booking["status"], booking["disputedFrom"]) == ("disputed", "completed")

    for who, actions in ((provider, ["make_statement"]), (admin, ["resolve"])):
        seen = (await api.get(path, who)).json()
        assert seen == {**opened, "actions": actions}
    answer = await api.post(f"{path}/statements", provider, json={"text": " We were there. "})
    assert answer.status_code == 201, answer.text
    assert [each["text"] for each in answer.json()["statements"]] == ["I waited.", "We were there."]
    listed = (await api.get("/disputes?status=open", customer)).json()
    assert [each["id"] for each in listed["items"]] == [opened["id"]]
    assert "statements" not in listed["items"][0]

    case = await api.get(f"/admin/disputes/{opened['id']}", admin)
    assert case.headers["ETag"] == '"2"'
    assert [each["type"] for each in case.json()["timeline"]][-1] == "disputed"
    assert case.json()["parties"]["customer"]["email"].endswith("@example.com")
    assert case.json()["cancellationPolicy"]
    stale = await api.patch(f"/admin/disputes/{opened['id']}", admin, json=RESOLVE, headers={"If-Match": '"1"'})
    assert_problem(stale, 412, "conflict.stale_version")
    for _ in range(2):
        decided = await api.patch(f"/admin/disputes/{opened['id']}", admin, json={**RESOLVE, "note": "No proof."})
        assert decided.status_code == 200, decided.text
        assert decided.headers["ETag"] == '"3"'
    again = await api.patch(f"/admin/disputes/{opened['id']}", admin, json={**RESOLVE, "resolution": "refund_full"})
    assert_problem(again, 409, "dispute.invalid_transition")
    verdict = (await api.get(path, customer)).json()["verdict"]
    assert verdict == {
        "resolution": "no_refund",
        "refundAmount": 0,
        "currency": "MNT",
        "bookingStatus": "completed",
        "note": "No proof.",
    }
    booking = (await api.get(f"/bookings/{opened['bookingId']}", provider)).json()
    assert (booking["status"], "disputedFrom" in booking) == ("completed", False)
    assert_problem(
        await api.post(f"{path}/statements", customer, json={"text": "But"}), 409, "dispute.invalid_transition"
    )
    assert_problem(
        await api.post("/disputes", customer, json={"bookingId": opened["bookingId"], "reason": "Again"}),
        409,
        "dispute.already_decided",
        "/bookingId",
    )


async def test_a_partial_refund_waits_for_its_payout_and_earlier_ones_wait_for_the_dispute(api: Api) -> None:
    customer, provider, booking = await cancelled_and_paid(api)
    admin = await api.an_admin()
    assert (await api.put("/users/me/bank-account", customer, json=ACCOUNT)).status_code == 200
    [pending] = (await api.get(f"/admin/payouts?bookingId={booking['id']}", admin)).json()["items"]
    wish = {"bookingId": booking["id"], "reason": REASON}
    opened = (await api.post("/disputes", provider, json=wish)).json()
    [waiting] = (await api.get("/admin/payouts?waitsFor=dispute", admin)).json()["items"]
    assert (waiting["id"], waiting["waitsFor"]) == (pending["id"], "dispute")
    held = await api.post(f"/admin/payouts/{pending['id']}/approve", admin)
    assert_problem(held, 409, "refund.booking_in_dispute")
    money = (await api.get(f"/admin/disputes/{opened['id']}", admin)).json()["money"]
    assert (money["paidAmount"], money["refundPendingAmount"], money["refundableAmount"]) == (2_000_000, 2_000_000, 0)
    decision = {"resolution": "refund_partial", "refundAmount": 1, "bookingStatus": "cancelled"}
    refused = await api.patch(f"/admin/disputes/{opened['id']}", admin, json=decision)
    assert_problem(refused, 409, "dispute.refund_not_possible", "/refundAmount")
    for body in (
        {"resolution": "refund_partial", "bookingStatus": "cancelled"},
        {"resolution": "no_refund", "refundAmount": 5, "bookingStatus": "cancelled"},
    ):
        invalid = await api.patch(f"/admin/disputes/{opened['id']}", admin, json=body)
        assert_problem(invalid, 422, "validation.invalid_value", "/refundAmount")
    assert (await api.post(f"/disputes/{opened['id']}/withdraw", provider)).json()["status"] == "withdrawn"
    assert (await api.post(f"/admin/payouts/{pending['id']}/approve", admin)).json()["waitsFor"] == "transfer"


async def test_an_account_in_dispute_is_not_deleted(api: Api) -> None:
    customer, provider, opened = await disputed(api)
    admin = await api.an_admin()
    for who in (customer, provider):
        user_id = (await api.get("/auth/me", who)).json()["id"]
        assert_problem(await api.delete(f"/admin/users/{user_id}", admin), 409, "account.has_bookings")
    assert (await api.post(f"/disputes/{opened['id']}/withdraw", customer)).status_code == 200
    user_id = (await api.get("/auth/me", customer)).json()["id"]
    assert (await api.delete(f"/admin/users/{user_id}", admin)).status_code == 204


async def test_an_admin_opens_a_dispute_for_a_party(api: Api) -> None:
    customer, _, booking = await completed_booking(api)
    admin = await api.an_admin()
    wish = {"bookingId": booking["id"], "reason": REASON, "initiatorId": booking["customerId"]}
    assert_problem(
        await api.post("/admin/disputes", admin, json={**wish, "initiatorId": str(uuid4())}),
        409,
        "dispute.not_a_party",
        "/initiatorId",
    )
    opened = (await api.post("/admin/disputes", admin, json=wish)).json()
    assert (opened["openedBy"], opened["byAdmin"], opened["actions"]) == ("customer", True, ["resolve"])
    assert_problem(await api.post("/admin/disputes", admin, json=wish), 409, "dispute.exists", "/bookingId")
    entries = (await api.get("/admin/audit?action=dispute.open", admin)).json()["items"]
    assert [each["subjectId"] for each in entries] == [opened["id"]]
    assert (await api.post(f"/disputes/{opened['id']}/withdraw", customer)).status_code == 200


async def test_texts_are_bounded(api: Api) -> None:
    customer, _, booking = await completed_booking(api)
    wish: dict[str, Any] = {"bookingId": booking["id"], "reason": REASON}
    for body in (
        {**wish, "reason": ""},
        {**wish, "evidence": [{"text": "x" * (MAX_STATEMENT + 1)}]},
        {**wish, "evidence": [{"text": "x"}] * (MAX_EVIDENCE + 1)},
        {**wish, "evidence": [{"kind": "image", "text": "x"}]},
    ):
        assert (await api.post("/disputes", customer, json=body)).status_code in {400, 422}
    opened = (await api.post("/disputes", customer, json=wish)).json()
    for _ in range(MAX_STATEMENTS):
        said = await api.post(f"/disputes/{opened['id']}/statements", customer, json={"text": "I waited."})
        assert said.status_code == 201, said.text
    full = await api.post(f"/disputes/{opened['id']}/statements", customer, json={"text": "I waited."})
    assert_problem(full, 409, "dispute.too_many_statements")


async def test_admins_filter_sort_page_and_export_disputes(api: Api) -> None:
    _, _, first = await disputed(api)
    api.clock.advance(timedelta(days=1))
    customer, _, booking = await completed_booking(api, "2026-11-23T17:00:00Z")
    name = {"name": "=1+1"}
    assert (await api.patch("/users/me", customer, json=name)).status_code == 200
    second = (await api.post("/disputes", customer, json={"bookingId": booking["id"], "reason": REASON})).json()
    admin = await api.an_admin()

    async def found(query: str) -> list[str]:
        answer = await api.get(f"/admin/disputes?{query}", admin)
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()["items"]]

    one, two = first["id"], second["id"]
    assert await found("") == [two, one]
    assert await found("sort=oldest") == [one, two]
    assert await found(f"providerId={booking['providerId']}") == [two]
    assert await found(f"customerId={first['customer']['id']}") == [one]
    assert await found(f"bookingId={first['bookingId']}") == [one]
    assert await found(f"reference={first['bookingReference']}") == [one]
    assert await found("from=2026-11-24") == [two]
    assert await found(f"to={second['openedAt']}") == [one]
    assert await found("status=resolved") == []
    assert await found("overdue=true") == []
    page = (await api.get("/admin/disputes?limit=1", admin)).json()
    assert await found(f"limit=1&cursor={page['nextCursor']}") == [one]
    decided = {"resolution": "refund_full", "bookingStatus": "completed"}
    assert (await api.patch(f"/admin/disputes/{two}", admin, json=decided)).status_code == 200
    assert await found("status=resolved") == [two]
    export = await api.get("/admin/disputes/export?sort=oldest", admin)
    assert export.headers["Content-Disposition"] == 'attachment; filename="disputes.csv"'
    rows = list(csv.DictReader(StringIO(export.text)))
    assert [row["id"] for row in rows] == [one, two]
    assert (rows[1]["customer"], rows[1]["resolution"], rows[1]["refundAmount"]) == ("'=1+1", "refund_full", "0.00")
    api.clock.advance(DECISION_WITHIN)
    admin = await api.an_admin()
    assert await found("overdue=true") == [one]


async def test_the_export_of_an_account_has_its_own_words(api: Api) -> None:
    customer, provider, opened = await disputed(api)
    await api.post(f"/disputes/{opened['id']}/statements", provider, json={"text": "We were there."})
    for who, reason, texts in ((customer, REASON, ["I waited."]), (provider, None, ["We were there."])):
        [item] = (await api.get("/users/me/export", who)).json()["disputes"]
        assert (item["reason"], [each["text"] for each in item["statements"]]) == (reason, texts)
