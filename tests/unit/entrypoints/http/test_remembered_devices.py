"""A remembered device signs in without the second factor for 30 days, unless it is forgotten."""

from datetime import timedelta
from typing import Any, Final

import pytest
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem
from tests.unit.entrypoints.http.test_passwords import forgotten, reset
from tests.unit.entrypoints.http.test_security_notices import notified
from tests.unit.entrypoints.http.two_factors import Member, protected

from booking_domain.identity.remembered_devices import MOST_DEVICES, REMEMBERED_FOR
from booking_domain.testing.identity.memory.tables import REMEMBERED_DEVICES

PATH: Final = "/auth/remembered-devices"
REFUSED: Final = (401, "auth.invalid_second_factor")


async def remembered(dorj: Member) -> dict[str, Any]:
    """A device that was remembered after a sign-in with the second factor, which goes on."""
    dorj.signed_in = (await dorj.log_in(dorj.code())).json()
    answer = await dorj.api.post(PATH, dorj.token, headers={"User-Agent": "laptop"})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_a_remembered_device_needs_no_code_for_30_days(api: Api) -> None:
    dorj = await protected(api)
    device = await remembered(dorj)
    assert await notified(api, "account.device_remembered") == 1
    (stored,) = api.database.rows(REMEMBERED_DEVICES).values()
    assert device["deviceToken"].encode() not in stored.token_digest
    assert_problem(
        await dorj.log_in(device["deviceToken"], password="sunflower-field"), 401, "auth.invalid_credentials"
    )
    assert_problem(await dorj.log_in(), 401, "auth.second_factor_needed")
    api.clock.advance(timedelta(days=10))
    assert (await dorj.log_in(device["deviceToken"])).status_code == 200
    dorj.signed_in = (await dorj.log_in(device["deviceToken"])).json()
    (shown,) = (await api.get(PATH, dorj.token)).json()["items"]
    assert "deviceToken" not in shown
    assert (shown["userAgent"], shown["lastUsedAt"][:10]) == ("laptop", "2026-12-03")
    assert (await api.get("/users/me/export", dorj.token)).json()["rememberedDevices"] == [shown]
    api.clock.advance(REMEMBERED_FOR - timedelta(days=10))
    assert_problem(await dorj.log_in(device["deviceToken"]), *REFUSED)
    assert timedelta(days=30) == REMEMBERED_FOR


async def test_a_remembered_device_of_another_account_is_refused(api: Api) -> None:
    dorj = await protected(api)
    other = await protected(api, email="saraa@example.com")
    device = await remembered(other)
    assert_problem(await dorj.log_in(device["deviceToken"]), *REFUSED)


async def test_only_a_fresh_sign_in_with_the_second_factor_itself_remembers_a_device(api: Api) -> None:
    dorj = await protected(api)
    device = await remembered(dorj)
    by_device = (await dorj.log_in(device["deviceToken"])).json()["accessToken"]
    assert_problem(await api.post(PATH, by_device), 403, "auth.sign_in_too_old")
    api.clock.advance(timedelta(minutes=5))
    assert_problem(await api.post(PATH, dorj.token), 403, "auth.sign_in_too_old")
    one_factor = await api.joined("customer")
    assert_problem(await api.post(PATH, one_factor), 404, "auth.second_factor_missing")


async def test_a_forgotten_device_needs_the_code_and_its_sessions_end(api: Api) -> None:
    dorj = await protected(api)
    first, second = await remembered(dorj), await remembered(dorj)
    thief = (await dorj.log_in(first["deviceToken"])).json()["accessToken"]
    assert (await api.delete(f"{PATH}/{first['id']}", dorj.token)).status_code == 204
    assert_problem(await api.delete(f"{PATH}/{first['id']}", dorj.token), 404, "auth.device_not_found")
    assert_problem(await api.get("/auth/sessions", thief), 401, "auth.invalid_token")
    assert_problem(await dorj.log_in(first["deviceToken"]), *REFUSED)
    assert (await dorj.log_in(second["deviceToken"])).status_code == 200
    assert (await api.delete(PATH, dorj.token)).status_code == 204
    assert_problem(await dorj.log_in(second["deviceToken"]), *REFUSED)


@pytest.mark.parametrize(
    "by", ["new password", "reset", "disabled", "second factor replaced", "second factor removed", "all signed out"]
)
async def test_devices_are_forgotten_when_password_or_second_factor_changes(api: Api, by: str) -> None:
    dorj = await protected(api)
    device = await remembered(dorj)
    user, admin = dorj.signed_in["user"]["id"], await api.an_admin()
    if by == "new password":
        change = {"currentPassword": PASSWORD, "newPassword": "nine blue lanterns"}
        assert (await api.post("/auth/change-password", dorj.token, json=change)).status_code == 204
    elif by == "reset":
        assert (await reset(api, await forgotten(api))).status_code == 204
    elif by == "disabled":
        for status in ("disabled", "active"):
            body = {"status": status} | ({"reason": "compromised"} if status == "disabled" else {})
            assert (await api.patch(f"/admin/users/{user}", admin, json=body)).status_code == 200
    elif by == "second factor replaced":
        await dorj.set_up(code=dorj.code())
    elif by == "second factor removed":
        assert (await dorj.remove(dorj.code())).status_code == 204
    else:
        assert (await api.delete("/auth/sessions", dorj.token)).status_code == 204
    assert not api.database.rows(REMEMBERED_DEVICES), device["id"]


async def test_an_account_has_twenty_devices_and_the_least_recently_used_one_makes_room(api: Api) -> None:
    dorj = await protected(api)
    dorj.signed_in = (await dorj.log_in(dorj.code())).json()
    tokens = []
    for _ in range(MOST_DEVICES + 1):
        api.clock.advance(timedelta(seconds=1))
        tokens.append((await api.post(PATH, dorj.token)).json()["deviceToken"])
    assert_problem(await dorj.log_in(tokens[0]), *REFUSED)
    assert (await dorj.log_in(tokens[1])).status_code == 200
    assert len(api.database.rows(REMEMBERED_DEVICES)) == MOST_DEVICES == 20
