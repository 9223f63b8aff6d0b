"""Guesses of one address at many logins, through several processes at once, on PostgreSQL."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Final

import pytest
from tests.reliability.test_confused_bodies import StoredApi
from tests.unit.entrypoints.api import PASSWORD

from entrypoints.quotas import QUOTAS

GUESSES: Final = 120
QUOTA: Final = QUOTAS["guesses"].quota
LIMITED: Final = {"BOOKING_RATE_LIMITS": "on", "BOOKING_RATE_LIMIT_STORAGE": "postgres"}


@pytest.fixture
async def processes(postgres_url: str) -> AsyncIterator[list[StoredApi]]:
    async with AsyncExitStack() as stack:
        apis = [StoredApi(postgres_url, **LIMITED) for _ in range(3)]
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
