"""Classes: services of which several customers book one appointment, each a place."""

from typing import Any, Final

from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem
from tests.unit.entrypoints.http.test_services import MONDAY, added, salon_with

START: Final = "2026-11-23T02:00:00Z"


async def slots_of(api: Api, provider_id: str, service: dict[str, Any]) -> dict[str, int | None]:
    """The places left at each start of the day."""
    answer = await api.get(f"/providers/{provider_id}/slots?{MONDAY}&serviceId={service['id']}")
    return {each["start"]: each.get("placesLeft") for each in answer.json()["slots"]}


async def test_a_class_is_booked_until_it_has_no_place_left(api: Api) -> None:
    provider, provider_id = await api.open_provider(priceAmount=0)
    yoga = await added(api, provider, name="Yoga", durationMinutes=60, capacity=10)
    wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN, "serviceId": yoga["id"]}
    assert (await slots_of(api, provider_id, yoga))[START] == 10
    booked = []
    for number in range(10):
        customer = await api.joined("customer")
        booked.append((await api.booked(customer, provider_id, serviceId=yoga["id"]), customer))
        left = (await slots_of(api, provider_id, yoga)).get(START)
        assert left == (None if number == 9 else 9 - number)
    late = await api.joined("customer")
    assert_problem(await api.post("/bookings", late, json=wish), 409, "booking.slot_taken")
    assert_problem(await api.post("/holds", late, json=wish), 409, "booking.slot_taken")
    booking, customer = booked[4]
    assert (await api.post(f"/bookings/{booking['id']}/cancel", customer, json={})).is_success
    assert (await slots_of(api, provider_id, yoga))[START] == 1
    assert (await api.post("/holds", late, json=wish)).status_code == 201
    assert START not in await slots_of(api, provider_id, yoga)


async def test_the_slots_of_other_services_show_no_places_and_leave_out_the_time_of_a_class(api: Api) -> None:
    provider, provider_id = await api.open_provider(priceAmount=0)
    yoga = await added(api, provider, name="Yoga", durationMinutes=60, capacity=2)
    cut = await added(api, provider)
    await api.booked(await api.joined("customer"), provider_id, serviceId=yoga["id"])
    slots = await slots_of(api, provider_id, cut)
    assert START not in slots
    assert {*slots.values()} == {None}


async def test_a_class_is_booked_alone_and_is_no_add_on(api: Api) -> None:
    provider, provider_id = await api.open_provider(priceAmount=0)
    yoga = await added(api, provider, name="Yoga", durationMinutes=60, capacity=2)
    cut = await added(api, provider)
    both = {"providerId": provider_id, "slot": MONDAY_AT_TEN, "serviceIds": [yoga["id"], cut["id"]]}
    customer = await api.joined("customer")
    for path in ("/bookings", "/holds"):
        assert_problem(await api.post(path, customer, json=both), 422, "booking.class_alone")
    add_on = await api.patch(f"/services/{yoga['id']}", provider, json={"addOn": True}, headers={"If-Match": '"1"'})
    assert_problem(add_on, 422, "validation.invalid_value")
    for capacity in (0, 1_001):
        refused = await api.patch(
            f"/services/{yoga['id']}", provider, json={"capacity": capacity}, headers={"If-Match": '"1"'}
        )
        assert_problem(refused, 400, "validation.invalid_input", "/capacity")


async def test_everyone_is_told_that_a_class_is_full(api: Api) -> None:
    provider, provider_id = await api.open_provider(priceAmount=0)
    yoga = await added(api, provider, name="Yoga", durationMinutes=60, capacity=2)
    cut = await added(api, provider, durationMinutes=60)

    async def reasons(service: dict[str, Any], token: str | None) -> list[str]:
        query = f"slot={START}&serviceId={service['id']}"
        answer = await api.get(f"/providers/{provider_id}/slots/explain?{query}", token)
        return list(answer.json()["reasons"])

    for number in range(2):
        assert await reasons(yoga, None) == []
        assert await reasons(cut, provider) == (["claimed"] if number else [])
        await api.booked(await api.joined("customer"), provider_id, serviceId=yoga["id"])
    assert await reasons(yoga, None) == await reasons(yoga, provider) == ["class_full"]
    assert await reasons(cut, None) == ["unavailable"]


async def test_the_slots_of_a_salon_show_the_places_of_all_who_are_free(api: Api) -> None:
    members = [await api.open_provider(priceAmount=0) for _ in range(2)]
    manager, salon_id = await salon_with(api, *((provider, provider_id) for provider, provider_id in members))
    hours = {"rules": [{"day": day, "startTime": "00:00", "endTime": "24:00"} for day in range(7)]}
    assert (await api.put(f"/salons/{salon_id}/hours", manager, json=hours)).is_success
    yoga = await added(api, manager, name="Yoga", durationMinutes=60, priceAmount=0, capacity=3, salonId=salon_id)
    for provider, _ in members:
        assert (await api.put(f"/services/{yoga['id']}/offer", provider, json={})).is_success

    async def slot() -> tuple[list[str], int]:
        answer = await api.get(f"/salons/{salon_id}/slots?{MONDAY}&serviceId={yoga['id']}")
        [found] = [each for each in answer.json()["slots"] if each["start"] == START]
        return found["providerIds"], found["placesLeft"]

    first, second = sorted(provider_id for _, provider_id in members)
    assert await slot() == ([first, second], 6)
    for number in range(3):
        await api.booked(await api.joined("customer"), first, serviceId=yoga["id"])
        assert await slot() == (([first, second], 5 - number) if number < 2 else ([second], 3))
