"""Admins list and end sessions of users, and remove second factors."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem
from tests.unit.entrypoints.http.test_admin_users import entries, joined, may_stay, my_id
from tests.unit.entrypoints.http.test_admins_second_factor import ON, an_admin
from tests.unit.entrypoints.http.two_factors import Member, member, protected

from booking_domain.shared.audit import AuditFilter


async def on_another(api: Api, account: dict[str, Any], user_agent: str) -> dict[str, Any]:
    login = {"email": account["user"]["email"], "password": PASSWORD}
    answer = await api.post("/auth/login", json=login, headers={"User-Agent": user_agent})
    return dict(answer.json())


async def sessions_of(api: Api, admin: str, user_id: str) -> list[dict[str, Any]]:
    answer = await api.get(f"/admin/users/{user_id}/sessions", admin)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def id_of(someone: Member) -> str:
    return str(someone.signed_in["user"]["id"])


async def test_an_admin_sees_a_users_sessions_as_the_user_does(api: Api) -> None:
    admin, dorj, _ = await api.an_admin(), await joined(api), await joined(api)
    api.clock.advance(timedelta(minutes=5))
    phone = await on_another(api, dorj, "phone")
    own = (await api.get("/auth/sessions", phone["accessToken"])).json()["items"]
    assert [session.pop("current") for session in own] == [True, False]
    seen = await sessions_of(api, admin, dorj["id"])
    assert seen == own
    assert (seen[0]["userAgent"], seen[0]["address"]) == ("phone", "127.0.0.1")
    assert seen[0]["lastUsedAt"] == "2026-11-23T00:05:00Z"
    assert set(seen[0]) == {"id", "createdAt", "lastUsedAt", "expiresAt", "userAgent", "address", "platform"}
    assert (await api.post("/auth/logout", phone["accessToken"])).status_code == 204
    assert await sessions_of(api, admin, dorj["id"]) == own[1:]
    assert_problem(await api.get(f"/admin/users/{uuid4()}/sessions", admin), 404, "user.not_found")


async def test_an_admin_sees_the_login_history_of_a_user_as_the_user_does(api: Api) -> None:
    admin, dorj, _ = await api.an_admin(), await joined(api), await joined(api)
    wrong = {"email": dorj["user"]["email"], "password": "another password"}
    assert (await api.post("/auth/login", json=wrong)).status_code == 401
    path = f"/admin/users/{dorj['id']}/login-history"
    seen = (await api.get(path, admin)).json()
    assert seen == (await api.get("/auth/login-history", dorj["accessToken"])).json()
    assert [each["outcome"] for each in seen["items"]] == ["failed", "succeeded"]
    newest = (await api.get(f"{path}?limit=1", admin)).json()
    assert newest["items"] == seen["items"][:1]
    older = (await api.get(f"{path}?limit=1&cursor={newest['nextCursor']}", admin)).json()
    assert older == {"items": seen["items"][1:]}
    assert_problem(await api.get(f"/admin/users/{uuid4()}/login-history", admin), 404, "user.not_found")


async def test_reading_sessions_of_a_user_is_in_the_audit_log(api: Api) -> None:
    admin, dorj = await api.an_admin(), await joined(api)
    await sessions_of(api, admin, dorj["id"])
    last, *_ = await api.database.reads.audit_log.page(AuditFilter(limit=1))
    assert (last.action, last.subject and str(last.subject.id)) == ("read", dorj["id"])
    assert last.details["what"] == "GET /api/v1/admin/users/{user_id}/sessions"


async def test_an_admin_ends_one_session_of_a_user_and_no_other(api: Api) -> None:
    admin, dorj, other = await api.an_admin(), await joined(api), await joined(api)
    phone = await on_another(api, dorj, "phone")
    (ended,) = [each["id"] for each in await sessions_of(api, admin, dorj["id"]) if each["userAgent"] == "phone"]
    (theirs,) = await sessions_of(api, admin, other["id"])
    path = f"/admin/users/{dorj['id']}/sessions"
    assert (await api.delete(f"{path}/{ended}", admin)).status_code == 204
    for gone in (ended, theirs["id"], uuid4()):
        assert_problem(await api.delete(f"{path}/{gone}", admin), 404, "auth.session_not_found")
    nobodys = f"/admin/users/{uuid4()}/sessions/{theirs['id']}"
    assert_problem(await api.delete(nobodys, admin), 404, "user.not_found")
    (entry,) = await entries(api)
    assert (entry.action, entry.subject and str(entry.subject.id)) == ("user.end_session", dorj["id"])
    assert entry.details == {"session": ended}
    assert [await may_stay(api, each) for each in (phone, dorj, other)] == [False, True, True]


async def test_after_an_admin_removes_the_factor_one_factor_signs_in(api: Api) -> None:
    dorj, admin = await protected(api), await api.an_admin()
    second = (await dorj.log_in(dorj.code())).json()
    path = f"/admin/users/{id_of(dorj)}/second-factor"
    assert (await api.delete(path, admin)).status_code == 204
    assert [await may_stay(api, each) for each in (dorj.signed_in, second)] == [False, False]
    assert_problem(await api.get("/auth/mfa/totp", dorj.token), 401, "auth.invalid_token")
    (entry,) = [each for each in await entries(api) if each.action != "second_factor.confirmed"]
    assert (entry.action, entry.subject and str(entry.subject.id)) == ("user.remove_second_factor", id_of(dorj))
    assert (str(entry.actor.id), entry.details) == (await my_id(api, admin), {})
    dorj.signed_in = (await dorj.log_in()).json()
    state = {"active": False, "recoveryCodesLeft": 0}
    assert (await api.get("/auth/mfa/totp", dorj.token)).json() == state
    former = dorj.recovery_codes
    await dorj.set_up()
    assert_problem(await dorj.log_in(former[0]), 401, "auth.invalid_second_factor", "/secondFactor")
    assert (await dorj.log_in(dorj.code())).status_code == 200


async def test_removing_a_factor_also_discards_its_pending_replacement(api: Api) -> None:
    dorj, admin = await protected(api), await api.an_admin()
    dorj.secret = (await dorj.ask(code=dorj.code())).json()["secret"]
    assert (await api.delete(f"/admin/users/{id_of(dorj)}/second-factor", admin)).status_code == 204
    dorj.signed_in = (await dorj.log_in()).json()
    assert_problem(await dorj.confirm(dorj.code()), 404, "auth.second_factor_missing")


async def test_a_missing_factor_or_the_admins_own_is_not_removed(api: Api) -> None:
    admin, dorj = await an_admin(api), await member(api)
    await admin.set_up()
    path = f"/admin/users/{id_of(dorj)}/second-factor"
    assert_problem(await api.delete(path, admin.token), 404, "auth.second_factor_missing")
    assert await may_stay(api, dorj.signed_in)
    mine = f"/admin/users/{await my_id(api, admin.token)}/second-factor"
    assert_problem(await api.delete(mine, admin.token), 403, "user.own_account")
    assert_problem(await admin.log_in(), 401, "auth.second_factor_needed", "/secondFactor")
    nobodys = f"/admin/users/{uuid4()}/second-factor"
    assert_problem(await api.delete(nobodys, admin.token), 404, "user.not_found")


@pytest.mark.settings(**ON)
async def test_an_admin_whose_factor_was_removed_can_set_up_another(api: Api) -> None:
    lost, helper = await an_admin(api), await an_admin(api)
    for each in (lost, helper):
        await each.set_up()
        each.signed_in = (await each.log_in(each.code())).json()
    path = f"/admin/users/{id_of(lost)}/second-factor"
    assert (await api.delete(path, helper.token)).status_code == 204
    assert not await may_stay(api, lost.signed_in)
    lost.signed_in = (await lost.log_in()).json()
    assert_problem(await api.get("/admin/providers", lost.token), 403, "auth.second_factor_required")
    await lost.set_up()
    assert (await lost.refresh()).status_code == 200
    assert (await api.get("/admin/providers", lost.token)).status_code == 200
