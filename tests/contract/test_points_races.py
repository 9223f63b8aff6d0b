"""Redemptions at once of the points of one account, on PostgreSQL, spend what is there (`make reliability`: 2,000)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Final

import pytest
from tests.reliability import scale
from tests.reliability.test_confused_bodies import StoredApi, stored
from tests.unit.features.loyalty import ADJUSTMENTS, PROGRAMME, PROGRAMMES

TIMES: Final = scale.of(500, less=5)
"""How often each booking is tried."""
AT_ONCE: Final = 40
EACH: Final = 7
"""Points of one redemption."""
BOOKINGS: Final = 4
HAS: Final = EACH * 3 + 5
"""What three redemptions take, and less than another would."""


@pytest.fixture
async def api(postgres_url: str) -> AsyncIterator[StoredApi]:
    async with stored(postgres_url) as api:
        yield api


async def test_no_more_points_are_spent_than_there_are(api: StoredApi) -> None:
    owner, provider_id = await api.open_provider(priceAmount=8_000_000, depositAmount=0)
    assert (await api.post(PROGRAMMES, owner, json={**PROGRAMME, "pointValue": 100})).status_code == 201
    customer = await api.joined("customer", verified=True)
    user_id = (await api.get("/users/me", customer)).json()["id"]
    given = {"points": HAS, "reason": "A start.", "providerId": provider_id}
    adjusted = await api.post(ADJUSTMENTS.format(user_id=user_id), await api.an_admin(), json=given)
    points = {"accountId": adjusted.json()["accountId"], "points": EACH}
    made = [
        (await api.booked(customer, provider_id, f"2026-11-24T{10 + hour}:00:00+08:00"))["id"]
        for hour in range(BOOKINGS)
    ]
    free = asyncio.Semaphore(AT_ONCE)

    async def redeem(booking_id: str) -> int:
        async with free:
            answer = await api.post("/loyalty/redeem", customer, json={"bookingId": booking_id, **points})
        return answer.status_code

    statuses = await asyncio.gather(*(redeem(each) for _ in range(TIMES) for each in made))
    assert Counter(statuses) == {200: 3, 409: TIMES * BOOKINGS - 3}
    [account] = (await api.get("/loyalty/me", customer)).json()["accounts"]
    assert (account["balance"], account["reserved"]) == (HAS - 3 * EACH, 3 * EACH)
    prices = [(await api.get(f"/bookings/{each}", customer)).json()["priceAmount"] for each in made]
    assert sorted(prices) == [8_000_000 - 700] * 3 + [8_000_000]
