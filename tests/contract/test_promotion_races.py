"""Bookings at once, with providers of their own, of one promotion: exactly what its budget has, on PostgreSQL."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from httpx import Response
from tests.reliability import scale
from tests.reliability.test_confused_bodies import StoredApi, stored

BUDGET = 10
EACH = scale.of(45, less=4)
"""Customers, and providers: each customer books with each provider, at a time of its own."""
AT_ONCE = 40
A_DAY = 8


@pytest.fixture
async def api(postgres_url: str) -> AsyncIterator[StoredApi]:
    async with stored(postgres_url) as api:
        yield api


async def test_no_more_bookings_get_a_promotion_than_its_budget_has(api: StoredApi) -> None:
    promotion = {"name": "Ten", "promotionCode": "TEN", "currency": "MNT", "percent": 5, "mostRedemptions": BUDGET}
    admin = await api.an_admin()
    assert (await api.post("/promotions", admin, json=promotion)).status_code == 201
    customers = [await api.joined("customer", verified=True) for _ in range(EACH)]
    providers = [(await api.open_provider(depositAmount=0))[1] for _ in range(EACH)]
    turns = asyncio.Semaphore(AT_ONCE)

    async def book(customer: str, provider_id: str, time: int) -> Response:
        slot = f"2026-11-{24 + time // A_DAY}T{10 + time % A_DAY}:00:00+08:00"
        wish = {"providerId": provider_id, "slot": slot, "promotionCodes": ["TEN"]}
        async with turns:
            return await api.post("/bookings", customer, json=wish)

    answers = await asyncio.gather(
        *(
            book(customer, provider_id, (at + of) % EACH)
            for at, customer in enumerate(customers)
            for of, provider_id in enumerate(providers)
        )
    )
    assert Counter(each.status_code for each in answers) == {201: BUDGET, 409: EACH * EACH - BUDGET}
    [view] = (await api.get("/promotions", admin)).json()["items"]
    assert view["redemptions"] == BUDGET
