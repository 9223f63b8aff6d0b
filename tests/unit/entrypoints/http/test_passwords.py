"""Change, forget and reset passwords."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem
from tests.unit.entrypoints.http.test_one_time_codes import (
    DORJ,
    MINUTE,
    PHONE,
    SENT,
    joined,
    last_code,
    lock,
    log_in,
    messages,
    other,
)

from booking_domain.testing.identity.memory.tables import SESSIONS
from booking_domain.testing.memory import MemoryPasswordHasher

NEW = "nine blue lanterns"
EMAIL = {"email": "Dorj@example.com"}


async def change(api: Api, token: str, **more: Any) -> Any:
    body = {"currentPassword": PASSWORD, "newPassword": NEW, **more}
    return await api.post("/auth/change-password", token, json=body)


async def refresh(api: Api, signed_in: dict[str, Any]) -> Any:
    return await api.post("/auth/refresh", json={"refreshToken": signed_in["refreshToken"]})


async def forgotten(api: Api, who: dict[str, str] = EMAIL) -> str:
    answer = await api.post("/auth/forgot-password", json=who)
    assert (answer.status_code, answer.json()) == (202, SENT)
    return await last_code(api)


async def reset(api: Api, code: str, who: dict[str, str] = EMAIL, password: str = NEW) -> Any:
    return await api.post("/auth/reset-password", json={**who, "code": code, "newPassword": password})


async def test_changing_the_password_ends_all_other_sessions(api: Api) -> None:
    here, elsewhere = await joined(api), (await log_in(api)).json()
    assert (await change(api, here["accessToken"])).status_code == 204
    assert_problem(await refresh(api, elsewhere), 401, "auth.invalid_token")
    assert (await refresh(api, here)).status_code == 200
    assert_problem(await log_in(api), 401, "auth.invalid_credentials")
    assert (await api.post("/auth/login", json={**PHONE, "password": NEW})).status_code == 200


async def test_the_access_token_of_an_ended_session_cannot_probe_or_change_the_password(api: Api) -> None:
    here, elsewhere = await joined(api), (await log_in(api)).json()
    assert (await api.post("/auth/logout", here["accessToken"])).status_code == 204
    for password in (PASSWORD, *["battery-staple"] * 4):
        refused = await change(api, here["accessToken"], currentPassword=password)
        assert_problem(refused, 401, "auth.invalid_token")
    assert (await refresh(api, elsewhere)).status_code == 200
    assert (await log_in(api)).status_code == 200


async def test_sessions_of_other_users_do_not_end(api: Api) -> None:
    stranger = {**DORJ, "email": "bold@example.com", "phone": None}
    bold = (await api.post("/auth/register", json=stranger)).json()
    assert (await change(api, (await joined(api))["accessToken"])).status_code == 204
    assert (await refresh(api, bold)).status_code == 200


async def test_the_current_password_is_required_and_wrong_ones_are_counted(api: Api) -> None:
    signed_in = await joined(api)
    token = signed_in["accessToken"]
    for _ in range(3):
        refused = await change(api, token, currentPassword="battery-staple")
        assert_problem(refused, 422, "auth.wrong_password", "/currentPassword")
    assert_problem(await change(api, token), 403, "auth.account_locked")
    assert (await refresh(api, signed_in)).status_code == 200
    again = await log_in(api)
    assert again.status_code == 200, "only the session is locked"
    assert (await change(api, again.json()["accessToken"])).status_code == 204


async def test_the_token_of_an_erased_account_changes_nothing(api: Api) -> None:
    assert_problem(await change(api, api.nobody()), 401, "auth.invalid_token")


@pytest.mark.parametrize(
    "password",
    ["short", "password1", "PASSWORD1", "aaaaaaaaaaaa", "i am Dorj, hello", "booking2026", "call 99112233 now"],
)
async def test_a_common_password_is_refused_everywhere(api: Api, password: str) -> None:
    token = (await joined(api))["accessToken"]
    refused = await change(api, token, newPassword=password)
    assert_problem(refused, 422, "validation.invalid_value", "/newPassword")
    code = await forgotten(api)
    refused = await reset(api, code, password=password)
    assert_problem(refused, 422, "validation.invalid_value", "/newPassword")
    assert (await reset(api, code)).status_code == 204  # the refused password left the code valid
    again = {**DORJ, "email": "dorj.b@example.com", "password": password}
    assert_problem(await api.post("/auth/register", json=again), 422, "validation.invalid_value", "/password")


@pytest.mark.parametrize(
    "password", ["all lower case words", "нууц үг минь урт", "🔑" * 4 + "🚪" * 4, "x y" * 42 + "zz"]
)
async def test_a_password_can_be_any_text_and_is_compared_as_typed(api: Api, password: str) -> None:
    token = (await joined(api))["accessToken"]
    assert (await change(api, token, newPassword=password)).status_code == 204
    assert (await api.post("/auth/login", json={**PHONE, "password": password})).status_code == 200
    for changed in (password + " ", password[:-1]):
        assert (await api.post("/auth/login", json={**PHONE, "password": changed})).status_code == 401


@pytest.mark.settings(BOOKING_PASSWORD_COMPOSITION="on")
async def test_the_composition_rule_is_a_setting(api: Api) -> None:
    refused = await api.post("/auth/register", json=DORJ)
    assert_problem(refused, 422, "validation.invalid_value", "/password")
    assert (await api.post("/auth/register", json={**DORJ, "password": "7 Blue lanterns"})).status_code == 201


@pytest.mark.parametrize("who", [EMAIL, PHONE])
async def test_a_forgotten_password_is_reset_and_all_sessions_end(api: Api, who: dict[str, str]) -> None:
    signed_in = await joined(api)
    await api.verify_contacts()
    await lock(api)
    code = await forgotten(api, who)
    assert_problem(await reset(api, other(code), who), 401, "auth.invalid_code")
    assert (await reset(api, code, who)).status_code == 204
    assert_problem(await refresh(api, signed_in), 401, "auth.invalid_token")
    assert (await api.post("/auth/login", json={**PHONE, "password": NEW})).status_code == 200
    assert_problem(await reset(api, code, who), 401, "auth.invalid_code")


async def test_requesting_a_reset_too_often_gets_the_same_answer_and_no_new_code(api: Api) -> None:
    await joined(api)
    code = await forgotten(api)
    api.clock.advance(MINUTE / 2)
    again = await api.post("/auth/forgot-password", json=EMAIL)
    assert (again.status_code, again.json()) == (202, {"expiresIn": 300, "retryAfter": 30})
    assert len(await messages(api)) == 1
    assert (await reset(api, code)).status_code == 204


async def test_a_reset_without_the_code_does_not_reveal_the_accounts_name(api: Api) -> None:
    await joined(api)
    code = await forgotten(api, PHONE)
    assert_problem(await reset(api, other(code), PHONE, "i am Dorj, hello"), 401, "auth.invalid_code")


class Meanwhile(MemoryPasswordHasher):
    """Runs something once, after a password was compared."""

    def __init__(self) -> None:
        super().__init__()
        self.happens: Callable[[], Awaitable[None]] | None = None

    async def verify(self, password: str, password_hash: str | None) -> bool:
        right = await super().verify(password, password_hash)
        happens, self.happens = self.happens, None
        if happens is not None:
            await happens()
        return right


@pytest.mark.parametrize("changing", [False, True])
async def test_a_password_reset_during_its_comparison_is_refused(api: Api, *, changing: bool) -> None:
    hasher = Meanwhile()
    api.container.password_hasher.override(hasher)
    signed_in = await joined(api)
    await api.verify_contacts()

    async def reset_meanwhile() -> None:
        assert (await reset(api, await forgotten(api))).status_code == 204

    hasher.happens = reset_meanwhile
    if changing:
        refused = await change(api, signed_in["accessToken"], newPassword="seven red lamps")
        assert_problem(refused, 401, "auth.invalid_token")
    else:
        assert_problem(await log_in(api), 401, "auth.invalid_credentials")
    assert all(session.ended_at for session in api.database.rows(SESSIONS).values())
    assert (await api.post("/auth/login", json={**PHONE, "password": NEW})).status_code == 200


async def test_of_two_parallel_password_changes_the_first_wins(api: Api) -> None:
    hasher = Meanwhile()
    api.container.password_hasher.override(hasher)
    token = (await joined(api))["accessToken"]

    async def change_meanwhile() -> None:
        assert (await change(api, token)).status_code == 204

    hasher.happens = change_meanwhile
    refused = await change(api, token, newPassword="seven red lamps")
    assert_problem(refused, 422, "auth.wrong_password", "/currentPassword")
    assert (await api.post("/auth/login", json={**PHONE, "password": NEW})).status_code == 200
