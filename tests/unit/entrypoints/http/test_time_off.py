"""The provider's side books in time off only with `overrideTimeOff`."""

from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem

MONDAY_AT_NOON = "2026-11-23T12:00:00+08:00"


async def test_the_staff_confirms_a_time_in_time_off(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    order = {"providerId": provider_id, "slot": MONDAY_AT_TEN}
    block = {"start": MONDAY_AT_TEN, "end": MONDAY_AT_NOON}
    assert (await api.post("/availability/blocks", provider, json=block)).status_code == 201
    refused = await api.post("/bookings", provider, json=order)
    assert_problem(refused, 409, "booking.time_off", "/slot")
    assert "until Mon 23 Nov 2026, 12:00 (Ulaanbaatar)" in refused.json()["detail"]
    booking = await api.booked(provider, provider_id, overrideTimeOff=True)
    series = {**order, "slot": "2026-11-23T11:00:00+08:00", "times": 2}
    answer = await api.post("/bookings/series", provider, json=series)
    assert_problem(answer, 409, "booking.series_not_possible", "/slot")
    assert answer.json()["errors"][0]["code"] == "booking.time_off"
    assert (await api.post("/bookings/series", provider, json={**series, "overrideTimeOff": True})).status_code == 201
    earlier = {"slot": "2026-11-23T09:30:00+08:00"}
    address = f"/bookings/{booking['id']}/reschedule"
    assert_problem(await api.post(address, provider, json=earlier), 409, "booking.time_off", "/slot")
    assert (await api.post(address, provider, json={**earlier, "overrideTimeOff": True})).status_code == 200


async def test_customers_cannot_override_time_off(api: Api) -> None:
    _, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    override = {"slot": MONDAY_AT_NOON, "overrideTimeOff": True}
    for path, body in (
        ("/bookings", {"providerId": provider_id}),
        ("/bookings/series", {"providerId": provider_id, "times": 2}),
        (f"/bookings/{booking['id']}/reschedule", {}),
        ("/bookings", {"salonId": provider_id, "serviceIds": [provider_id]}),
    ):
        refused = await api.post(path, customer, json={**body, **override})
        assert_problem(refused, 422, "validation.invalid_value", "/overrideTimeOff")
