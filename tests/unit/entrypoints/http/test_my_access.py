"""`/users/me/access`: all that reaches or acts for an account is listed, and each of it, or all, can be ended."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

import pytest
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem
from tests.unit.entrypoints.http.test_prehijacking import EMAIL, in_business, registered, signed_in
from tests.unit.entrypoints.http.test_remembered_devices import REFUSED, remembered
from tests.unit.entrypoints.http.test_telegram import shown, with_a_bot
from tests.unit.entrypoints.http.two_factors import protected
from tests.unit.features.accounts import passkey
from tests.unit.features.declarations import World
from tests.unit.features.push import device

from booking_domain.use_cases.accounts.access import AccessKind

URL: Final = "https://hooks.example.com/mine"
FEEDS: Final = {
    "urls": ["https://calendar.example.com/a.ics", "https://calendar.example.com/b.ics"],
    "whenFailing": "open",
    "trustHours": 24,
}
PROOF: Final = {"currentPassword": PASSWORD}
pytestmark = with_a_bot


async def everything(api: Api) -> tuple[str, str, World]:
    """The token of a provider with a thing of every kind but a remembered device, their id and their world."""
    world = World(api)
    dorj = await registered(api, EMAIL, role="provider")
    token, user_id = dorj["accessToken"], dorj["user"]["id"]
    world.tokens["dorj"] = token
    provider_id = await in_business(api, token)
    await passkey(world, "dorj")
    body = {**shown(api, 7), **PROOF}
    assert (await api.post("/users/me/telegram", token, json=body)).status_code == 204
    other = await api.post("/auth/login", json={**EMAIL, "password": PASSWORD})
    assert other.status_code == 200, other.text
    assert (await api.post("/push/subscriptions", token, json=device())).status_code == 201
    assert (await api.post("/users/me/calendar-link", token)).is_success
    assert (await api.post("/webhook-endpoints", token, json={"url": URL})).status_code == 201
    assert (await api.put("/availability/feeds", token, json=FEEDS)).status_code == 200
    assert (await api.post("/providers/me/consent-code", token)).is_success
    studio, _ = await api.open_provider()
    await api.consented(token, studio)
    assert (await api.post("/providers/me/booking-links", token, json={"name": "Flyer"})).status_code == 201
    manager = await api.joined("manager")
    salon = await api.post("/salons", manager, json={"name": "Nomad", "timeZone": "Asia/Ulaanbaatar"})
    invited = await api.post(f"/salons/{salon.json()['id']}/members", manager, json={"providerId": provider_id})
    assert invited.is_success, invited.text
    accepted = await api.post(f"/salons/{salon.json()['id']}/members/me/accept", token)
    assert accepted.is_success, accepted.text
    return token, user_id, world


async def listed(api: Api, token: str) -> list[dict[str, Any]]:
    answer = await api.get("/users/me/access", token)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def path_of(item: Mapping[str, Any]) -> str:
    return f"/users/me/access/{item['kind']}/{item['id']}"


async def ended(api: Api, path: str, token: str) -> Any:
    return await api.call("DELETE", path, token, json=PROOF)


EVERY_KIND: Final = set(AccessKind) - {AccessKind.REMEMBERED_DEVICE}


async def test_each_thing_that_has_access_is_listed_and_can_be_ended(api: Api) -> None:
    token, _, _ = await everything(api)
    items = await listed(api, token)
    assert {item["kind"] for item in items} == EVERY_KIND
    assert [item["current"] for item in items if item["kind"] == "session"].count(True) == 1
    assert not any(item["setUpBefore"] for item in items)
    for item in items:
        if item["current"]:
            continue
        before = await listed(api, token)
        if item not in before:  # ending a passkey or an identity ends the other sessions
            assert item["kind"] == "session"
            continue
        answer = await ended(api, path_of(item), token)
        assert answer.status_code == 204, (item, answer.text)
        assert item not in await listed(api, token)
        assert_problem(await ended(api, path_of(item), token), 404, "access.not_found")
    assert [item["kind"] for item in await listed(api, token)] == ["session"]
    topics = [event.topic for event in await api.database.outbox_events()]
    for topic in ("consent.revoked", "salon.left", "account.identities_changed", "account.passkey_removed"):
        assert topic in topics, "others are told, as at the route of each"


@pytest.mark.parametrize("all_at_once", [False, True], ids=["one", "all"])
async def test_a_remembered_device_is_listed_and_needs_the_second_factor_once_it_is_ended(
    api: Api, *, all_at_once: bool
) -> None:
    dorj = await protected(api)
    device = await remembered(dorj)
    (item,) = [each for each in await listed(api, dorj.token) if each["kind"] == AccessKind.REMEMBERED_DEVICE]
    assert item["name"] == "laptop"
    assert_problem(await ended(api, path_of(item), await api.joined("customer")), 404, "access.not_found")
    assert (await dorj.log_in(device["deviceToken"])).status_code == 200
    answer = await ended(api, "/users/me/access" if all_at_once else path_of(item), dorj.token)
    assert answer.is_success, answer.text
    assert AccessKind.REMEMBERED_DEVICE not in {each["kind"] for each in await listed(api, dorj.token)}
    assert_problem(await dorj.log_in(device["deviceToken"]), *REFUSED)


async def test_ending_all_keeps_the_session_and_what_an_account_shows(api: Api) -> None:
    token, _, _ = await everything(api)
    wrong = await api.call("DELETE", "/users/me/access", token, json={"currentPassword": "not this one"})
    assert_problem(wrong, 422, "auth.wrong_password", "/currentPassword")
    assert {item["kind"] for item in await listed(api, token)} == EVERY_KIND
    answer = await ended(api, "/users/me/access", token)
    assert answer.status_code == 200, answer.text
    (left,) = answer.json()["items"]
    assert (left["kind"], left["current"]) == ("session", True)
    assert (await ended(api, "/users/me/access", token)).json()["items"] == [left]
    assert (await api.get("/providers/me", token)).status_code == 200


async def test_what_belongs_to_another_account_is_not_found(api: Api) -> None:
    token, _, _ = await everything(api)
    items = await listed(api, token)
    stranger, admin = await api.joined("provider"), await api.an_admin()
    for who in (stranger, admin):
        for item in items:
            assert_problem(await ended(api, path_of(item), who), 404, "access.not_found")
        unknown = f"/users/me/access/webhook_endpoint/{uuid4()}"
        assert_problem(await ended(api, unknown, who), 404, "access.not_found")
        assert_problem(await ended(api, "/users/me/access/session/x", who), 404, "access.not_found")
    assert await listed(api, token) == items


async def test_an_identity_and_a_passkey_need_the_password(api: Api) -> None:
    token, _, _ = await everything(api)
    for item in await listed(api, token):
        if item["kind"] in {"identity", "passkey"}:
            refused = await api.call("DELETE", path_of(item), token, json={"currentPassword": "not this one"})
            assert_problem(refused, 422, "auth.wrong_password", "/currentPassword")
            assert item in await listed(api, token)


async def test_after_a_takeover_the_list_says_what_was_set_up_before(api: Api) -> None:
    token, _, _ = await everything(api)
    assert token
    owner = (await signed_in(api, EMAIL)).json()["accessToken"]
    answer = (await api.get("/users/me/access", owner)).json()
    kinds = {item["kind"]: item["setUpBefore"] for item in answer["items"]}
    assert kinds == {"session": False, "booking_link": True}
    assert answer["takenOverAt"] is not None
