"""Change the phone number of an account."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem
from tests.unit.entrypoints.http.test_one_time_codes import (
    MINUTE,
    PHONE,
    SENT,
    ask,
    code_for,
    joined,
    last_code,
    log_in,
    messages,
    other,
    use,
)

from booking_domain.identity.lifetimes import Lifetimes
from booking_domain.shared.ids import UserId

NEW = "+97680112233"
BOLD = {"email": "bold@example.com", "phone": NEW, "password": PASSWORD, "name": "Bold", "role": "customer"}


async def want(api: Api, token: str, phone: str = "8011 2233", **more: Any) -> Any:
    return await api.post("/users/me/phone", token, json={"phone": phone, "currentPassword": PASSWORD, **more})


async def wanted(api: Api, token: str, phone: str = NEW) -> str:
    answer = await want(api, token, phone)
    assert (answer.status_code, answer.json()) == (202, SENT)
    return await last_code(api)


async def confirm(api: Api, token: str, code: str, phone: str = NEW) -> Any:
    return await api.post("/users/me/phone/confirm", token, json={"phone": phone, "code": code})


async def number(api: Api, token: str) -> tuple[str, bool]:
    me = (await api.get("/users/me", token)).json()
    return me["phone"], me.get("phoneVerifiedAt") is not None


async def without_password(api: Api, user_id: str) -> None:
    async with api.database.begin() as tx:
        user = await tx.users.lock(UserId(UUID(user_id)))
        assert user is not None
        await tx.users.save(user.changed(password_hash=None))


async def test_a_phone_number_changes_once_its_code_comes_back(api: Api) -> None:
    here, elsewhere = await joined(api), (await log_in(api)).json()
    token = here["accessToken"]
    code = await wanted(api, token)
    assert await number(api, token) == (PHONE["phone"], False)
    answer = await confirm(api, token, code, "8011-2233")
    assert (answer.status_code, answer.headers["ETag"]) == (200, f'"{answer.json()["version"]}"')
    assert await number(api, token) == (NEW, True)
    gone = await api.post("/auth/refresh", json={"refreshToken": elsewhere["refreshToken"]})
    assert_problem(gone, 401, "auth.invalid_token")
    assert (await api.post("/auth/refresh", json={"refreshToken": here["refreshToken"]})).status_code == 200
    assert_problem(await log_in(api), 401, "auth.invalid_credentials")
    assert (await api.post("/auth/login", json={"phone": NEW, "password": PASSWORD})).status_code == 200
    assert_problem(await confirm(api, token, code), 401, "auth.invalid_code")
    assert [each.topic for each in await api.database.outbox_events()][-1] == "account.phone_changed"


async def test_the_new_number_is_in_no_event(api: Api) -> None:
    await wanted(api, (await joined(api))["accessToken"])
    assert "80112233" not in repr(await api.database.outbox_events())


async def test_codes_of_the_former_number_stay_dead_when_it_comes_back(api: Api) -> None:
    token = (await joined(api))["accessToken"]
    old = await code_for(api)
    assert (await confirm(api, token, await wanted(api, token))).status_code == 200
    api.clock.advance(MINUTE)
    code = await wanted(api, token, PHONE["phone"])
    assert (await confirm(api, token, code, PHONE["phone"])).status_code == 200
    assert_problem(await use(api, old), 401, "auth.invalid_code")


async def test_a_wrong_code_changes_nothing_and_the_sixth_guess_is_not_compared(api: Api) -> None:
    token = (await joined(api))["accessToken"]
    code = await wanted(api, token)
    for by in range(1, 6):
        assert_problem(await confirm(api, token, other(code, by)), 401, "auth.invalid_code")
    assert_problem(await confirm(api, token, code), 401, "auth.invalid_code")
    assert await number(api, token) == (PHONE["phone"], False)


async def test_a_phone_code_is_accepted_for_its_account_and_number_only(api: Api) -> None:
    token, stranger = (await joined(api))["accessToken"], await api.joined("customer")
    code = await wanted(api, token)
    for _ in range(6):  # these do not use up guesses of the owner
        assert_problem(await confirm(api, stranger, code), 401, "auth.invalid_code")
        assert_problem(await confirm(api, token, code, "+97680112234"), 401, "auth.invalid_code")
    login = {"phone": NEW, "purpose": "login", "code": code}
    assert_problem(await api.post("/auth/verify-otp", json=login), 401, "auth.invalid_code")
    assert (await confirm(api, token, code)).status_code == 200


async def test_of_two_accounts_that_request_one_number_the_last_has_the_code(api: Api) -> None:
    first, second = (await joined(api))["accessToken"], await api.joined("customer")
    code = await wanted(api, first)
    assert_problem(await want(api, second), 429, "auth.too_many_codes")
    api.clock.advance(MINUTE)
    assert (await confirm(api, second, await wanted(api, second))).status_code == 200
    assert_problem(await confirm(api, first, code), 401, "auth.invalid_code")


async def test_requesting_another_number_replaces_the_pending_one(api: Api) -> None:
    token = (await joined(api))["accessToken"]
    first = await wanted(api, token)
    api.clock.advance(MINUTE)
    second = await wanted(api, token, "+97680112234")
    assert_problem(await confirm(api, token, first), 401, "auth.invalid_code")
    assert (await confirm(api, token, second, "+97680112234")).status_code == 200


async def test_a_taken_number_is_revealed_only_with_the_right_code(api: Api) -> None:
    token = (await joined(api))["accessToken"]
    assert (await api.post("/auth/register", json=BOLD)).status_code == 201
    await api.verify_contacts()
    code = await wanted(api, token)  # the same answer, and a code is sent
    assert_problem(await confirm(api, token, other(code)), 401, "auth.invalid_code")
    assert_problem(await confirm(api, token, code), 409, "auth.phone_taken", "/phone")
    assert await number(api, token) == (PHONE["phone"], True)


async def test_requests_for_different_numbers_share_one_limit(api: Api) -> None:
    token = (await joined(api))["accessToken"]
    for n in range(10):
        assert (await want(api, token, f"+9768011220{n}")).status_code == 202
        refused = await want(api, token, f"+9768011230{n}")
        assert_problem(refused, 429, "auth.too_many_codes")
        assert refused.headers["Retry-After"] == "60"
        api.clock.advance(MINUTE)
    refused = await want(api, token, "+97680112299")
    assert_problem(refused, 429, "auth.too_many_codes")
    assert int(refused.headers["Retry-After"]) == timedelta(hours=24, minutes=-10).total_seconds()
    assert len(await messages(api)) == 10


@pytest.mark.parametrize("phone", ["not a number", "1900 1234", "+97699112233"])
async def test_an_unreachable_number_or_the_current_one_is_refused(api: Api, phone: str) -> None:
    refused = await want(api, (await joined(api))["accessToken"], phone)
    assert_problem(refused, 422, "validation.invalid_value", "/phone")
    assert await messages(api) == []


async def test_the_password_is_required_and_wrong_ones_are_counted(api: Api) -> None:
    token = (await joined(api))["accessToken"]
    refused = await api.post("/users/me/phone", token, json={"phone": NEW})
    assert_problem(refused, 422, "auth.wrong_password", "/currentPassword")
    for _ in range(3):
        refused = await want(api, token, currentPassword="battery-staple")
        assert_problem(refused, 422, "auth.wrong_password", "/currentPassword")
    assert_problem(await want(api, token), 403, "auth.account_locked")
    assert (await log_in(api)).status_code == 200, "only the session is locked"
    assert await messages(api) == []


async def test_without_a_password_a_recent_sign_in_is_required(api: Api) -> None:
    made = await joined(api)
    await without_password(api, made["user"]["id"])
    api.clock.advance(Lifetimes().fresh - timedelta(seconds=1))
    assert (await want(api, made["accessToken"], currentPassword=None)).status_code == 202
    api.clock.advance(MINUTE)
    refused = await want(api, made["accessToken"], currentPassword=None)
    assert_problem(refused, 403, "auth.sign_in_too_old")
    again = (await use(api, await code_for(api))).json()
    assert (await want(api, again["accessToken"], currentPassword=None)).status_code == 202


@pytest.mark.settings(BOOKING_FRESH_SIGN_IN_MINUTES="2")
async def test_a_sign_in_is_recent_as_long_as_the_settings_say(api: Api) -> None:
    made = await joined(api)
    await without_password(api, made["user"]["id"])
    api.clock.advance(2 * MINUTE)
    refused = await want(api, made["accessToken"], currentPassword=None)
    assert_problem(refused, 403, "auth.sign_in_too_old")


async def want_it(api: Api, token: str) -> Any:
    return await want(api, token)


async def confirm_it(api: Api, token: str) -> Any:
    return await confirm(api, token, await last_code(api))


@pytest.mark.parametrize("step", [want_it, confirm_it])
async def test_the_token_of_an_ended_session_changes_nothing(
    api: Api, step: Callable[[Api, str], Awaitable[Any]]
) -> None:
    token = (await joined(api))["accessToken"]
    await wanted(api, token)
    assert (await api.post("/auth/logout", token)).status_code == 204
    assert_problem(await step(api, token), 401, "auth.invalid_token")


async def test_a_phone_change_code_cannot_be_requested_without_signing_in(api: Api) -> None:
    await joined(api)
    assert_problem(await ask(api, "change_phone"), 400, "validation.invalid_input", "/purpose")
