"""Guesses of one address at many logins, through several processes at once, on PostgreSQL."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Final

import pytest
from tests.reliability.test_confused_bodies import StoredApi
from tests.unit.entrypoints.api import PASSWORD

from booking_domain.identity.passwords import MOST_WRONG_OF_STRANGERS
from entrypoints.settings.quotas import QUOTAS

GUESSES: Final = 120
QUOTA: Final = QUOTAS["guesses"].quota
LIMITED: Final = {"BOOKING_RATE_LIMITS": "on", "BOOKING_RATE_LIMIT_STORAGE": "postgres"}


@pytest.fixture
async def processes(postgres_url: str, request: pytest.FixtureRequest) -> AsyncIterator[list[StoredApi]]:
    settings: dict[str, str] = getattr(request, "param", {})
    async with AsyncExitStack() as stack:
        apis = [StoredApi(postgres_url, **LIMITED, **settings) for _ in range(3)]
        for api in apis:
            await stack.enter_async_context(api.opened())
        yield apis


async def guessed(processes: list[StoredApi]) -> Counter[str]:
    async def one(number: int) -> str:
        api = processes[number % len(processes)]
        who = {"email": f"someone{number}@example.com"}
        if number % 2:
            answer = await api.post("/auth/login", json={**who, "password": "one password for all"})
        else:
            answer = await api.post("/auth/verify-otp", json={**who, "purpose": "login", "code": "000000"})
        return str(answer.json()["code"])

    return Counter(await asyncio.gather(*map(one, range(GUESSES))))


async def test_no_more_guesses_than_the_quota_are_compared_over_all_logins(processes: list[StoredApi]) -> None:
    found = await guessed(processes)
    compared = found["auth.invalid_credentials"] + found["auth.invalid_code"]
    assert (compared, found["auth.too_many_attempts"]) == (QUOTA, GUESSES - QUOTA)


@pytest.mark.parametrize("processes", [{"BOOKING_TRUSTED_PROXIES": "127.0.0.0/8"}], indirect=True)
async def test_strangers_at_many_addresses_have_ten_passwords_together(processes: list[StoredApi]) -> None:
    login = {"email": "dorj@example.com", "password": PASSWORD}
    home = {"X-Forwarded-For": "198.51.100.7"}
    made = await processes[0].post("/auth/register", json={**login, "name": "Dorj", "role": "customer"}, headers=home)
    token = {"X-Client-Token": made.json()["clientToken"]}

    async def one(number: int) -> str:
        body = {**login, "password": f"{PASSWORD} {number}"}
        address = {"X-Forwarded-For": f"203.0.113.{number}"}
        return str(
            (await processes[number % len(processes)].post("/auth/login", json=body, headers=address)).json()["code"]
        )

    found = Counter(await asyncio.gather(*map(one, range(60))))
    assert found == {
        "auth.invalid_credentials": MOST_WRONG_OF_STRANGERS,
        "auth.account_locked": 60 - MOST_WRONG_OF_STRANGERS,
    }
    elsewhere = {"X-Forwarded-For": "192.0.2.7"}
    assert (await processes[1].post("/auth/login", json=login, headers=elsewhere)).status_code == 403
    assert (await processes[1].post("/auth/login", json=login, headers=elsewhere | token)).status_code == 200


async def test_concurrent_right_passwords_are_not_counted(processes: list[StoredApi]) -> None:
    login = {"email": "dorj@example.com", "password": PASSWORD}
    first, *_ = processes
    made = await first.post("/auth/register", json={**login, "name": "Dorj", "role": "customer"})
    assert made.status_code == 201
    for _ in range(2 * QUOTA // 6):
        answers = await asyncio.gather(*(api.post("/auth/login", json=login) for api in processes * 2))
        assert {answer.status_code for answer in answers} == {200}
    found = await guessed(processes)
    assert found["auth.too_many_attempts"] == GUESSES - QUOTA
