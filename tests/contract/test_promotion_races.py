"""Bookings at once, with providers of their own, of one promotion: exactly what its budget has, on PostgreSQL."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from tests.reliability.test_confused_bodies import StoredApi, stored

BUDGET = 10
EACH = 4
"""Customers, and providers: each customer books with each provider."""


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
    answers = await asyncio.gather(
        *(
            api.post(
                "/bookings",
                customer,
                json={
                    "providerId": provider_id,
                    "slot": f"2026-11-24T{10 + (at + of) % EACH}:00:00+08:00",
                    "promotionCodes": ["TEN"],
                },
            )
            for at, customer in enumerate(customers)
            for of, provider_id in enumerate(providers)
        )
    )
    assert Counter(each.status_code for each in answers) == {201: BUDGET, 409: EACH * EACH - BUDGET}
    [view] = (await api.get("/promotions", admin)).json()["items"]
    assert view["redemptions"] == BUDGET
