"""Venues over HTTP: their settings, services, slots and explanations, and what bookings show of them."""

from typing import Any, Final

import pytest
from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.entrypoints.http.test_services import MONDAY, added

STUDIO: Final[dict[str, Any]] = {
    "name": "Zaisan studio",
    "address": "Zaisan street 4",
    "location": {"lat": 47.8864, "lon": 106.9177},
}
TEN: Final = "2026-11-23T02:00:00Z"
ELEVEN: Final = "2026-11-23T03:00:00Z"


async def a_venue(api: Api, provider: str, **change: Any) -> dict[str, Any]:
    made = await api.post("/venues", provider, json=STUDIO | change)
    assert made.status_code == 201, made.text
    return dict(made.json())


async def test_customers_see_where_an_appointment_is_and_find_the_time_to_travel(api: Api) -> None:
    provider, provider_id = await api.open_provider(priceAmount=0)
    venue = await a_venue(api, provider)
    at_venue = await added(api, provider, durationMinutes=60, priceAmount=0, venueId=venue["id"])
    at_own = await added(api, provider, name="Cut", durationMinutes=60, priceAmount=0)
    assert (at_venue["venueId"], "venueId" in at_own) == (venue["id"], False)
    ways = [{"venueIds": [provider_id, venue["id"]], "minutes": 45}]
    settings = await api.call("PUT", "/availability/settings", provider, json={"travelMinutes": 20, "ways": ways})
    assert (settings.json()["travelMinutes"], settings.json()["ways"]) == (20, ways)
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id, TEN, serviceId=at_venue["id"])
    shown = {name: venue[name] for name in ("id", "name", "address", "location")}
    assert (await api.get(f"/bookings/{booking['id']}", customer)).json()["venue"] == shown
    slots = await api.get(f"/providers/{provider_id}/slots?{MONDAY}&serviceId={at_own['id']}")
    assert slots.json()["slots"][0]["start"][11:16] == "04:00"
    explained = f"/providers/{provider_id}/slots/explain?slot={ELEVEN}&serviceIds={at_own['id']}"
    assert (await api.get(explained, provider)).json()["reasons"] == ["travel"]
    assert (await api.get(explained)).json()["reasons"] == ["unavailable"]
    refused = await api.post(
        "/bookings", customer, json={"providerId": provider_id, "slot": ELEVEN, "serviceId": at_own["id"]}
    )
    assert_problem(refused, 409, "booking.slot_taken")
    renamed = await api.patch(f"/venues/{venue['id']}", provider, json={"address": "", "location": None})
    assert "location" not in renamed.json()
    assert (await api.get(f"/bookings/{booking['id']}", customer)).json()["venue"]["address"] == ""
    own = await api.booked(customer, provider_id, "2026-11-23T04:00:00Z", serviceId=at_own["id"])
    assert "venue" not in (await api.get(f"/bookings/{own['id']}", customer)).json()


async def test_services_at_two_places_are_not_booked_together(api: Api) -> None:
    provider, provider_id = await api.open_provider(priceAmount=0)
    venue = await a_venue(api, provider)
    at_venue = await added(api, provider, priceAmount=0, venueId=venue["id"])
    at_own = await added(api, provider, priceAmount=0)
    ids = f"serviceIds={at_venue['id']}&serviceIds={at_own['id']}"
    refused = await api.get(f"/providers/{provider_id}/slots?{MONDAY}&{ids}")
    assert_problem(refused, 422, "booking.several_venues", "/query/serviceIds")


async def test_the_venues_of_a_published_provider_are_public(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    venue, home = await a_venue(api, provider), await a_venue(api, provider, name="At your home", address="")
    listed = await api.get(f"/venues?providerId={provider_id}")
    assert [each["id"] for each in listed.json()["items"]] == [home["id"], venue["id"]]
    assert (await api.get(f"/venues/{venue['id']}")).json() == venue
    assert (await api.post("/providers/me/withdraw", provider)).is_success
    assert (await api.get(f"/venues?providerId={provider_id}")).json() == {"items": []}
    assert_problem(await api.get(f"/venues/{venue['id']}"), 404, "venue.not_found")
    assert (await api.get(f"/venues/{venue['id']}", provider)).json() == venue
    stranger, _ = await api.open_provider()
    assert_problem(await api.patch(f"/venues/{venue['id']}", stranger, json={"name": "Mine"}), 404, "venue.not_found")


async def test_a_venue_in_use_is_not_deleted(api: Api) -> None:
    provider, provider_id = await api.open_provider(priceAmount=0)
    venue = await a_venue(api, provider)
    service = await added(api, provider, priceAmount=0, venueId=venue["id"])
    path = f"/venues/{venue['id']}"
    assert_problem(await api.call("DELETE", path, provider), 409, "venue.in_use")
    await api.booked(await api.joined("customer"), provider_id, TEN, serviceId=service["id"])
    assert (await api.patch(f"/services/{service['id']}", provider, json={"venueId": None})).is_success
    assert_problem(await api.call("DELETE", path, provider), 409, "venue.in_use")
    unused = await a_venue(api, provider)
    ways = [{"venueIds": [unused["id"], venue["id"]], "minutes": 45}]
    assert (await api.call("PUT", "/availability/settings", provider, json={"ways": ways})).is_success
    assert (await api.call("DELETE", f"/venues/{unused['id']}", provider)).status_code == 204
    settings = await api.call("PUT", "/availability/settings", provider, json={"travelMinutes": 5})
    assert (settings.json()["travelMinutes"], settings.json()["ways"]) == (5, [])


@pytest.mark.parametrize(
    ("ways", "pointer"),
    [
        ([{"venueIds": ["0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21", None], "minutes": 5}], "/ways/0/venueIds"),
        ([{"venueIds": [None, None], "minutes": 5}], "/ways/0/venueIds"),
        ([{"venueIds": [None, "venue"], "minutes": 5}, {"venueIds": ["venue", None], "minutes": 5}], "/ways"),
    ],
)
async def test_ways_are_checked(api: Api, ways: list[dict[str, Any]], pointer: str) -> None:
    provider, provider_id = await api.open_provider()
    known = {None: provider_id, "venue": (await a_venue(api, provider))["id"]}
    given = [{**way, "venueIds": [known.get(each, each) for each in way["venueIds"]]} for way in ways]
    refused = await api.call("PUT", "/availability/settings", provider, json={"ways": given})
    assert_problem(refused, 422, "validation.invalid_value", pointer)


async def test_a_service_names_a_venue_of_its_provider(api: Api) -> None:
    provider, _ = await api.open_provider()
    stranger, _ = await api.open_provider()
    venue = await a_venue(api, stranger)
    body = {"name": "Cut", "durationMinutes": 45, "priceAmount": 0, "venueId": venue["id"]}
    assert_problem(await api.post("/services", provider, json=body), 422, "validation.invalid_value", "/venueId")
    refused = await api.post("/services", stranger, json=body | {"addOn": True})
    assert_problem(refused, 422, "validation.invalid_value", "/venueId")


async def test_a_provider_has_so_many_venues(api: Api) -> None:
    provider, _ = await api.open_provider()
    for _ in range(20):
        await a_venue(api, provider)
    assert_problem(await api.post("/venues", provider, json=STUDIO), 409, "venue.too_many")


async def test_calendar_files_have_the_address_of_the_venue(api: Api) -> None:
    provider, provider_id = await api.open_provider(priceAmount=0, address="Peace Avenue 1")
    venue = await a_venue(api, provider)
    at_venue = await added(api, provider, durationMinutes=60, priceAmount=0, venueId=venue["id"])
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id, TEN, serviceId=at_venue["id"])
    file = await api.get(f"/bookings/{booking['id']}/calendar.ics", customer)
    assert "LOCATION:Zaisan studio\\, Zaisan street 4" in file.text.replace("\r\n ", "")
