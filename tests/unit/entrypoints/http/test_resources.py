"""`/resources`: what services need beside their provider, and which times it leaves."""

from typing import Any, Final

from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem
from tests.unit.entrypoints.http.test_services import MONDAY, salon_with

START: Final = "2026-11-23T02:00:00Z"
ROOM: Final = {"name": "Room"}


async def a_salon(api: Api, *, quantity: int = 1) -> tuple[str, dict[str, Any], list[tuple[str, str]]]:
    """The manager, a service that needs a room, and the members who offer it."""
    members = [await api.open_provider(priceAmount=0) for _ in range(2)]
    manager, salon_id = await salon_with(api, *members)
    always = [{"day": day, "startTime": "00:00", "endTime": "24:00"} for day in range(7)]
    assert (await api.put(f"/salons/{salon_id}/hours", manager, json={"rules": always})).is_success
    room = await api.post("/resources", manager, json={**ROOM, "salonId": salon_id, "quantity": quantity})
    needs = [{"resourceId": room.json()["id"], "quantity": 1}]
    body = {"name": "Massage", "durationMinutes": 60, "priceAmount": 0, "salonId": salon_id, "resources": needs}
    massage = (await api.post("/services", manager, json=body)).json()
    assert massage["resources"] == needs
    for token, _ in members:
        assert (await api.put(f"/services/{massage['id']}/offer", token, json={})).is_success
    return manager, massage, members


async def starts(api: Api, provider_id: str, service: dict[str, Any]) -> list[str]:
    answer = await api.get(f"/providers/{provider_id}/slots?{MONDAY}&serviceId={service['id']}")
    return [each["start"] for each in answer.json()["slots"]]


async def reasons(api: Api, provider_id: str, service: dict[str, Any], token: str | None = None) -> list[str]:
    query = f"slot={START}&serviceId={service['id']}"
    return list((await api.get(f"/providers/{provider_id}/slots/explain?{query}", token)).json()["reasons"])


async def test_a_booking_of_one_member_takes_the_time_of_the_others(api: Api) -> None:
    manager, massage, [(_, first), (second_token, second)] = await a_salon(api)
    customer, other = await api.joined("customer"), await api.joined("customer")
    salon_id = massage["salonId"]
    days = f"/salons/{salon_id}/slots?{MONDAY}&serviceId={massage['id']}"
    assert START in await starts(api, second, massage)  # and the answer is kept
    assert START in [each["start"] for each in (await api.get(days)).json()["slots"]]
    booking = await api.booked(customer, first, serviceId=massage["id"])
    assert START not in await starts(api, second, massage)
    assert START not in [each["start"] for each in (await api.get(days)).json()["slots"]]
    assert await reasons(api, second, massage) == ["unavailable"]
    for token in (second_token, manager, await api.an_admin()):
        assert await reasons(api, second, massage, token) == ["resource_taken"]
    wish = {"providerId": second, "slot": MONDAY_AT_TEN, "serviceId": massage["id"]}
    for path in ("/bookings", "/holds"):
        assert_problem(await api.post(path, other, json=wish), 409, "booking.slot_taken")
    assert (await api.post(f"/bookings/{booking['id']}/cancel", customer, json={})).is_success
    assert START in await starts(api, second, massage)
    assert (await api.post("/bookings", other, json=wish)).status_code == 201
    assert START not in await starts(api, first, massage)


async def test_pages_offer_no_time_without_a_free_unit(api: Api) -> None:
    _, massage, [(_, first), (_, second)] = await a_salon(api)
    path = f"/en/book/{second}/time?service={massage['id']}"
    assert "10:00" in (await api.client.get(path)).text
    await api.booked(await api.joined("customer"), first, serviceId=massage["id"])
    assert 'aria-label="Monday 23 November, 10:00' not in (await api.client.get(path)).text


async def test_more_units_and_other_needs_show_at_once(api: Api) -> None:
    manager, massage, [(_, first), (_, second)] = await a_salon(api)
    await api.booked(await api.joined("customer"), first, serviceId=massage["id"])
    assert START not in await starts(api, second, massage)
    room = f"/resources/{massage['resources'][0]['resourceId']}"
    two = await api.patch(room, manager, json={"quantity": 2}, headers={"If-Match": '"1"'})
    assert (two.json()["quantity"], two.json()["version"]) == (2, 2)
    assert START in await starts(api, second, massage)
    assert (await api.patch(room, manager, json={"quantity": 1}, headers={"If-Match": '"2"'})).is_success
    assert START not in await starts(api, second, massage)
    service = f"/services/{massage['id']}"
    changed = await api.patch(service, manager, json={"resources": []}, headers={"If-Match": '"1"'})
    assert changed.json()["resources"] == []
    assert START in await starts(api, second, massage)


async def test_only_resources_of_the_owner_are_needed_and_no_more_than_there_are(api: Api) -> None:
    provider, _ = await api.open_provider()
    _, massage, _ = await a_salon(api)
    own = (await api.post("/resources", provider, json=ROOM)).json()
    service = {"name": "Cut", "durationMinutes": 60, "priceAmount": 0}
    foreign = [{"resourceId": massage["resources"][0]["resourceId"]}]
    for needs, pointer in (
        (foreign, "/resources/0/resourceId"),
        ([{"resourceId": own["id"], "quantity": 2}], "/resources/0/quantity"),
        ([{"resourceId": own["id"]}] * 2, "/resources"),
    ):
        refused = await api.post("/services", provider, json={**service, "resources": needs})
        assert_problem(refused, 422, "validation.invalid_value", pointer)
    assert (
        await api.post("/services", provider, json={**service, "resources": [{"resourceId": own["id"]}]})
    ).is_success
    assert_problem(await api.delete(f"/resources/{own['id']}", provider), 409, "resource.needed")


async def test_resources_are_listed_for_those_who_have_them(api: Api) -> None:
    manager, massage, [(member, _), _] = await a_salon(api)
    salon = f"/resources?salonId={massage['salonId']}"
    assert [each["name"] for each in (await api.get(salon, manager)).json()["items"]] == ["Room"]
    assert_problem(await api.get(salon, member), 403, "salon.not_yours")
    assert (await api.get("/resources", member)).json() == {"items": []}
    own = (await api.post("/resources", member, json={"name": "Laser", "quantity": 2})).json()
    assert (await api.get("/resources", member)).json() == {"items": [own]}
    assert_problem(await api.get(f"/resources/{own['id']}", manager), 404, "resource.not_found")
    assert (await api.delete(f"/resources/{own['id']}", member)).status_code == 204
    assert_problem(await api.delete(f"/resources/{own['id']}", member), 404, "resource.not_found")
