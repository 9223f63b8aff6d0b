"""`/services`: services of providers and salons, and what members of a salon offer."""

from typing import Any, Final

from tests.unit.entrypoints.api import Api, assert_problem

CUT: Final = {"name": "Cut", "category": "Hair", "durationMinutes": 45, "priceAmount": 3_000_000}
DEPOSIT: Final = {"depositAmount": 500_000}


async def added(api: Api, owner: str, **service: Any) -> dict[str, Any]:
    answer = await api.post("/services", owner, json={**CUT, **service})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def listed(api: Api, query: str, token: str | None = None) -> list[dict[str, Any]]:
    return list((await api.get(f"/services?{query}", token)).json()["items"])


async def salon_with(api: Api, *members: tuple[str, str]) -> tuple[str, str]:
    """The manager and id of a salon of these providers."""
    manager = await api.joined("manager")
    made = await api.post("/salons", manager, json={"name": "Nomad", "timeZone": "Asia/Ulaanbaatar"})
    salon_id = made.json()["id"]
    for provider, provider_id in members:
        await api.post(f"/salons/{salon_id}/members", manager, json={"providerId": provider_id})
        accepted = await api.post(f"/salons/{salon_id}/members/me/accept", provider)
        assert accepted.is_success, accepted.text
    return manager, salon_id


async def test_a_provider_adds_changes_and_deletes_a_service(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    service = await added(api, provider, **DEPOSIT, bufferAfterMinutes=15)
    path = f"/services/{service['id']}"
    assert service == {
        **CUT,
        **DEPOSIT,
        "id": service["id"],
        "providerId": provider_id,
        "description": "",
        "currency": "MNT",
        "bufferAfterMinutes": 15,
        "addOn": False,
        "active": True,
        "version": 1,
        "createdAt": service["createdAt"],
    }
    change = {"priceAmount": 4_000_000, "bufferAfterMinutes": None}
    changed = await api.patch(path, provider, json=change, headers={"If-Match": '"1"'})
    expected = {**service, "priceAmount": 4_000_000, "version": 2}
    del expected["bufferAfterMinutes"]
    assert changed.json() == expected
    assert await listed(api, f"providerId={provider_id}") == [expected]
    assert (await api.delete(path, provider)).status_code == 204
    assert_problem(await api.get(path), 404, "service.not_found")


async def test_what_cannot_be_booked_is_for_its_owner_and_admins(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    service = await added(api, provider, active=False)
    path, query = f"/services/{service['id']}", f"providerId={provider_id}"
    for stranger in (None, await api.joined("customer"), await api.joined("manager")):
        assert_problem(await api.get(path, stranger), 404, "service.not_found")
        assert await listed(api, query, stranger) == []
    for insider in (provider, await api.an_admin()):
        assert (await api.get(path, insider)).json() == service
        assert await listed(api, query, insider) == [service]


async def test_a_member_offers_a_service_of_the_salon_at_an_own_price_and_length(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    manager, salon_id = await salon_with(api, (provider, provider_id))
    service = await added(api, manager, salonId=salon_id, **DEPOSIT)
    query, path = f"providerId={provider_id}", f"/services/{service['id']}/offer"
    assert await listed(api, f"salonId={salon_id}") == [service]
    assert await listed(api, query) == []
    offer = {"durationMinutes": 60, "priceAmount": 400_000}
    offered = await api.put(path, provider, json=offer)
    assert offered.json() == {"serviceId": service["id"], "providerId": provider_id, **offer}
    assert await listed(api, query) == [{**service, **offer, "depositAmount": 400_000}]
    assert (await api.put(path, provider, json={})).is_success
    assert await listed(api, query) == [service]
    assert (await api.delete(path, provider)).status_code == 204
    assert await listed(api, query) == []


async def test_only_members_offer_services_of_a_salon(api: Api) -> None:
    manager, salon_id = await salon_with(api)
    service = await added(api, manager, salonId=salon_id)
    provider, _ = await api.open_provider()
    path = f"/services/{service['id']}/offer"
    assert_problem(await api.put(path, provider, json={}), 403, "service.not_of_your_salon")
    assert_problem(await api.delete(path, provider), 403, "service.not_of_your_salon")
    own = await added(api, provider)
    refused = await api.put(f"/services/{own['id']}/offer", provider, json={})
    assert_problem(refused, 403, "service.not_of_your_salon")


async def test_a_service_of_another_is_not_changed(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    manager, salon_id = await salon_with(api, (provider, provider_id))
    service = await added(api, manager, salonId=salon_id)
    for stranger in (provider, await api.joined("manager")):
        refused = await api.patch(f"/services/{service['id']}", stranger, json={"name": "Mine"})
        assert_problem(refused, 403, "service.not_yours")
    taken = await api.post("/services", await api.joined("manager"), json={**CUT, "salonId": salon_id})
    assert_problem(taken, 403, "salon.not_yours")
    helped = await api.patch(f"/services/{service['id']}", await api.an_admin(), json={"name": "Trim"})
    assert helped.json()["name"] == "Trim"


async def test_a_deposit_above_the_price_and_another_currency_are_refused(api: Api) -> None:
    provider, _ = await api.open_provider()
    above = await api.post("/services", provider, json={**CUT, "depositAmount": 3_000_001})
    assert_problem(above, 422, "validation.invalid_value", "/depositAmount")
    other = await api.post("/services", provider, json={**CUT, "currency": "USD"})
    assert_problem(other, 422, "validation.invalid_value", "/currency")


async def test_a_list_is_of_one_provider_or_of_one_salon(api: Api) -> None:
    assert_problem(await api.get("/services"), 422, "validation.invalid_value")
