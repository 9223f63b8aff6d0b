"""Request, send and use one-time codes."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem, serving

from booking_domain.identity.events import CodeRequested
from booking_domain.identity.model import UserStatus
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import UserId
from booking_domain.testing.identity.memory.tables import ONE_TIME_CODES, USERS

DORJ = {
    "email": "dorj@example.com",
    "phone": "9911 2233",
    "password": PASSWORD,
    "name": "Dorj",
    "role": "customer",
}
PHONE = {"phone": "+97699112233"}
SENT = {"expiresIn": 300, "retryAfter": 60}
MINUTE = timedelta(minutes=1)


async def joined(api: Api) -> dict[str, Any]:
    answer = await api.post("/auth/register", json=DORJ)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def ask(api: Api, purpose: str = "login", who: dict[str, str] = PHONE) -> Any:
    return await api.post("/auth/send-otp", json={**who, "purpose": purpose})


async def messages(api: Api) -> list[CodeRequested]:
    return [each for each in await api.database.outbox_events() if isinstance(each, CodeRequested)]


async def last_code(api: Api) -> str:
    event = (await messages(api))[-1]
    return str(api.container.secret_codes().code(event.code_id, event.purpose))


async def code_for(api: Api, purpose: str = "login", who: dict[str, str] = PHONE) -> str:
    answer = await ask(api, purpose, who)
    assert (answer.status_code, answer.json()) == (202, SENT)
    return await last_code(api)


async def use(api: Api, code: str, purpose: str = "login", who: dict[str, str] = PHONE) -> Any:
    return await api.post("/auth/verify-otp", json={**who, "purpose": purpose, "code": code})


def other(code: str, by: int = 1) -> str:
    return f"{(int(code) + by) % 1_000_000:06}"


async def lock(api: Api) -> None:
    for _ in range(3):
        wrong = {**PHONE, "password": "battery-staple"}
        assert_problem(await api.post("/auth/login", json=wrong), 401, "auth.invalid_credentials")


async def log_in(api: Api) -> Any:
    return await api.post("/auth/login", json={**PHONE, "password": PASSWORD})


@pytest.mark.parametrize("who", [{"phone": "9911-2233"}, {"phone": "+976 9911 2233"}, {"email": "Dorj@example.com "}])
async def test_a_user_signs_in_by_a_code(api: Api, who: dict[str, str]) -> None:
    signed_in = await joined(api)
    await api.verify_contacts()
    user = (await api.get("/auth/me", signed_in["accessToken"])).json()
    answer = await use(api, await code_for(api, who=who), who=who)
    assert answer.status_code == 200
    assert answer.json()["user"] == user
    assert (await api.get("/auth/sessions", signed_in["accessToken"])).status_code == 200
    assert (await api.get("/auth/me", answer.json()["accessToken"])).json() == user
    assert (await api.post("/auth/refresh", json={"refreshToken": answer.json()["refreshToken"]})).status_code == 200


@pytest.mark.parametrize("digits", ["۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩"])
async def test_a_code_typed_in_persian_or_arabic_digits_is_accepted(api: Api, digits: str) -> None:
    await joined(api)
    typed = (await code_for(api)).translate(str.maketrans("0123456789", digits))
    assert (await use(api, typed)).status_code == 200


async def test_sign_ins_by_code_are_in_the_login_history(api: Api) -> None:
    await joined(api)
    code = await code_for(api)
    assert (await use(api, other(code))).status_code == 401
    api.clock.advance(MINUTE)
    token = (await use(api, code)).json()["accessToken"]
    noted = (await api.get("/auth/login-history", token)).json()["items"]
    assert [(each["method"], each["outcome"]) for each in noted] == [
        ("code", "succeeded"),
        ("code", "failed"),
        ("registration", "succeeded"),
    ]


async def test_attempts_at_a_locked_account_are_in_the_login_history(api: Api) -> None:
    token = (await joined(api))["accessToken"]
    await lock(api)
    assert_problem(await log_in(api), 403, "auth.account_locked")
    noted = (await api.get("/auth/login-history", token)).json()["items"]
    assert [each["outcome"] for each in noted] == ["failed"] * 4 + ["succeeded"]


async def test_a_code_is_accepted_once(api: Api) -> None:
    await joined(api)
    code = await code_for(api)
    assert (await use(api, code)).status_code == 200
    assert_problem(await use(api, code), 401, "auth.invalid_code")


async def test_the_right_code_in_parallel_requests_begins_one_session(api: Api) -> None:
    await joined(api)
    code = await code_for(api)
    answers = await asyncio.gather(*(use(api, code) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 19


async def test_after_five_wrong_guesses_the_right_code_is_refused(api: Api) -> None:
    await joined(api)
    for guesses, status in ((4, 200), (5, 401)):
        code = await code_for(api)
        for by in range(1, guesses + 1):
            assert_problem(await use(api, other(code, by)), 401, "auth.invalid_code")
        assert (await use(api, code)).status_code == status
        api.clock.advance(MINUTE)


async def test_a_code_expires_after_five_minutes_and_no_clock_revives_it(api: Api) -> None:
    await joined(api)
    code = await code_for(api)
    api.clock.advance(5 * MINUTE)
    assert_problem(await use(api, code), 401, "auth.invalid_code")
    api.clock.advance(-4 * MINUTE)
    assert_problem(await use(api, code), 401, "auth.invalid_code")
    code = await code_for(api)
    api.clock.advance(5 * MINUTE - timedelta(microseconds=1))
    assert (await use(api, code)).status_code == 200


async def test_setting_the_clock_back_does_not_prolong_a_code(api: Api) -> None:
    await joined(api)
    code = await code_for(api)
    api.clock.advance(-2 * 60 * MINUTE)
    assert_problem(await use(api, code), 401, "auth.invalid_code")


async def test_a_new_code_replaces_the_previous_one_of_its_purpose_only(api: Api) -> None:
    await joined(api)
    unlock = await code_for(api, "unlock")
    first = await code_for(api)
    api.clock.advance(MINUTE)
    second = await code_for(api)
    assert first != second
    assert_problem(await use(api, first), 401, "auth.invalid_code")
    assert (await use(api, second)).status_code == 200
    assert (await use(api, unlock, "unlock")).status_code == 204


async def test_a_code_is_accepted_for_its_purpose_and_contact_only(api: Api) -> None:
    await joined(api)
    code = await code_for(api)
    assert_problem(await use(api, code, "unlock"), 401, "auth.invalid_code")
    assert_problem(await use(api, code, who={"email": "dorj@example.com"}), 401, "auth.invalid_code")
    reset = {**PHONE, "code": code, "newPassword": "nine blue lanterns"}
    assert_problem(await api.post("/auth/reset-password", json=reset), 401, "auth.invalid_code")
    assert (await use(api, code)).status_code == 200


async def test_a_second_code_within_a_minute_is_refused(api: Api) -> None:
    await joined(api)
    await code_for(api)
    api.clock.advance(timedelta(seconds=59, microseconds=1))
    refused = await ask(api)
    assert_problem(refused, 429, "auth.too_many_codes")
    assert refused.headers["Retry-After"] == "1"
    api.clock.advance(timedelta(seconds=1))
    assert (await ask(api)).status_code == 202
    api.clock.advance(-timedelta(days=1))  # a clock that was set back does not delay the next code by a day
    assert (await ask(api)).status_code == 202


@pytest.mark.settings(BOOKING_RATE_LIMIT_QUOTAS="codes=100/60")
async def test_a_phone_gets_ten_codes_a_day_of_all_purposes_together(api: Api) -> None:
    await joined(api)
    for number in range(10):
        assert (await ask(api, ("login", "verify", "unlock", "reset")[number % 4])).status_code == 202
        api.clock.advance(MINUTE)
    refused = await ask(api)
    assert_problem(refused, 429, "auth.too_many_codes")
    assert int(refused.headers["Retry-After"]) == 24 * 3_600 - 10 * 60
    assert (await ask(api, who={"email": DORJ["email"]})).status_code == 202
    api.clock.advance(timedelta(hours=24) - 10 * MINUTE)
    assert (await ask(api)).status_code == 202


async def without_an_account(requests: Callable[[Api], Awaitable[list[Any]]]) -> None:
    """Assert that the answers are the same with and without an account."""
    async with serving() as api:
        await joined(api)
        with_one = await requests(api)
    async with serving() as api:
        with_none = await requests(api)
        assert await messages(api) == []
    assert len(with_one) >= 3
    for known, unknown in zip(with_one, with_none, strict=True):
        assert known.status_code == unknown.status_code
        mine, theirs = known.json(), unknown.json()
        assert {**mine, "requestId": ""} == {**theirs, "requestId": ""}
        assert known.headers.get("Retry-After") == unknown.headers.get("Retry-After")


async def test_requesting_codes_does_not_reveal_accounts() -> None:
    async def requests(api: Api) -> list[Any]:
        answers = [await ask(api), await ask(api), await ask(api, "reset")]
        forgot = [await api.post("/auth/forgot-password", json=PHONE) for _ in range(2)]
        return [*answers, *forgot, *[await use(api, f"{guess:06}") for guess in range(7)]]

    await without_an_account(requests)


async def test_wrong_passwords_do_not_reveal_accounts() -> None:
    async def requests(api: Api) -> list[Any]:
        wrong = {**PHONE, "password": "battery-staple"}
        return [await api.post("/auth/login", json=wrong) for _ in range(5)]

    await without_an_account(requests)


async def test_a_disabled_account_gets_no_code(api: Api) -> None:
    user_id = (await joined(api))["user"]["id"]
    code = await code_for(api)
    users = api.database.rows(USERS)
    user = users[UserId(UUID(user_id))]
    object.__setattr__(user, "status", UserStatus.DISABLED)
    assert_problem(await use(api, code), 401, "auth.invalid_code")
    api.clock.advance(MINUTE)
    assert (await ask(api)).status_code == 202
    assert len(await messages(api)) == 1


async def test_contacts_are_verified_by_codes(api: Api) -> None:
    token = (await joined(api))["accessToken"]
    email = {"email": "dorj@example.com"}
    body = {**PHONE, "purpose": "verify", "code": await code_for(api, "verify")}
    assert (await api.post("/auth/verify-otp", token, json=body)).status_code == 204
    me = (await api.get("/auth/me", token)).json()
    assert (me["phoneVerifiedAt"], me.get("emailVerifiedAt")) == ("2026-11-23T00:00:00Z", None)
    api.clock.advance(MINUTE)
    code = await code_for(api, "verify", email)
    wrong = await api.post("/auth/verify-email", token, json={"code": other(code)})
    assert_problem(wrong, 401, "auth.invalid_code")
    assert (await api.post("/auth/verify-email", token, json={"code": code})).status_code == 204
    me = (await api.get("/auth/me", token)).json()
    assert (me["phoneVerifiedAt"], me["emailVerifiedAt"]) == ("2026-11-23T00:00:00Z", "2026-11-23T00:01:00Z")


async def test_an_account_without_an_email_address_cannot_verify_one(api: Api) -> None:
    token = await api.token_of(Role.CUSTOMER)
    refused = await api.post("/auth/verify-email", token, json={"code": "000000"})
    assert_problem(refused, 422, "auth.contact_missing")
    assert_problem(
        await api.post("/auth/verify-email", api.nobody(), json={"code": "000000"}), 401, "auth.invalid_token"
    )


async def test_an_account_is_locked_after_three_wrong_passwords_and_unlocked_by_a_code(api: Api) -> None:
    await joined(api)
    await lock(api)
    assert_problem(await log_in(api), 403, "auth.account_locked")
    code = await code_for(api, "unlock")
    assert_problem(await use(api, other(code), "unlock"), 401, "auth.invalid_code")
    assert_problem(await log_in(api), 403, "auth.account_locked")
    assert (await use(api, code, "unlock")).status_code == 204
    assert (await log_in(api)).status_code == 200


async def test_a_locked_account_is_signed_in_by_a_code_and_stays_locked(api: Api) -> None:
    await joined(api)
    await api.verify_contacts()
    await lock(api)
    assert (await use(api, await code_for(api))).status_code == 200
    assert_problem(await log_in(api), 403, "auth.account_locked")


async def test_a_lock_ends_after_a_day(api: Api) -> None:
    await joined(api)
    await lock(api)
    api.clock.advance(timedelta(hours=24) - timedelta(seconds=1))
    assert_problem(await log_in(api), 403, "auth.account_locked")
    api.clock.advance(timedelta(seconds=1))
    assert (await log_in(api)).status_code == 200


async def test_the_right_password_resets_the_count(api: Api) -> None:
    await joined(api)
    wrong = {**PHONE, "password": "battery-staple"}
    for _ in range(3):
        for _ in range(2):
            assert (await api.post("/auth/login", json=wrong)).status_code == 401
        assert (await log_in(api)).status_code == 200


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"code": "12345"}, "/code"),
        ({"code": "1234567"}, "/code"),
        ({"code": "12345६"}, "/code"),
        ({"code": 123456}, "/code"),
        ({"purpose": "reset"}, "/purpose"),
        ({"purpose": "anything"}, "/purpose"),
        ({"more": 1}, "/more"),
    ],
)
async def test_a_malformed_code_is_refused(api: Api, change: dict[str, Any], pointer: str) -> None:
    body = {**PHONE, "purpose": "login", "code": "123456", **change}
    assert_problem(await api.post("/auth/verify-otp", json=body), 400, "validation.invalid_input", pointer)


async def test_a_code_needs_a_recipient(api: Api) -> None:
    assert_problem(await ask(api, who={}), 422, "auth.contact_missing", "/email")
    assert_problem(await ask(api, who={"phone": "12345678901234567890"}), 422, "validation.invalid_value", "/phone")


async def test_the_storage_reveals_neither_a_code_nor_its_contact(api: Api) -> None:
    await joined(api)
    code = await code_for(api)
    codes = api.database.rows(ONE_TIME_CODES)
    kept = repr([codes, await messages(api)])
    assert code not in kept
    assert "99112233" not in kept


@pytest.mark.settings(BOOKING_SMS_PROVIDER="none")
async def test_without_a_provider_of_text_messages_phones_get_no_codes_and_addresses_do(api: Api) -> None:
    session = await joined(api)
    for answer in (
        *[await ask(api, purpose) for purpose in ("login", "verify", "unlock")],
        await ask(api, "login", {"phone": "+97680000000"}),  # of no account: the answer is the same
        await api.post("/auth/forgot-password", json=PHONE),
        await api.post(
            "/users/me/phone", session["accessToken"], json={"phone": "+97680112233", "currentPassword": PASSWORD}
        ),
    ):
        assert_problem(answer, 404, "auth.phone_codes_not_configured")
    assert await messages(api) == []
    assert (await ask(api, "login", {"email": DORJ["email"]})).status_code == 202
