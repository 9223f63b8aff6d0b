"""Services of whole days, and of more than a day: how they are set, shown and booked."""

from datetime import datetime, timedelta
from typing import Any, Final

from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.entrypoints.http.test_services import added

WEEK: Final = "from=2026-11-23&to=2026-11-30"
RENTAL: Final[dict[str, Any]] = {"name": "Studio", "durationMinutes": 2_880, "wholeDays": True, "priceAmount": 0}


async def slots(api: Api, provider_id: str, service_id: str) -> list[dict[str, Any]]:
    answer = await api.get(f"/providers/{provider_id}/slots?{WEEK}&serviceId={service_id}")
    return list(answer.json()["slots"])


async def test_customers_book_whole_days_from_opening_to_closing(api: Api) -> None:
    provider, provider_id = await api.open_provider(priceAmount=0)
    rental = await added(api, provider, **RENTAL)
    lamp = await added(api, provider, name="Lamp", durationMinutes=60, priceAmount=0)
    assert (rental["wholeDays"], lamp["wholeDays"]) == (True, False)
    [first, second, *_] = offered = await slots(api, provider_id, rental["id"])
    assert len({each["start"][:10] for each in offered}) == len(offered)
    customer = await api.joined("customer")
    noon = {"providerId": provider_id, "slot": first["start"].replace("T02", "T04"), "serviceId": rental["id"]}
    refused = await api.post("/bookings", customer, json=noon)
    assert_problem(refused, 422, "booking.slot_not_offered", "/slot")
    assert refused.json()["reasons"] == ["off_grid"]
    both = {"serviceIds": [rental["id"], lamp["id"]]}
    booking = await api.booked(customer, provider_id, first["start"], **both)
    assert (booking["start"], booking["end"]) == (first["start"], first["end"])
    taken = await api.post("/bookings", customer, json={**noon, "slot": second["start"]})
    assert_problem(taken, 409, "booking.slot_taken")
    for who in (customer, provider):
        other = (await slots(api, provider_id, rental["id"]))[0]
        moved = await api.post(f"/bookings/{booking['id']}/reschedule", who, json={"slot": other["start"]})
        assert (moved.json()["start"], moved.json()["end"]) == (other["start"], other["end"])


async def test_whole_days_are_checked(api: Api) -> None:
    provider, _ = await api.open_provider()
    service = await added(api, provider, **RENTAL)
    path = f"/services/{service['id']}"
    odd = await api.patch(path, provider, json={"durationMinutes": 2_900})
    assert_problem(odd, 422, "validation.invalid_value", "/durationMinutes")
    paused = await api.patch(path, provider, json={"pauses": [{"afterMinutes": 60, "minutes": 60}]})
    assert_problem(paused, 422, "validation.invalid_value", "/pauses")
    too_long = await api.patch(path, provider, json={"durationMinutes": 20_161})
    assert_problem(too_long, 400, "validation.invalid_input", "/durationMinutes")
    plain = await api.patch(path, provider, json={"durationMinutes": 2_900, "wholeDays": False})
    assert (plain.json()["durationMinutes"], plain.json()["wholeDays"]) == (2_900, False)


async def test_a_service_of_a_day_and_a_half_needs_hours_that_do_not_end_at_night(api: Api) -> None:
    provider, provider_id = await api.open_provider(priceAmount=0)
    service = await added(api, provider, durationMinutes=2_160, priceAmount=0)
    assert await slots(api, provider_id, service["id"]) == []
    always = [{"day": day, "startTime": "00:00", "endTime": "24:00"} for day in range(7)]
    assert (await api.put("/availability/rules", provider, json={"rules": always})).is_success
    [first, *_] = await slots(api, provider_id, service["id"])
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id, first["start"], serviceId=service["id"])
    begin, end = (datetime.fromisoformat(booking[name]) for name in ("start", "end"))
    assert end - begin == timedelta(minutes=2_160)


async def test_a_day_lists_appointments_that_began_before_and_run_on_if_asked_for(api: Api) -> None:
    provider, provider_id = await api.open_provider(priceAmount=0)
    rental = await added(api, provider, **RENTAL | {"durationMinutes": 4_320})
    [first, *_] = await slots(api, provider_id, rental["id"])
    booking = await api.booked(await api.joined("customer"), provider_id, first["start"], serviceId=rental["id"])
    begins, last = datetime.fromisoformat(first["start"]), datetime.fromisoformat(first["end"])

    async def listed(day: datetime, running: str) -> list[str]:
        dates = f"from={day.date()}&to={day.date() + timedelta(days=1)}&timeZone=Asia/Ulaanbaatar{running}"
        answer = await api.get(f"/bookings?{dates}&sort=start", provider)
        return [each["id"] for each in answer.json()["items"]]

    days = [begins + timedelta(days=each) for each in range(-1, 4)]
    assert days[3].date() == last.date()
    assert [await listed(day, "") for day in days] == [[], [booking["id"]], [], [], []]
    running = [await listed(day, "&running=true") for day in days]
    assert running == [[], [booking["id"]], [booking["id"]], [booking["id"]], []]
