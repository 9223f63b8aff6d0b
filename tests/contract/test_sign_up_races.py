"""A sign-up whose requests arrive at once, on PostgreSQL: one account, with one profile."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any, Final

import httpx
import pytest
from tests.reliability.test_confused_bodies import StoredApi, stored
from tests.unit.entrypoints.api import PASSWORD

from booking_domain.identity.one_time_codes import CodePurpose
from booking_domain.shared.ids import CodeId

ATTEMPTS: Final = 8
PHONE: Final = {"phone": "+97699112233"}

HOLDERS: Final = """
SELECT id, password_hash, (SELECT count(*) FROM sessions WHERE user_id = u.id AND ended_at IS NULL)
FROM users u WHERE phone_index IS NOT NULL
"""


@pytest.fixture
async def api(postgres_url: str) -> AsyncIterator[StoredApi]:
    async with stored(postgres_url) as api:
        yield api


async def code_for(api: StoredApi) -> dict[str, str]:
    asked = {**PHONE, "purpose": "signup"}
    assert (await api.post("/auth/send-otp", json=asked)).status_code == 202
    async with api.container.database().connection() as connection:
        [row] = await (await connection.execute("SELECT id FROM one_time_codes")).fetchall()
    return {**asked, "code": str(api.container.secret_codes().code(CodeId(row[0]), CodePurpose.SIGNUP))}


def outcomes(answers: list[httpx.Response]) -> Counter[str]:
    return Counter(answer.json().get("code", "done") for answer in answers)


def succeeded(answers: list[httpx.Response]) -> dict[str, Any]:
    [done] = [answer.json() for answer in answers if answer.is_success]
    return dict(done)


async def test_a_code_begins_one_account_whose_profile_is_completed_once(api: StoredApi) -> None:
    right = await code_for(api)
    begun = await asyncio.gather(*(api.post("/auth/verify-otp", json=right) for _ in range(ATTEMPTS)))
    assert outcomes(begun) == {"done": 1, "auth.invalid_code": ATTEMPTS - 1}
    token = succeeded(begun)["accessToken"]
    profiles = [{"name": f"Dorj {n}", "role": ("customer", "provider")[n % 2]} for n in range(ATTEMPTS)]
    completed = await asyncio.gather(*(api.post("/auth/complete-profile", token, json=each) for each in profiles))
    assert outcomes(completed) == {"done": 1, "auth.invalid_token": ATTEMPTS - 1}
    account = succeeded(completed)["user"]
    assert {"name": account["name"], "role": account["role"]} in profiles
    async with api.container.database().connection() as connection:
        rows = await (await connection.execute("SELECT name, status FROM users")).fetchall()
    assert rows == [(account["name"], "active")]


async def test_a_sign_up_and_registrations_of_one_number_leave_it_with_one_account(api: StoredApi) -> None:
    right = await code_for(api)
    stranger = {**PHONE, "password": PASSWORD, "name": "Mallory", "role": "customer"}
    strangers = [{**stranger, "email": f"mallory{n}@example.com"} for n in range(ATTEMPTS)]
    registering = [api.post("/auth/register", json=each) for each in strangers]
    begun, *registered = await asyncio.gather(api.post("/auth/verify-otp", json=right), *registering)
    assert begun.is_success or begun.json()["code"] == "conflict.concurrent_change", begun.text
    assert sum(answer.is_success for answer in registered) <= 1
    async with api.container.database().connection() as connection:
        [row] = await (await connection.execute(HOLDERS)).fetchall()
    if begun.is_success:  # whoever registered before has no way in any more
        assert (str(row[0]), *row[1:]) == (begun.json()["user"]["id"], None, 1)


async def test_registrations_with_the_code_of_a_number_make_one_account(api: StoredApi) -> None:
    right = await code_for(api)
    body = {**PHONE, "password": PASSWORD, "role": "customer", "code": right["code"]}
    answers = await asyncio.gather(
        *(api.post("/auth/register", json={**body, "name": f"Dorj {n}"}) for n in range(ATTEMPTS))
    )
    assert outcomes(answers) == {"done": 1, "auth.invalid_code": ATTEMPTS - 1}
    async with api.container.database().connection() as connection:
        [row] = await (await connection.execute(HOLDERS)).fetchall()
    assert str(row[0]) == succeeded(answers)["user"]["id"]
