"""Bookings at once with one package, on PostgreSQL, take the visits that there are (`make reliability`: 2,000)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

import pytest
from tests.reliability import scale
from tests.reliability.test_confused_bodies import StoredApi, stored
from tests.unit.features.packages import FIVE, bought

from booking_domain.payments.orders import OrderId, OrderStatus
from booking_domain.use_cases.orders.pay import settle_order

TIMES: Final = scale.of(125, less=4)
"""How often each time of each provider is tried."""
AT_ONCE: Final = 40
PROVIDERS: Final = 4
"""Members of the salon: bookings of one provider wait for each other before they come to the package."""
HOURS: Final = range(10, 14)
VISITS: Final = 2


@pytest.fixture
async def api(postgres_url: str) -> AsyncIterator[StoredApi]:
    async with stored(postgres_url) as api:
        yield api


async def salon_of(api: StoredApi, providers: int) -> tuple[str, str, list[str]]:
    """The manager, the salon and its members, whose services are free of deposits."""
    manager = await api.joined("manager")
    salon = (await api.post("/salons", manager, json={"name": "Nomad", "timeZone": "Asia/Ulaanbaatar"})).json()
    week = {"rules": [{"day": day, "startTime": "09:00", "endTime": "20:00"} for day in range(7)]}
    assert (await api.put(f"/salons/{salon['id']}/hours", manager, json=week)).is_success
    members = []
    for _ in range(providers):
        owner, provider_id = await api.open_provider(priceAmount=8_000_000, depositAmount=0)
        invited = await api.post(f"/salons/{salon['id']}/members", manager, json={"providerId": provider_id})
        assert invited.is_success, invited.text
        assert (await api.post(f"/salons/{salon['id']}/members/me/accept", owner)).is_success
        members.append(provider_id)
    return manager, salon["id"], members


async def test_no_more_visits_are_taken_than_there_are(api: StoredApi) -> None:
    manager, salon_id, members = await salon_of(api, PROVIDERS)
    offer = (await api.post("/package-offers", manager, json={**FIVE, "visits": VISITS, "salonId": salon_id})).json()
    customer = await api.joined("customer", verified=True)
    package_id = (await bought(api, customer, offer["id"]))["packageId"]
    wishes = [
        {"providerId": provider_id, "slot": f"2026-11-24T{hour}:00:00+08:00", "packageId": package_id}
        for _ in range(TIMES)
        for hour in HOURS
        for provider_id in members
    ]
    free = asyncio.Semaphore(AT_ONCE)

    async def book(wish: dict[str, str]) -> tuple[int, str | None]:
        async with free:
            answer = await api.post("/bookings", customer, json=wish)
        return answer.status_code, answer.json().get("code")

    outcomes = Counter(await asyncio.gather(*map(book, wishes)))
    assert outcomes[201, None] == VISITS
    assert set(outcomes) <= {(201, None), (409, "package.used_up"), (409, "booking.slot_taken")}
    package = (await api.get(f"/packages/{package_id}", customer)).json()
    assert (package["balance"], package["reserved"]) == (0, VISITS)
    entries = (await api.get(f"/packages/{package_id}/entries", customer)).json()["items"]
    assert Counter(each["kind"] for each in entries) == {"sold": 1, "reserved": VISITS}


async def test_money_that_is_reported_many_times_at_once_sells_one_package(api: StoredApi) -> None:
    owner, _ = await api.open_provider()
    offer = (await api.post("/package-offers", owner, json=FIVE)).json()
    customer = await api.joined("customer")
    made = (await api.post("/packages/orders", customer, json={"offerId": offer["id"]})).json()
    api.pay((await api.post(f"/orders/{made['id']}/pay", customer, json={})).json())
    order = await api.container.reads().orders.get(OrderId(UUID(made["id"])))
    assert order is not None
    executor, gateways = api.container.executor(), api.container.gateways()
    settled = await asyncio.gather(*(settle_order(order, executor=executor, gateways=gateways) for _ in range(AT_ONCE)))
    assert {each.status for each in settled} == {OrderStatus.PAID}
    [package] = (await api.get("/packages/mine", customer)).json()["items"]
    assert (package["id"], package["balance"]) == (made["packageId"], 5)
    [entry] = (await api.get(f"/packages/{package['id']}/entries", customer)).json()["items"]
    assert (entry["kind"], entry["amount"]) == ("sold", offer["priceAmount"])
