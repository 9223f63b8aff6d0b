"""Register, log in, refresh."""

import asyncio
from datetime import timedelta
from typing import Any

import jwt
import pytest
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem

DORJ = {"email": "Dorj@Example.com", "password": PASSWORD, "name": "Dorj", "role": "customer"}
LOGIN = {"email": "dorj@example.com", "password": PASSWORD}
WRONG = {**LOGIN, "password": "battery-staple"}


async def test_registering_signs_in(api: Api) -> None:
    answer = await api.post("/auth/register", json=DORJ)
    made = answer.json()
    assert answer.status_code == 201
    assert made["user"] == {
        "id": made["user"]["id"],
        "name": "Dorj",
        "email": "dorj@example.com",
        "role": "customer",
        "status": "active",
        "locale": "en",
        "timeZone": "Asia/Ulaanbaatar",
        "createdAt": "2026-11-23T00:00:00Z",
    }
    assert made["expiresIn"] == 1800
    assert (await api.get("/auth/me", made["accessToken"])).json() == made["user"]


@pytest.mark.settings(BOOKING_DEFAULT_LANGUAGE="mn")
async def test_a_new_account_has_the_default_language_of_the_platform(api: Api) -> None:
    answer = await api.post("/auth/register", json=DORJ)
    assert answer.json()["user"]["locale"] == "mn"


@pytest.mark.settings(BOOKING_DEFAULT_LANGUAGE="mn")
@pytest.mark.parametrize(("accepted", "locale"), [("fa-IR, en;q=0.5", "fa"), ("de", "mn")])
async def test_a_new_account_has_the_language_of_the_request_that_adds_it(api: Api, accepted: str, locale: str) -> None:
    answer = await api.post("/auth/register", json=DORJ, headers={"Accept-Language": accepted})
    assert answer.json()["user"]["locale"] == locale


async def test_a_user_logs_in_by_email_in_any_case_or_by_phone(api: Api) -> None:
    await api.post("/auth/register", json={**DORJ, "phone": "+97699112233"})
    for who in ({"email": "DORJ@example.COM "}, {"phone": "+97699112233"}):
        assert (await api.post("/auth/login", json={**who, "password": PASSWORD})).status_code == 200


async def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(api: Api) -> None:
    await api.post("/auth/register", json=DORJ)
    wrong = await api.post("/auth/login", json=WRONG)
    unknown = await api.post("/auth/login", json={"email": "nobody@example.com", "password": PASSWORD})
    assert_problem(wrong, 401, "auth.invalid_credentials")
    assert_problem(unknown, 401, "auth.invalid_credentials")
    assert wrong.json()["detail"] == unknown.json()["detail"]
    assert wrong.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("change", "status", "code", "pointer"),
    [
        ({"role": "admin"}, 400, "validation.invalid_input", "/role"),
        ({"role": "system"}, 400, "validation.invalid_input", "/role"),
        ({"password": "short"}, 422, "validation.invalid_value", "/password"),
        ({"password": "x" * 257}, 400, "validation.invalid_input", "/password"),
        ({"email": "not an address"}, 422, "validation.invalid_value", "/email"),
        ({"phone": "not a number"}, 422, "validation.invalid_value", "/phone"),
        ({"password": "Password1"}, 422, "validation.invalid_value", "/password"),
        ({"email": None}, 422, "auth.contact_missing", "/email"),
        ({"name": "  "}, 422, "validation.invalid_value", "/name"),
    ],
)
async def test_an_invalid_account_is_refused(
    api: Api, change: dict[str, Any], status: int, code: str, pointer: str
) -> None:
    assert_problem(await api.post("/auth/register", json={**DORJ, **change}), status, code, pointer)


async def test_an_email_address_has_one_account(api: Api) -> None:
    await api.post("/auth/register", json=DORJ)
    assert_problem(await api.post("/auth/register", json=DORJ), 409, "auth.email_taken", "/email")


async def test_every_sign_in_and_refresh_issues_new_tokens(api: Api) -> None:
    made = [(await api.post("/auth/register", json=DORJ)).json()]
    made += [(await api.post("/auth/login", json=LOGIN)).json() for _ in range(3)]
    made += [(await api.post("/auth/refresh", json={"refreshToken": each["refreshToken"]})).json() for each in made]
    claims = [jwt.decode(each["accessToken"], options={"verify_signature": False}) for each in made]
    assert len({each["refreshToken"] for each in made}) == len({each["jti"] for each in claims}) == 8
    assert len({each["sid"] for each in claims}) == 4


async def test_a_refresh_token_is_accepted_once_and_its_reuse_ends_the_session(api: Api) -> None:
    first = (await api.post("/auth/register", json=DORJ)).json()["refreshToken"]
    second = (await api.post("/auth/refresh", json={"refreshToken": first})).json()["refreshToken"]
    api.clock.advance(timedelta(seconds=10))
    assert_problem(await api.post("/auth/refresh", json={"refreshToken": first}), 401, "auth.invalid_token")
    assert_problem(await api.post("/auth/refresh", json={"refreshToken": second}), 401, "auth.invalid_token")


async def test_parallel_refreshes_get_new_access_tokens_and_one_refresh_token(api: Api) -> None:
    made = (await api.post("/auth/register", json=DORJ)).json()
    asked = [api.post("/auth/refresh", json={"refreshToken": made["refreshToken"]}) for _ in range(5)]
    answers = [answer.json() for answer in await asyncio.gather(*asked)]
    assert len({answer["refreshToken"] for answer in answers} | {made["refreshToken"]}) == 2
    assert len({answer["accessToken"] for answer in answers} | {made["accessToken"]}) == 6
    for answer in answers:
        assert (await api.get("/auth/sessions", answer["accessToken"])).status_code == 200


async def test_an_access_token_expires_after_half_an_hour(api: Api) -> None:
    token = (await api.post("/auth/register", json=DORJ)).json()["accessToken"]
    api.clock.advance(timedelta(minutes=30) - timedelta(seconds=1))
    assert (await api.get("/auth/me", token)).status_code == 200
    api.clock.advance(timedelta(seconds=1))
    assert_problem(await api.get("/auth/me", token), 401, "auth.invalid_token")


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer x", "Basic YTpi", "bearer é", ""])
async def test_an_invalid_token_is_refused(api: Api, header: str) -> None:
    answer = await api.get("/auth/me", headers={"Authorization": header.encode("latin-1")})
    assert_problem(answer, 401, "auth.invalid_token")


async def test_the_eleventh_guess_in_a_minute_is_not_compared(api: Api) -> None:
    await api.post("/auth/register", json=DORJ)
    for attempt in range(10):
        refused = await api.post("/auth/login", json=WRONG)
        assert refused.status_code == (401 if attempt < 3 else 403)
    refused = await api.post("/auth/login", json=LOGIN)
    assert_problem(refused, 429, "auth.too_many_attempts")
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert (await api.post("/auth/login", json={"email": "x@example.com", "password": "y"})).status_code == 401


async def test_parallel_guesses_learn_no_more_than_ten_guesses(api: Api) -> None:
    await api.post("/auth/register", json=DORJ)
    guesses = await asyncio.gather(*(api.post("/auth/login", json=WRONG) for _ in range(30)))
    assert sum(answer.status_code == 401 for answer in guesses) == 3
    assert sum(answer.status_code == 403 for answer in guesses) == 7
    assert sum(answer.status_code == 429 for answer in guesses) == 20


@pytest.mark.settings(BOOKING_RATE_LIMITS="off")
async def test_a_developer_can_turn_the_quota_off(api: Api) -> None:
    await api.post("/auth/register", json=DORJ)
    for attempt in range(15):
        assert (await api.post("/auth/login", json=WRONG)).status_code == (401 if attempt < 3 else 403)
