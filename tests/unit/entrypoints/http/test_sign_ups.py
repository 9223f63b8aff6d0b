"""Sign up with a phone number or an e-mail address alone, then complete the profile."""

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
    log_in,
    other,
    use,
)

from booking_domain.identity.events import SignUpRequested
from booking_domain.identity.model import SIGN_UP_LIFE, UserStatus
from booking_domain.identity.one_time_codes import CodePurpose
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import UserId
from booking_domain.testing.identity.memory.tables import SIGN_UPS, USERS
from booking_domain.use_cases.accounts.erase_account import ErasureResult, erase_account

SARAA = {"name": "Saraa", "role": "provider"}


async def sign_up_code(api: Api, who: dict[str, str] = PHONE, language: str = "") -> str:
    """The code, which the worker sends."""
    headers = {"Accept-Language": language} if language else {}
    answer = await api.post("/auth/send-otp", json={**who, "purpose": "signup"}, headers=headers)
    assert (answer.status_code, answer.json()) == (202, SENT)
    event = (await api.database.outbox_events())[-1]
    assert isinstance(event, SignUpRequested)
    return api.container.secret_codes().code(event.code_id, CodePurpose.SIGNUP)


async def signed_up(api: Api, who: dict[str, str] = PHONE, **request: Any) -> dict[str, Any]:
    answer = await use(api, await sign_up_code(api, who, **request), "signup", who)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def complete(api: Api, token: str, **more: Any) -> Any:
    return await api.post("/auth/complete-profile", token, json=SARAA | more)


@pytest.mark.parametrize(
    ("who", "shown"),
    [
        (PHONE, {"phone": "+97699112233", "email": None}),
        ({"email": "Saraa@example.com"}, {"phone": None, "email": "saraa@example.com"}),
    ],
)
async def test_a_contact_alone_begins_an_account_that_the_profile_completes(
    api: Api, who: dict[str, str], shown: dict[str, str | None]
) -> None:
    begun = await signed_up(api, who, language="mn")
    expected = shown | {"status": "pending", "role": "customer", "locale": "mn"}
    assert {name: begun["user"].get(name) for name in expected} == expected
    api.clock.advance(MINUTE)
    done = (await complete(api, begun["accessToken"])).json()
    expected = shown | {"status": "active", "id": begun["user"]["id"], "locale": "mn"} | SARAA
    assert {name: done["user"].get(name) for name in expected} == expected
    token = done["accessToken"]
    account = (await api.get("/users/me", token)).json()
    assert (account["hasPassword"], account.get("phoneVerifiedAt") or account.get("emailVerifiedAt")) == (
        False,
        "2026-11-23T00:00:00Z",
    )
    assert (await api.post("/providers/me", token, json={"displayName": "Studio"})).status_code == 201
    history = (await api.get("/auth/login-history", token)).json()["items"]
    assert [each["method"] for each in history] == ["registration", "code"]


async def test_a_password_may_come_with_the_profile(api: Api) -> None:
    token = (await signed_up(api))["accessToken"]
    refused = await complete(api, token, password="99112233!")
    assert_problem(refused, 422, "validation.invalid_value", "/password")
    assert (await complete(api, token, password=PASSWORD)).status_code == 200
    assert (await log_in(api)).status_code == 200


async def test_a_pending_account_may_only_complete_its_profile_and_sign_out(api: Api) -> None:
    begun = await signed_up(api)
    token = begun["accessToken"]
    assert (await api.get("/auth/me", token)).json()["status"] == "pending"
    for route in ("GET /users/me", "GET /bookings", "DELETE /users/me", "GET /notifications", "POST /salons"):
        method, path = route.split()
        assert_problem(await api.call(method, path, token), 403, "auth.profile_incomplete")
    provider = (await api.open_provider())[1]
    slot = {"providerId": provider, "slot": "2026-11-23T10:00:00+08:00"}
    assert_problem(await api.post("/holds", token, json=slot), 403, "auth.profile_incomplete")
    assert (await api.get(f"/providers/{provider}", token)).status_code == 200  # as anybody may
    again = (await api.post("/auth/refresh", json={"refreshToken": begun["refreshToken"]})).json()
    assert_problem(await api.get("/users/me", again["accessToken"]), 403, "auth.profile_incomplete")
    assert (await api.post("/auth/logout", again["accessToken"])).status_code == 204
    assert_problem(await complete(api, again["accessToken"]), 401, "auth.invalid_token")


async def test_the_profile_is_completed_once_and_nobody_makes_an_admin_of_themselves(api: Api) -> None:
    token = (await signed_up(api))["accessToken"]
    assert_problem(await complete(api, token, role="admin"), 400, "validation.invalid_input", "/role")
    assert (await complete(api, token)).status_code == 200
    assert_problem(await complete(api, token), 401, "auth.invalid_token")
    active = await api.joined("customer")
    assert_problem(await complete(api, active), 409, "user.invalid_transition")


async def test_a_person_who_left_before_the_profile_comes_back_by_a_code(api: Api) -> None:
    begun = await signed_up(api)
    by_login = (await use(api, await code_for(api))).json()
    api.clock.advance(MINUTE)
    by_sign_up = await signed_up(api)
    for back in (by_login, by_sign_up):
        assert (back["user"]["id"], back["user"]["status"]) == (begun["user"]["id"], "pending")
    assert (await complete(api, by_login["accessToken"])).status_code == 200


async def test_a_known_number_gets_the_same_answer_and_its_owner_is_signed_in(api: Api) -> None:
    account = (await joined(api))["user"]
    await api.verify_contacts()
    answer = await use(api, await sign_up_code(api), "signup")
    assert (answer.status_code, answer.json()["user"]["id"], answer.json()["user"]["status"]) == (
        200,
        account["id"],
        "active",
    )
    assert len(api.database.rows(SIGN_UPS)) == 1  # stored as for any other number
    assert (await log_in(api)).status_code == 200


async def test_the_owner_of_the_number_takes_over_an_unverified_account_as_with_a_login_code(api: Api) -> None:
    account = (await joined(api))["user"]
    answer = await use(api, await sign_up_code(api), "signup")
    assert answer.json()["user"]["id"] == account["id"]
    assert_problem(await log_in(api), 401, "auth.invalid_credentials")  # whoever set the password had not proved it


async def test_an_account_that_has_verified_another_contact_loses_a_number_that_it_has_not(api: Api) -> None:
    account = (await joined(api))["user"]
    async with api.database.begin() as tx:
        user = await tx.users.lock(UserId(UUID(account["id"])))
        assert user is not None
        await tx.users.save(user.changed(email_verified_at=api.clock.now()))
    begun = await signed_up(api)
    assert begun["user"]["id"] != account["id"]
    former = api.database.rows(USERS)[UserId(UUID(account["id"]))]
    assert (former.phone, former.status) == (None, UserStatus.ACTIVE)


@pytest.mark.parametrize("status", ["disabled", "deleted"])
async def test_an_account_that_cannot_be_used_keeps_its_verified_number(api: Api, status: str) -> None:
    account = (await joined(api))["user"]
    await api.verify_contacts()
    admin, path = await api.an_admin(), f"/admin/users/{account['id']}"
    if status == "disabled":
        await api.patch(path, admin, json={"status": status, "reason": "abuse"})
    else:
        await api.delete(path, admin)
    code = await sign_up_code(api)
    assert_problem(await use(api, code, "signup"), 401, "auth.invalid_code")
    assert len([user for user in api.database.rows(USERS).values() if user.phone == PHONE["phone"]]) == 1


async def test_wrong_guesses_are_counted_and_a_code_begins_one_account(api: Api) -> None:
    code = await sign_up_code(api)
    for by in range(1, 6):
        assert_problem(await use(api, other(code, by), "signup"), 401, "auth.invalid_code")
    assert_problem(await use(api, code, "signup"), 401, "auth.invalid_code")
    assert_problem(await ask(api, "signup"), 429, "auth.too_many_codes")
    api.clock.advance(MINUTE)
    code = await sign_up_code(api)
    assert_problem(await use(api, code, "login"), 401, "auth.invalid_code")
    assert [(await use(api, code, "signup")).status_code for _ in range(2)] == [200, 401]


async def test_the_contact_is_in_no_event(api: Api) -> None:
    await sign_up_code(api)
    assert "99112233" not in repr(await api.database.outbox_events())


async def test_an_account_that_stays_pending_is_removed_after_a_day_and_a_completed_one_is_not(api: Api) -> None:
    abandoned = UserId(UUID((await signed_up(api))["user"]["id"]))
    finished = await signed_up(api, {"phone": "+97680112233"})
    done = UserId(UUID((await complete(api, finished["accessToken"])).json()["user"]["id"]))
    executor, users = api.container.executor(), api.container.reads().users
    api.clock.advance(SIGN_UP_LIFE - timedelta(seconds=1))
    assert await users.to_erase(api.clock.now(), None, 9) == []
    api.clock.advance(timedelta(seconds=1))
    assert await users.to_erase(api.clock.now(), None, 9) == [abandoned]
    assert [await executor.run(erase_account, each, actor=SYSTEM) for each in (abandoned, done)] == [
        ErasureResult.ERASED,
        ErasureResult.NOT_DUE,
    ]
    again = await signed_up(api)  # the number is free
    assert again["user"]["id"] != str(abandoned)


async def test_admins_see_pending_accounts_and_can_delete_but_not_enable_them(api: Api) -> None:
    user = (await signed_up(api))["user"]
    admin = await api.an_admin()
    found = (await api.get("/admin/users?status=pending", admin)).json()["items"]
    assert [each["id"] for each in found] == [user["id"]]
    for status in ({"status": "active"}, {"status": "disabled", "reason": "abuse"}):
        refused = await api.patch(f"/admin/users/{user['id']}", admin, json=status)
        assert_problem(refused, 422, "validation.invalid_value", "/status")
    assert (await api.delete(f"/admin/users/{user['id']}", admin)).status_code == 204


async def test_a_number_that_costs_extra_is_refused(api: Api) -> None:
    refused = await api.post("/auth/send-otp", json={"phone": "1900 1234", "purpose": "signup"})
    assert_problem(refused, 422, "validation.invalid_value", "/phone")


@pytest.mark.settings(BOOKING_SMS_PROVIDER="none")
async def test_without_a_provider_of_text_messages_only_addresses_sign_up(api: Api) -> None:
    assert_problem(await ask(api, "signup"), 404, "auth.phone_codes_not_configured")
    assert (await ask(api, "signup", {"email": "saraa@example.com"})).status_code == 202


# Registration with a number and a password: the account begins with the code


def registration(name: str = "Saraa", **more: str) -> dict[str, str]:
    return {**PHONE, "password": PASSWORD, "name": name, "role": "customer", **more}


async def code_of_registration(api: Api, body: dict[str, str]) -> str:
    answer = await api.post("/auth/register", json=body)
    assert answer.status_code == 202, answer.text
    event = (await api.database.outbox_events())[-1]
    assert isinstance(event, SignUpRequested)
    return api.container.secret_codes().code(event.code_id, CodePurpose.SIGNUP)


async def test_a_number_and_a_password_make_an_account_once_the_code_comes_back(api: Api) -> None:
    code = await code_of_registration(api, registration())
    assert not api.database.rows(USERS)  # nothing opens, is shown or takes the number
    assert_problem(await log_in(api), 401, "auth.invalid_credentials")
    wrong = await api.post("/auth/register", json=registration(code=other(code)))
    assert_problem(wrong, 401, "auth.invalid_code")
    made = await api.post("/auth/register", json=registration(code=code))
    assert made.status_code == 201, made.text
    account = (await api.get("/users/me", made.json()["accessToken"])).json()
    assert (account["status"], account["name"], account["phone"]) == ("active", "Saraa", PHONE["phone"])
    assert account["phoneVerifiedAt"] is not None
    assert (await log_in(api)).status_code == 200
    again = await api.post("/auth/register", json=registration(code=code))
    assert_problem(again, 401, "auth.invalid_code")


async def test_a_second_registration_of_the_number_begins_anew_and_sends_no_second_code_within_a_minute(
    api: Api,
) -> None:
    stranger = registration("Mallory", password="seven red kites")
    first = await code_of_registration(api, stranger)
    sent = len(await api.database.outbox_events())
    api.clock.advance(MINUTE / 2)
    answer = await api.post("/auth/register", json=registration())
    assert (answer.status_code, answer.json()) == (202, {"expiresIn": 270, "retryAfter": 30})
    assert len(await api.database.outbox_events()) == sent
    api.clock.advance(MINUTE)
    second = await code_of_registration(api, registration())
    assert_problem(await api.post("/auth/register", json=registration(code=first)), 401, "auth.invalid_code")
    made = await api.post("/auth/register", json=registration(code=second))
    assert made.json()["user"]["name"] == "Saraa"
    assert (await log_in(api)).status_code == 200  # with the password that came with the code


async def test_the_code_of_a_registration_also_begins_an_account_without_a_password(api: Api) -> None:
    begun = (await use(api, await code_of_registration(api, registration()), "signup")).json()
    assert begun["user"]["status"] == "pending"
    api.clock.advance(MINUTE)
    code = await code_of_registration(api, registration())
    made = await api.post("/auth/register", json=registration(code=code))
    assert (made.status_code, made.json()["user"]["name"]) == (201, "Saraa")
    assert_problem(await complete(api, begun["accessToken"]), 401, "auth.invalid_token")


async def test_a_registration_does_not_say_whether_a_number_has_an_account(api: Api) -> None:
    await joined(api)
    await api.verify_contacts()
    code = await code_of_registration(api, registration("Mallory"))
    answer = await api.post("/auth/register", json=registration("Mallory", code=code))
    assert_problem(answer, 409, "auth.phone_taken", "/phone")
    assert (await use(api, code, "signup")).json()["user"]["name"] == "Dorj"  # the code opens what there is


async def test_what_is_wrong_with_a_registration_is_said_before_a_code_is_sent(api: Api) -> None:
    for wrong in ({"password": "99112233!"}, {"name": " "}, {"name": "Sa\u202era"}, {"timeZone": "Mars/Olympus"}):
        answer = await api.post("/auth/register", json=registration(**wrong))
        assert answer.status_code in {400, 422}, answer.text
    assert not await api.database.outbox_events()


@pytest.mark.settings(BOOKING_SMS_PROVIDER="none")
async def test_a_number_that_gets_no_codes_makes_no_account(api: Api) -> None:
    answer = await api.post("/auth/register", json=registration())
    assert_problem(answer, 404, "auth.phone_codes_not_configured")


@pytest.mark.settings(BOOKING_EMAIL_CODE_FIRST="on")
async def test_an_address_needs_its_code_first_where_the_platform_says_so(api: Api) -> None:
    body = registration(email="saraa@example.com")
    code = await code_of_registration(api, body)
    made = await api.post("/auth/register", json={**body, "code": code})
    assert made.status_code == 201, made.text
    assert made.json()["user"]["emailVerifiedAt"] is not None
    assert made.json()["user"].get("phoneVerifiedAt") is None


async def test_one_call_completes_all_that_a_profile_has(api: Api) -> None:
    token = (await signed_up(api))["accessToken"]
    profile = {"givenName": "Дорж", "familyName": "Бат-Эрдэнэ", "birthDate": "1996-02-29", "locale": "mn-mn"}
    profile |= {"address": "Peace Avenue 17", "timeZone": "Asia/Hovd", "role": "customer"}
    unborn = await api.post("/auth/complete-profile", token, json={**profile, "birthDate": "2999-01-01"})
    assert_problem(unborn, 422, "validation.invalid_value", "/birthDate")
    unnamed = await api.post("/auth/complete-profile", token, json={"role": "customer", "familyName": "Бат"})
    assert_problem(unnamed, 422, "validation.invalid_value", "/name")
    done = await api.post("/auth/complete-profile", token, json=profile)
    assert done.status_code == 200, done.text
    me = (await api.get("/users/me", done.json()["accessToken"])).json()
    shown = {**profile, "locale": "mn-MN", "name": "Бат-Эрдэнэ Дорж", "status": "active"}
    assert {name: me[name] for name in shown} == shown
    renamed = await api.patch("/users/me", done.json()["accessToken"], json={"name": "Болд"})
    assert "givenName" not in renamed.json()
    back = await api.patch("/users/me", done.json()["accessToken"], json={"givenName": "Дорж", "familyName": "Бат"})
    assert back.json()["name"] == "Бат Дорж"
