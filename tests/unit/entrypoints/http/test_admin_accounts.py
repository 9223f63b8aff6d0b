"""How admins help people back into their accounts: locks, and the history of one-time codes."""

from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.entrypoints.http.test_one_time_codes import MINUTE, ask, code_for, joined, lock, log_in, other, use
from tests.unit.entrypoints.http.test_sign_ups import signed_up

from booking_domain.identity.one_time_codes import CODE_LIFE
from booking_domain.identity.passwords import WRONG_PASSWORDS_EXPIRE_AFTER


async def test_admins_see_and_find_locked_accounts_and_unlock_them(api: Api) -> None:
    account = (await joined(api))["user"]
    admin, path = await api.an_admin(), f"/admin/users/{account['id']}"
    tag = (await api.get(path, admin)).headers["ETag"]
    await lock(api)
    seen = await api.get(path, admin, headers={"If-None-Match": tag})
    assert (seen.status_code, seen.json()["status"]) == (200, "locked")
    assert seen.json()["lockedUntil"] == "2026-11-24T00:00:00Z"
    assert "ETag" not in seen.headers

    async def ids(status: str) -> list[str]:
        return [each["id"] for each in (await api.get(f"/admin/users?status={status}", admin)).json()["items"]]

    assert await ids("locked") == [account["id"]]
    assert account["id"] not in await ids("active")
    assert ",locked," in (await api.get("/admin/users/export?status=locked", admin)).text
    assert (await api.patch(path, admin, json={"name": "Bat"})).json()["status"] == "locked"
    for _ in range(2):
        assert (await api.delete(f"{path}/lock", admin)).status_code == 204
    assert await ids("locked") == []
    assert (await log_in(api)).status_code == 200
    noted = (await api.get(f"/admin/audit?action=user.unlock&subjectId={account['id']}", admin)).json()["items"]
    assert len(noted) == 2


async def test_a_lock_that_has_ended_is_not_shown_and_a_disabled_account_is_shown_as_disabled(api: Api) -> None:
    account = (await joined(api))["user"]
    admin, path = await api.an_admin(), f"/admin/users/{account['id']}"
    await lock(api)
    await api.patch(path, admin, json={"status": "disabled", "reason": "abuse"})
    assert (await api.get(path, admin)).json()["status"] == "disabled"
    await api.patch(path, admin, json={"status": "active"})
    assert (await api.get(path, admin)).json()["status"] == "locked"
    api.clock.advance(WRONG_PASSWORDS_EXPIRE_AFTER)
    admin = await api.an_admin()
    assert (await api.get(path, admin)).json()["status"] == "active"


async def test_admins_see_what_became_of_one_time_codes_and_never_the_codes(api: Api) -> None:
    account = (await joined(api))["user"]
    used = await code_for(api, "login")
    assert (await use(api, other(used))).status_code == 401
    assert (await use(api, used)).status_code == 200
    guessed = await code_for(api, "unlock")
    for by in range(1, 7):  # the sixth is not compared
        await use(api, other(guessed, by), "unlock")
    assert (await ask(api, "login", {"email": "nobody@example.com"})).status_code == 202
    admin = await api.an_admin()
    page = await api.get("/admin/codes", admin)
    assert [(each["purpose"], each["to"], each["outcome"], each["wrongGuesses"]) for each in page.json()["items"]] == [
        ("login", "n****@example.com", "open", 0),
        ("unlock", "+976****2233", "exhausted", 5),
        ("login", "+976****2233", "used", 1),
    ]
    assert not {used, guessed} & set(page.text.replace('"', " ").split())
    own = (await api.get(f"/admin/codes?userId={account['id']}&purpose=login", admin)).json()["items"]
    assert [(each["usedAt"], each["userId"]) for each in own] == [("2026-11-23T00:00:00Z", account["id"])]
    api.clock.advance(CODE_LIFE)
    first = (await api.get("/admin/codes?limit=1", admin)).json()
    assert first["items"][0]["outcome"] == "expired"
    rest = (await api.get(f"/admin/codes?cursor={first['nextCursor']}", admin)).json()
    assert len(rest["items"]) == 2


async def test_every_use_of_a_code_is_noted(api: Api) -> None:
    await signed_up(api)
    contact = {"email": "dorj@example.com"}
    dorj = {**contact, "name": "Dorj", "role": "customer", "password": "nine blue lanterns"}
    assert (await api.post("/auth/register", json=dorj)).status_code == 201
    api.clock.advance(MINUTE)
    assert (await use(api, await code_for(api, "verify", contact), "verify", contact)).status_code == 204
    assert (await use(api, await code_for(api, "unlock", contact), "unlock", contact)).status_code == 204
    code = await code_for(api, "reset", contact)
    reset = {**contact, "code": code, "newPassword": "ten green lanterns"}
    assert (await api.post("/auth/reset-password", json=reset)).status_code == 204
    items = (await api.get("/admin/codes", await api.an_admin())).json()["items"]
    assert [(each["purpose"], each["outcome"]) for each in items] == [
        (purpose, "used") for purpose in ("reset", "unlock", "verify", "signup")
    ]


async def test_only_admins_see_codes_and_unlock(api: Api) -> None:
    made = await joined(api)
    assert_problem(await api.get("/admin/codes", made["accessToken"]), 403, "auth.not_permitted")
    lock_path = f"/admin/users/{made['user']['id']}/lock"
    assert_problem(await api.delete(lock_path, made["accessToken"]), 403, "auth.not_permitted")
