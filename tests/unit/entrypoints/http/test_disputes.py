"""`/disputes` and `/admin/disputes`."""

import csv
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem
from tests.unit.features.bookings import completed_booking
from tests.unit.features.disputes import REASON, disputed
from tests.unit.features.refunds import cancelled_and_paid, entered

from booking_domain.disputes.events import DisputeImageDeleted
from booking_domain.disputes.model import MAX_EVIDENCE, MAX_STATEMENT, MAX_STATEMENTS
from booking_domain.identity.model import ERASED_AFTER
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.deadlines import Deadlines
from booking_domain.shared.ids import UserId
from booking_domain.testing.memory import MemoryNotifier
from booking_domain.use_cases.accounts.erase_account import erase_account
from booking_domain.use_cases.messages.notify import notify
from entrypoints.languages.notices import GettextTranslator

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


async def test_a_partial_refund_waits_for_its_transfer_and_earlier_ones_wait_for_the_dispute(api: Api) -> None:
    customer, provider, booking = await cancelled_and_paid(api)
    admin = await api.an_admin()
    await entered(api, customer)
    [pending] = (await api.get(f"/admin/refund-transfers?bookingId={booking['id']}", admin)).json()["items"]
    wish = {"bookingId": booking["id"], "reason": REASON}
    opened = (await api.post("/disputes", provider, json=wish)).json()
    [waiting] = (await api.get("/admin/refund-transfers?waitsFor=dispute", admin)).json()["items"]
    assert (waiting["id"], waiting["waitsFor"]) == (pending["id"], "dispute")
    held = await api.post(f"/admin/refund-transfers/{pending['id']}/approve", admin)
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
    assert (await api.post(f"/admin/refund-transfers/{pending['id']}/approve", admin)).json()["waitsFor"] == "transfer"


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
    api.clock.advance(Deadlines().decision)
    admin = await api.an_admin()
    assert await found("overdue=true") == [one]


async def test_the_export_of_an_account_has_its_own_words(api: Api) -> None:
    customer, provider, opened = await disputed(api)
    await api.post(f"/disputes/{opened['id']}/statements", provider, json={"text": "We were there."})
    for who, reason, texts in ((customer, REASON, ["I waited."]), (provider, None, ["We were there."])):
        [item] = (await api.get("/users/me/export", who)).json()["disputes"]
        assert (item.get("reason"), [each["text"] for each in item["statements"]]) == (reason, texts)


def seen_images(api: Api, dispute: dict[str, Any]) -> list[list[tuple[str, list[int]]]]:
    """Of each statement: its images, and the status of a GET of both sizes."""
    return [
        [
            (image["fileId"], [api.objects.request("GET", image[url], {})[0] for url in ("url", "thumbnailUrl")])
            for image in statement["images"]
        ]
        for statement in dispute["statements"]
    ]


async def test_images_of_statements_are_shown_to_parties_and_admins_for_five_minutes(api: Api) -> None:
    customer, provider, opened = await disputed(api)
    stranger, admin, path = await api.joined("customer"), await api.an_admin(), f"/disputes/{opened['id']}"
    one, two = [await api.uploaded(customer, "evidence") for _ in range(2)]
    headers = {"Idempotency-Key": "images"}
    wish = {"text": "Look.", "fileIds": [two, one]}
    made, replayed = [await api.post(f"{path}/statements", customer, json=wish, headers=headers) for _ in range(2)]
    assert (made.status_code, replayed.json()) == (201, made.json()), made.text
    shown = [[], [(two, [200, 200]), (one, [200, 200])]]
    assert seen_images(api, made.json()) == shown
    for token in (customer, provider, admin):
        answer = await api.get(path, token)
        assert seen_images(api, answer.json()) == shown
        again = await api.get(path, token, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 200  # with URLs that are valid now
    case = (await api.get(f"/admin/disputes/{opened['id']}", admin)).json()["dispute"]
    assert seen_images(api, case) == shown
    assert_problem(await api.get(path, stranger), 404, "dispute.not_found")
    for token in (provider, stranger, admin):
        assert_problem(await api.get(f"/uploads/{one}", token), 404, "file.not_found")
    assert_problem(await api.delete(f"/uploads/{one}", customer), 409, "file.in_use")
    api.clock.advance(timedelta(minutes=5))
    assert seen_images(api, case) == [[], [(two, [403, 403]), (one, [403, 403])]]
    exported = (await api.get("/users/me/export", customer)).json()["disputes"]
    assert seen_images(api, exported[0]) == shown
    assert [each["statements"] for each in (await api.get("/users/me/export", provider)).json()["disputes"]] == [[]]
    assert (await api.delete(f"/admin/files/{two}", admin)).status_code == 204
    assert seen_images(api, (await api.get(path, provider)).json()) == [[], [(one, [200, 200])]]
    [event] = [each for each in await api.database.outbox_events() if isinstance(each, DisputeImageDeleted)]
    notifier = MemoryNotifier()
    await notify(event, reads=api.container.reads(), notifier=notifier, translator=GettextTranslator("en"))
    assert {each.text for each in notifier.delivered} == {
        "We deleted an image of your statement in the dispute. Contact us if you disagree.",
        "We deleted an image of the statement of Customer in the dispute.",
    }


async def test_a_dispute_takes_images_that_its_party_uploaded_each_once(api: Api) -> None:
    customer, provider, booking = await completed_booking(api)
    admin, customer_id = await api.an_admin(), (await api.get("/users/me", customer)).json()["id"]
    mine, spare = [await api.uploaded(customer, "evidence") for _ in range(2)]
    foreign, avatar = await api.uploaded(admin, "evidence"), await api.uploaded(customer, "avatars")
    pending = (await api.announced(customer, "evidence"))["fileId"]
    wish = {"bookingId": booking["id"], "reason": REASON, "initiatorId": customer_id}
    for file_ids, status, code in (
        ([str(uuid4())], 404, "file.not_found"),
        ([foreign], 404, "file.not_found"),
        ([pending], 409, "file.not_ready"),
        ([avatar], 422, "file.wrong_folder"),
        ([mine, mine], 422, "file.too_many"),
        ([mine] * 6, 400, "validation.invalid_input"),
    ):
        evidence = [{"text": "Look.", "fileIds": file_ids}]
        assert_problem(await api.post("/admin/disputes", admin, json={**wish, "evidence": evidence}), status, code)
    twice = [{"text": text, "fileIds": [mine]} for text in ("One", "Two")]
    assert_problem(await api.post("/admin/disputes", admin, json={**wish, "evidence": twice}), 409, "file.in_use")
    evidence = [{"text": "Look.", "fileIds": [mine]}, {"text": "That is all."}]
    opened = await api.post("/admin/disputes", admin, json={**wish, "evidence": evidence})
    assert opened.status_code == 201, opened.text
    assert seen_images(api, opened.json()) == [[(mine, [200, 200])], []]
    path = f"/disputes/{opened.json()['id']}/statements"
    for token, file_id, status, code in (
        (customer, mine, 409, "file.in_use"),
        (provider, spare, 404, "file.not_found"),
    ):
        assert_problem(await api.post(path, token, json={"text": "Look.", "fileIds": [file_id]}), status, code)


async def test_an_erased_account_leaves_no_image_in_a_dispute(api: Api) -> None:
    customer, provider, opened = await disputed(api)
    path, admin = f"/disputes/{opened['id']}", await api.an_admin()
    images = [(token, await api.uploaded(token, "evidence")) for token in (customer, provider)]
    for token, image in images:
        await api.post(f"{path}/statements", token, json={"text": "Look.", "fileIds": [image]})
    account = (await api.get("/users/me", customer)).json()
    assert (await api.patch(f"/admin{path}", admin, json=RESOLVE)).status_code == 200
    deleted = await api.call("DELETE", "/users/me", customer, json={"currentPassword": PASSWORD})
    assert deleted.status_code == 204, deleted.text
    api.clock.advance(ERASED_AFTER)
    await api.container.executor().run(erase_account, UserId(UUID(account["id"])), actor=SYSTEM)
    shown = (await api.get(path, await api.an_admin())).json()
    assert [each["text"] for each in shown["statements"]] == ["", "", "Look."]
    assert seen_images(api, shown) == [[], [], [(images[1][1], [200, 200])]]


@pytest.mark.settings(BOOKING_DISPUTE_STATEMENT_DAYS="2", BOOKING_DISPUTE_DECISION_DAYS="6")
async def test_a_dispute_has_the_deadlines_of_the_settings(api: Api) -> None:
    _, _, opened = await disputed(api)
    due = [datetime.fromisoformat(opened[each]) for each in ("statementDueAt", "decisionDueAt")]
    assert [each - api.clock.now() for each in due] == [timedelta(days=2), timedelta(days=6)]
