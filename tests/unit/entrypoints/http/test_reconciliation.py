"""`/admin/reconciliation`: findings and runs, for admins."""

import csv
from typing import Any

import pytest
from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.features.reconciliation import REQUEST, carried_out, found, requested

from booking_domain.shared.audit import AuditFilter
from entrypoints.http.kit import csv_cells

PATH = "/admin/reconciliation"


async def page(api: Api, admin: str, query: str = "") -> list[dict[str, Any]]:
    answer = await api.get(f"{PATH}?{query}", admin)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_a_day_is_reconciled_on_request(api: Api) -> None:
    admin = await api.an_admin()
    run_id = await requested(api, admin)
    waiting = (await api.get(f"{PATH}/runs/{run_id}", admin)).json()
    assert (waiting["status"], waiting["gateway"], waiting["day"]) == ("waiting", "qpay", REQUEST["day"])
    await carried_out(api, run_id)
    done = (await api.get(f"{PATH}/runs/{run_id}", admin)).json()
    assert (done["status"], done["attempts"], done["listed"], done["open"]) == ("finished", 1, 0, 0)
    assert (await api.get(f"{PATH}/runs?status=finished&gateway=qpay", admin)).json()["items"] == [done]
    assert (await api.get(f"{PATH}/runs?status=waiting", admin)).json()["items"] == []


async def test_only_a_day_that_is_over_and_a_gateway_that_exists_are_reconciled(api: Api) -> None:
    admin = await api.an_admin()
    today = await api.post(f"{PATH}/runs", admin, json={"day": api.clock.now().date().isoformat()})
    assert_problem(today, 409, "reconciliation.day_not_over", "/day")
    nobody = await api.post(f"{PATH}/runs", admin, json={**REQUEST, "gateway": "nobody"})
    assert_problem(nobody, 409, "reconciliation.unknown_gateway", "/gateway")


async def test_a_finding_is_shown_and_closed_with_a_note(api: Api) -> None:
    admin = await api.an_admin()
    finding = await found(api, admin)
    assert (finding["kind"], finding["status"], finding["gateway"]) == ("unknown_invoice", "open", "qpay")
    assert (finding["reportedAmount"], finding["countedAmount"], finding["currency"]) == (2_000_000, 0, "MNT")
    path = f"{PATH}/{finding['id']}"
    assert (await api.get(path, admin)).json() == finding
    for again in range(2):
        closed = await api.post(f"{path}/close", admin, json={"note": " Entered in the cash book. "})
        assert closed.status_code == 200, again
        assert closed.headers["ETag"] == '"2"'
        assert (closed.json()["status"], closed.json()["note"]) == ("closed", "Entered in the cash book.")
        assert closed.json()["settledAt"] is not None
    other = await api.post(f"{path}/close", admin, json={"note": "Something else."})
    assert_problem(other, 409, "reconciliation.invalid_transition")
    assert_problem(await api.post(f"{path}/close", admin, json={"note": " "}), 422, "validation.invalid_value", "/note")
    stale = await api.post(f"{path}/close", admin, json={"note": "?"}, headers={"If-Match": '"1"'})
    assert_problem(stale, 412, "conflict.stale_version")


async def test_findings_are_filtered_sorted_and_read_in_pages(api: Api) -> None:
    admin = await api.an_admin()
    small, big, middle = [(await found(api, admin, amount))["id"] for amount in (10, 30, 20)]
    await api.post(f"{PATH}/{big}/close", admin, json={"note": "done"})
    for query, expected in (
        ("", [middle, big, small]),
        ("sort=oldest", [small, big, middle]),
        ("sort=highest", [big, middle, small]),
        ("sort=lowest", [small, middle, big]),
        ("status=open", [middle, small]),
        ("status=closed&kind=unknown_invoice&gateway=qpay", [big]),
        ("kind=paid_twice", []),
        ("gateway=other", []),
        ("amountFrom=2000&amountTo=2000", [middle]),
        ("from=2000-01-01&to=2100-01-01", [middle, big, small]),
        ("to=2000-01-01", []),
        ("from=2100-01-01", []),
    ):
        assert [each["id"] for each in await page(api, admin, query)] == expected, query
    one = (await page(api, admin, "sort=lowest&limit=1"))[0]
    assert [each["id"] for each in await page(api, admin, f"runId={one['runId']}")] == [small]
    for sort, expected in (("newest", [middle, big, small]), ("lowest", [small, middle, big])):
        read, cursor = [], ""
        for _ in expected:
            answer = (await api.get(f"{PATH}?sort={sort}&limit=1{cursor}", admin)).json()
            read += [each["id"] for each in answer["items"]]
            cursor = f"&cursor={answer.get('nextCursor')}"
        assert (read, cursor) == (expected, "&cursor=None")


async def test_findings_are_exported_in_whole_units(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_cells, "PAGE", 1)
    admin = await api.an_admin()
    first, second = [await found(api, admin, amount) for amount in (10, 20)]
    await api.post(f"{PATH}/{first['id']}/close", admin, json={"note": "=1+1"})
    answer = await api.get(f"{PATH}/export?sort=oldest", admin)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="reconciliation.csv"'
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert [row["id"] for row in rows] == [first["id"], second["id"]]
    assert (rows[1]["reported"], rows[1]["counted"], rows[1]["currency"]) == ("20.00", "0.00", "MNT")
    assert rows[0]["note"] == "'=1+1", "a spreadsheet does not compute it"
    only = await api.get(f"{PATH}/export?status=closed", admin)
    assert len(only.text.splitlines()) == 2


async def test_actions_of_admins_are_in_the_audit_log(api: Api) -> None:
    admin = await api.an_admin()
    finding = await found(api, admin)
    await api.post(f"{PATH}/{finding['id']}/close", admin, json={"note": "done"})
    entries = await api.container.reads().audit_log.page(AuditFilter(limit=100))
    subjects = {each.action: each.subject for each in entries if each.action.startswith("reconciliation.")}
    assert subjects.keys() == {"reconciliation.request", "reconciliation.close"}
    close = subjects["reconciliation.close"]
    assert close is not None
    assert (close.kind, str(close.id)) == ("finding", finding["id"])
