"""Hours of services: when customers can book them."""

from typing import Final

from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.entrypoints.http.test_services import MONDAY, added

NOON: Final = {"day": 1, "startTime": "12:00", "endTime": "14:00"}
SHOWN: Final = {**NOON, "everyWeeks": 1}
EARLY: Final = "2026-11-23T03:30:00Z"
TWELVE: Final = "2026-11-23T04:00:00Z"


async def test_customers_book_a_service_at_its_hours_only(api: Api) -> None:
    provider, provider_id = await api.open_provider(priceAmount=0)
    colour = await added(api, provider, durationMinutes=60, priceAmount=0, hours=[NOON])
    cut = await added(api, provider, name="Cut", durationMinutes=30, priceAmount=0)
    assert (colour["hours"], cut["hours"]) == ([SHOWN], [])
    slots = await api.get(f"/providers/{provider_id}/slots?{MONDAY}&serviceId={colour['id']}")
    assert [each["start"][11:16] for each in slots.json()["slots"]] == ["04:00", "04:30", "05:00"]
    for query in (f"serviceIds={colour['id']}", f"serviceIds={cut['id']}&serviceIds={colour['id']}"):
        why = await api.get(f"/providers/{provider_id}/slots/explain?slot={EARLY}&{query}")
        assert why.json()["reasons"] == ["service_closed"]
    customer = await api.joined("customer")
    early = {"providerId": provider_id, "slot": EARLY, "serviceId": colour["id"]}
    for path in ("/bookings", "/holds"):
        refused = await api.post(path, customer, json=early)
        assert_problem(refused, 422, "booking.slot_not_offered", "/slot")
        assert refused.json()["reasons"] == ["service_closed"]
        assert refused.json()["detail"].endswith("the service is not offered then.")
    booking = await api.booked(customer, provider_id, TWELVE, serviceId=colour["id"])
    emptied = await api.patch(f"/services/{colour['id']}", provider, json={"hours": []})
    assert emptied.json()["hours"] == []
    move = f"/bookings/{booking['id']}/reschedule"
    moved = await api.post(move, customer, json={"slot": EARLY})  # it keeps the hours that it was made with
    assert_problem(moved, 422, "booking.slot_not_offered", "/slot")
    assert (await api.post(move, provider, json={"slot": EARLY})).is_success


async def test_hours_of_a_service_are_checked(api: Api) -> None:
    provider, _ = await api.open_provider()
    service = await added(api, provider, hours=[NOON])
    path = f"/services/{service['id']}"
    wrong = [NOON, {**NOON, "everyWeeks": 2}]
    refused = await api.patch(path, provider, json={"hours": wrong})
    assert_problem(refused, 422, "validation.invalid_value", "/hours/1/validFrom")
    refused = await api.patch(path, provider, json={"hours": [NOON] * 51})
    assert_problem(refused, 400, "validation.invalid_input", "/hours")
    night = {**NOON, "startTime": "22:00", "endTime": "02:00", "validFrom": "2026-11-01", "everyWeeks": 2}
    changed = await api.patch(path, provider, json={"hours": [night]})
    assert changed.json()["hours"] == [night]
    assert (await api.patch(path, provider, json={"durationMinutes": 30})).json()["hours"] == [night]
