"""The account of the access token, and its preferences."""

from typing import Any

import pytest
from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.entrypoints.http.test_one_time_codes import joined

ALL = {
    "name": "Dorjoo",
    "givenName": "Дорж",
    "familyName": "Бат-Эрдэнэ",
    "birthDate": "1996-02-29",
    "locale": "MN-cyrl-mn",
    "timeZone": "Asia/Hovd",
    "address": "Peace Avenue 17\nUlaanbaatar",
}
PREFERENCES = {
    "channels": {"email": False, "sms": True, "telegram": False, "push": True},
    "reminders": False,
    "marketing": True,
    "recommendations": True,
    "monthlyReport": True,
    "bookingsOfMembers": False,
    "paymentsOfMembers": False,
    "reviewsOfMembers": True,
}


async def signed_in(api: Api) -> str:
    return str((await joined(api))["accessToken"])


async def edit(api: Api, token: str, tag: str | None = None, **members: Any) -> Any:
    headers = {} if tag is None else {"If-Match": tag}
    return await api.patch("/users/me", token, json=members, headers=headers)


async def test_a_new_account_has_no_members_without_a_value(api: Api) -> None:
    made = await joined(api)
    answer = await api.get("/users/me", made["accessToken"])
    assert answer.json() == {**made["user"], "hasPassword": True, "version": 1}
    assert answer.headers["ETag"] == '"1"'


async def test_all_members_can_be_edited_and_omitted_ones_do_not_change(api: Api) -> None:
    token = await signed_in(api)
    edited = await edit(api, token, **ALL)
    assert (edited.status_code, edited.headers["ETag"]) == (200, '"2"')
    assert {name: edited.json()[name] for name in ALL} == {**ALL, "locale": "mn-Cyrl-MN"}
    again = (await edit(api, token, name="D", address=None)).json()
    assert again == {name: value for name, value in edited.json().items() if name != "address"} | {
        "name": "D",
        "version": 3,
    }
    assert (await api.get("/users/me", token)).json() == again
    cleared = dict.fromkeys(("givenName", "familyName", "birthDate"))
    without = {name: value for name, value in again.items() if name not in cleared}
    assert (await edit(api, token, **cleared)).json() == {**without, "version": 4}


@pytest.mark.parametrize(
    ("member", "value", "status"),
    [
        ("name", None, 400),
        ("name", " ", 422),
        ("givenName", "", 400),
        ("birthDate", "1899-12-31", 422),
        ("birthDate", "2026-11-24", 422),
        ("birthDate", "29.02.1996", 400),
        ("birthDate", "1997-02-29", 400),
        ("locale", "de", 422),
        ("locale", "english", 422),
        ("locale", "fa_IR", 422),
        ("locale", None, 400),
        ("timeZone", "Mars/Olympus", 422),
        ("pictureUrl", "https://pictures.example.com/1.webp", 400),
        ("email", "else@example.com", 400),
        ("role", "admin", 400),
        ("status", "active", 400),
    ],
)
async def test_an_invalid_edit_is_refused_and_changes_nothing(api: Api, member: str, value: Any, status: int) -> None:
    token = await signed_in(api)
    code = {400: "validation.invalid_input", 422: "validation.invalid_value"}[status]
    assert_problem(await edit(api, token, address="x", **{member: value}), status, code, f"/{member}")
    assert (await api.get("/users/me", token)).json()["version"] == 1


async def test_a_birth_date_is_at_latest_today_in_the_users_time_zone(api: Api) -> None:
    token = await signed_in(api)  # it is 08:00 on the 23rd in Ulaanbaatar, and 14:00 on the 22nd in Honolulu
    assert (await edit(api, token, birthDate="2026-11-23")).status_code == 200
    refused = await edit(api, token, birthDate="2026-11-24", timeZone="Pacific/Honolulu")
    assert_problem(refused, 422, "validation.invalid_value", "/birthDate")
    assert (await edit(api, token, timeZone="Pacific/Honolulu")).status_code == 200


@pytest.mark.parametrize("what", ["account", "preferences"])
async def test_a_stale_version_is_refused_and_a_known_one_is_not_sent_again(api: Api, what: str) -> None:
    token = await signed_in(api)
    path = "/users/me" if what == "account" else "/users/me/preferences"
    tag = (await api.get(path, token)).headers["ETag"]
    assert (await edit(api, token, name="Somebody")).status_code == 200  # both edits are based on one version

    async def change(tag: str) -> Any:
        if what == "account":
            return await edit(api, token, tag, name="Else")
        return await api.put(path, token, json=PREFERENCES, headers={"If-Match": tag})

    assert_problem(await change(tag), 412, "conflict.stale_version")
    fresh = (await api.get(path, token)).headers["ETag"]
    known = await api.get(path, token, headers={"If-None-Match": f'"0", {fresh}'})
    assert (known.status_code, known.content, known.headers["ETag"]) == (304, b"", fresh)
    changed = await change(fresh)
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"3"')
    assert (await api.get(path, token, headers={"If-None-Match": fresh})).status_code == 200


async def test_the_token_of_an_ended_session_cannot_edit(api: Api) -> None:
    token = await signed_in(api)
    assert (await api.post("/auth/logout", token)).status_code == 204
    assert_problem(await edit(api, token, name="Else"), 401, "auth.invalid_token")
    assert_problem(await api.put("/users/me/preferences", token, json=PREFERENCES), 401, "auth.invalid_token")
    assert_problem(await api.get("/users/me/export", token), 401, "auth.invalid_token")


async def test_preferences_have_defaults_and_are_replaced_as_a_whole(api: Api) -> None:
    token = await signed_in(api)
    everywhere = dict.fromkeys(("email", "sms", "telegram", "push"), True)
    nothing: dict[str, Any] = {"unsubscribed": []}
    first = await api.get("/users/me/preferences", token)
    of_members = dict.fromkeys(("bookingsOfMembers", "paymentsOfMembers", "reviewsOfMembers"), True)
    defaults = {"reminders": True, "marketing": False, "recommendations": True, "monthlyReport": False, **of_members}
    assert first.json() == {"channels": everywhere, **defaults, **nothing}
    answer = await api.put("/users/me/preferences", token, json=PREFERENCES)
    after = {**PREFERENCES, **nothing}
    assert (answer.status_code, answer.json()) == (200, after)
    assert (await api.get("/users/me/preferences", token)).json() == after
    night = {**after, "quietHours": {"startTime": "22:00", "endTime": "07:00"}}
    assert (await api.put("/users/me/preferences", token, json=night)).json() == night
    assert (await api.get("/users/me/preferences", token)).json() == night
    never = {**night, "quietHours": {"startTime": "22:00", "endTime": "22:00"}}
    assert_problem(await api.put("/users/me/preferences", token, json=never), 422, "validation.invalid_value")
    for wrong in ({**PREFERENCES, "channels": {"email": True}}, {"reminders": True}, {**PREFERENCES, "fax": True}):
        refused = await api.put("/users/me/preferences", token, json=wrong)
        assert_problem(refused, 400, "validation.invalid_input")
