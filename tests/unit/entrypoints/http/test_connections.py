"""Accounts, profiles and salons are linked both ways in what admins see."""

from typing import Any

from tests.unit.entrypoints.api import Api


async def seen(api: Api, admin: str, path: str) -> dict[str, Any]:
    answer = await api.get(path, admin)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_an_admin_walks_from_an_account_to_its_profile_and_salon_and_back(api: Api) -> None:
    provider, provider_id = await api.open_provider(displayName="Sarnai Tattoo")
    manager, admin = await api.joined("manager", verified=True), await api.an_admin()
    salon = (await api.post("/salons", manager, json={"name": "Nomad House", "timeZone": "UTC"})).json()
    members = f"/salons/{salon['id']}/members"
    assert (await api.post(members, manager, json={"providerId": provider_id})).status_code in {200, 201}
    me = (await api.get("/users/me", provider)).json()
    managing = (await api.get("/users/me", manager)).json()
    invited = await seen(api, admin, f"/admin/salons/{salon['id']}")
    assert [each["status"] for each in invited["members"]] == ["invited"]
    before = await api.get(f"/admin/users/{me['id']}", admin)
    assert "salon" not in before.json()
    assert (await api.post(f"{members}/me/accept", provider)).status_code == 200

    named = {"id": salon["id"], "name": "Nomad House", "managerId": managing["id"]}
    known = {"If-None-Match": before.headers["ETag"]}
    account = await api.get(f"/admin/users/{me['id']}", admin, headers=known)
    assert account.status_code == 200  # the account has the same version, but not the same salon
    assert account.json()["profile"] == {"id": provider_id, "displayName": "Sarnai Tattoo", "status": "approved"}
    assert (account.json()["salon"], account.json()["managedSalons"]) == (named, [])
    listed: dict[str, Any] = {}
    item: dict[str, Any] = {}
    for user in (me, managing):
        [listed] = (await seen(api, admin, f"/admin/users?q={user['email']}"))["items"]
        assert listed == await seen(api, admin, f"/admin/users/{user['id']}")
    assert listed["managedSalons"] == [named]
    assert "profile" not in listed

    profile = await seen(api, admin, f"/admin/providers/{provider_id}")
    assert profile["account"] == {"id": me["id"], "name": me["name"], "role": "provider", "status": "active"}
    assert (profile["salon"], profile["manager"]["id"]) == (named, managing["id"])
    for part in ("sarnai", me["email"][2:]):
        [item] = (await seen(api, admin, f"/admin/providers?q={part}"))["items"]
    assert (await seen(api, admin, "/admin/providers?q=nobody"))["items"] == []
    assert (item["account"], item["salon"]) == (profile["account"], named)

    whole = await seen(api, admin, f"/admin/salons/{salon['id']}")
    assert whole["manager"]["id"] == managing["id"]
    person = {"profile": account.json()["profile"], "account": profile["account"], "status": "member"}
    assert whole["members"] == [person]
    assert (whole["hours"]["rules"], whole["invitations"]) == ([], [])
    assert (await api.post(f"/salons/{salon['id']}/invitations", manager, json={"email": "a@b.mn"})).is_success
    [invitation] = (await seen(api, admin, f"/admin/salons/{salon['id']}"))["invitations"]
    assert (invitation["sentTo"], invitation["state"]) == ("a****@b.mn", "open")
    assert "linkToken" not in invitation
    shown = {name: value for name, value in whole.items() if name not in {"hours", "invitations"}}
    assert (await seen(api, admin, "/admin/salons?q=nomad"))["items"] == [shown]
    assert (await seen(api, admin, "/admin/salons?q=nobody"))["items"] == []

    changed = await api.patch(
        f"/admin/users/{me['id']}", admin, json={"name": "Sarnai"}, headers={"If-Match": account.headers["ETag"]}
    )
    assert (changed.status_code, changed.json()["salon"]) == (200, named)
