"""Log out, list and end sessions, login history."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem

from booking_domain.identity.model import UserStatus

DORJ = {"email": "dorj@example.com", "password": PASSWORD, "name": "Dorj", "role": "customer"}
LOGIN = {"email": "dorj@example.com", "password": PASSWORD}


async def devices(api: Api, *user_agents: str) -> list[dict[str, Any]]:
    """Tokens of Dorj on several devices: he registers on the first and logs in on the others, a minute apart."""
    found: list[dict[str, Any]] = []
    for user_agent in user_agents:
        path, body = ("/auth/login", LOGIN) if found else ("/auth/register", DORJ)
        found.append(dict((await api.post(path, json=body, headers={"User-Agent": user_agent})).json()))
        api.clock.advance(timedelta(minutes=1))
    return found


async def sessions(api: Api, device: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await api.get("/auth/sessions", device["accessToken"])
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def refreshes(api: Api, device: dict[str, Any]) -> bool:
    answer = await api.post("/auth/refresh", json={"refreshToken": device["refreshToken"]})
    if answer.status_code != 200:
        assert_problem(answer, 401, "auth.invalid_token")
        return False
    device.update(answer.json())
    return True


async def test_a_user_sees_their_live_sessions(api: Api) -> None:
    phone, laptop = await devices(api, "phone", "laptop" + "!" * 300)
    shown = await sessions(api, phone)
    assert shown == [
        {
            "id": shown[0]["id"],
            "createdAt": "2026-11-23T00:01:00Z",
            "lastUsedAt": "2026-11-23T00:01:00Z",
            "expiresAt": "2026-12-23T00:01:00Z",
            "userAgent": "laptop" + "!" * 194,
            "address": "127.0.0.1",
            "platform": "other",
            "current": False,
        },
        {
            "id": shown[1]["id"],
            "createdAt": "2026-11-23T00:00:00Z",
            "lastUsedAt": "2026-11-23T00:00:00Z",
            "expiresAt": "2026-12-23T00:00:00Z",
            "userAgent": "phone",
            "address": "127.0.0.1",
            "platform": "other",
            "current": True,
        },
    ]
    assert await refreshes(api, phone)
    assert [(each["id"], each["current"]) for each in await sessions(api, laptop)] == [
        (shown[1]["id"], False),
        (shown[0]["id"], True),
    ]
    await api.joined("customer")
    assert len(await sessions(api, phone)) == 2


async def test_logging_out_ends_one_session_only(api: Api) -> None:
    httpx_says = api.client.headers["User-Agent"]
    phone, laptop = await devices(api, "phone", "laptop")
    for _ in range(2):
        answer = await api.post("/auth/logout", phone["accessToken"])
        assert (answer.status_code, answer.content) == (204, b"")
    assert not await refreshes(api, phone)
    assert await refreshes(api, laptop)
    assert [each["userAgent"] for each in await sessions(api, laptop)] == [httpx_says]


async def test_a_refresh_token_suffices_to_log_out(api: Api) -> None:
    phone, laptop = await devices(api, "phone", "laptop")
    for _ in range(2):
        answer = await api.post("/auth/logout", json={"refreshToken": phone["refreshToken"]})
        assert (answer.status_code, answer.content) == (204, b"")
    assert not await refreshes(api, phone)
    body = {"refreshToken": laptop["refreshToken"]}
    assert (await api.post("/auth/logout", phone["accessToken"], json=body)).status_code == 204
    assert not await refreshes(api, laptop)


async def test_logging_out_needs_a_token_and_ignores_a_forged_one(api: Api) -> None:
    (phone,) = await devices(api, "phone")
    assert_problem(await api.post("/auth/logout"), 401, "auth.invalid_token")
    assert_problem(await api.post("/auth/logout", json={}), 401, "auth.invalid_token")
    assert_problem(await api.post("/auth/logout", "x"), 401, "auth.invalid_token")
    assert_problem(await api.post("/auth/logout", json={"token": "x"}), 400, "validation.invalid_input", "/token")
    assert (await api.post("/auth/logout", json={"refreshToken": "made up"})).status_code == 204
    assert await refreshes(api, phone)


async def test_an_access_token_is_refused_as_soon_as_its_session_ends(api: Api) -> None:
    phone, laptop = await devices(api, "phone", "laptop")
    other = (await sessions(api, laptop))[0]["id"]
    await api.post("/auth/logout", phone["accessToken"])
    token = phone["accessToken"]
    for refused in (
        await api.get("/auth/me", token),
        await api.get("/auth/sessions", token),
        await api.delete("/auth/sessions", token),
        await api.delete(f"/auth/sessions/{other}", token),
        await api.get("/auth/login-history", token),
        await api.get("/auth/sessions", api.nobody()),
    ):
        assert_problem(refused, 401, "auth.invalid_token")
    assert len(await sessions(api, laptop)) == 1


async def test_a_user_signs_out_another_device(api: Api) -> None:
    phone, laptop = await devices(api, "phone", "laptop")
    (lost,) = [each["id"] for each in await sessions(api, laptop) if not each["current"]]
    answer = await api.delete(f"/auth/sessions/{lost}", laptop["accessToken"])
    assert (answer.status_code, answer.content) == (204, b"")
    assert_problem(await api.delete(f"/auth/sessions/{lost}", laptop["accessToken"]), 404, "auth.session_not_found")
    assert not await refreshes(api, phone)
    assert await refreshes(api, laptop)


async def test_the_session_of_another_user_is_not_found(api: Api) -> None:
    (phone,) = await devices(api, "phone")
    (mine,) = await sessions(api, phone)
    stranger = await api.joined("customer")
    assert_problem(await api.delete(f"/auth/sessions/{mine['id']}", stranger), 404, "auth.session_not_found")
    assert_problem(await api.delete(f"/auth/sessions/{uuid4()}", stranger), 404, "auth.session_not_found")
    assert await refreshes(api, phone)


async def test_a_user_signs_out_all_other_devices(api: Api) -> None:
    phone, laptop, tablet = await devices(api, "phone", "laptop", "tablet")
    for _ in range(2):
        assert (await api.delete("/auth/sessions", laptop["accessToken"])).status_code == 204
    assert [await refreshes(api, each) for each in (phone, laptop, tablet)] == [False, True, False]


async def test_the_login_history_shows_successes_and_failures(api: Api) -> None:
    phone, _ = await devices(api, "phone", "laptop")
    thief = {"User-Agent": "thief", "X-Client-Platform": "android"}
    await api.post("/auth/login", json={**LOGIN, "password": "battery-staple"}, headers=thief)
    await api.post("/auth/login", json={"email": "nobody@example.com", "password": PASSWORD})
    answer = (await api.get("/auth/login-history", phone["accessToken"])).json()
    assert answer == {
        "items": [
            {
                "at": at,
                "address": "127.0.0.1",
                "userAgent": user_agent,
                "platform": platform,
                "method": method,
                "outcome": outcome,
            }
            for at, user_agent, platform, method, outcome in (
                ("2026-11-23T00:02:00Z", "thief", "android", "password", "failed"),
                ("2026-11-23T00:01:00Z", "laptop", "other", "password", "succeeded"),
                ("2026-11-23T00:00:00Z", "phone", "other", "registration", "succeeded"),
            )
        ],
    }


async def test_sign_ins_to_a_disabled_account_are_in_its_login_history(api: Api) -> None:
    (phone,) = await devices(api, "phone")
    user = await api.database.reads.users.by_login("dorj@example.com")
    assert user is not None
    async with api.database.begin() as tx:  # the database in memory accepts the same id for an update
        await tx.users.add(replace(user, email="new@example.com", status=UserStatus.DISABLED))
    login = {**LOGIN, "email": "new@example.com"}
    assert_problem(await api.post("/auth/login", json=login), 403, "auth.account_disabled")
    assert_problem(await api.get("/auth/login-history", phone["accessToken"]), 401, "auth.invalid_token")
    noted = await api.database.reads.login_history.of_user(user.id, None, 9)
    assert [login.outcome for login in noted] == ["failed", "succeeded"]


@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_the_login_history_is_paged(api: Api, limit: int) -> None:
    names = ["one", "two", "three"]
    first, *_ = await devices(api, *names)
    found: list[str] = []
    query = f"?limit={limit}"
    while query:
        page = (await api.get(f"/auth/login-history{query}", first["accessToken"])).json()
        assert 1 <= len(page["items"]) <= limit
        found += [login["userAgent"] for login in page["items"]]
        query = f"?limit={limit}&cursor={page['nextCursor']}" if page.get("nextCursor") else ""
    assert found == names[::-1]


@pytest.mark.parametrize("query", ["?cursor=x", "?limit=0", "?limit=101", "?page=2"])
async def test_an_invalid_page_is_refused(api: Api, query: str) -> None:
    token = await api.joined("customer")
    assert_problem(await api.get(f"/auth/login-history{query}", token), 400, "validation.invalid_input")


@pytest.mark.parametrize("user_agent", [b"", b"\xff\xfe", b"a\x01b", b"\xc3\x96"])
async def test_any_user_agent_is_accepted(api: Api, user_agent: bytes) -> None:
    answer = await api.post("/auth/register", json=DORJ, headers={"User-Agent": user_agent})
    (shown,) = await sessions(api, answer.json())
    assert shown["userAgent"].isprintable()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/auth/sessions"),
        ("DELETE", "/auth/sessions"),
        ("DELETE", "/auth/sessions/0199f3a7-90c2-7b15-a4d8-6e2f1c7b9a03"),
        ("GET", "/auth/login-history"),
    ],
)
async def test_sessions_and_login_history_need_a_token(api: Api, method: str, path: str) -> None:
    assert_problem(await api.call(method, path), 401, "auth.invalid_token")


async def test_the_body_of_a_logout_is_optional_and_documented_as_such(api: Api) -> None:
    paths = (await api.get("/schema")).json()["paths"]
    assert paths["/api/v1/auth/logout"]["post"]["requestBody"]["required"] is False
    assert paths["/api/v1/auth/login"]["post"]["requestBody"]["required"] is True
