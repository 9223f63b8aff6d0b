"""`overbook` of bookings: for the provider's side, which sees it on both bookings."""

from typing import Final

from tests.unit.entrypoints.api import Api, assert_problem

START: Final = "2026-11-23T02:00:00Z"
OVER: Final = "2026-11-23T02:30:00Z"
LATER: Final = "2026-11-23T06:00:00Z"
WHY: Final = {"reason": "A regular with a broken nail"}


async def test_the_provider_books_and_moves_over_a_booking_with_a_reason(api: Api) -> None:
    provider, provider_id = await api.open_provider(priceAmount=0)
    customer = await api.joined("customer")
    below = await api.booked(customer, provider_id, START)
    walk_in = {"providerId": provider_id, "slot": OVER, "walkIn": {"name": "Saraa"}}
    assert_problem(await api.post("/bookings", provider, json=walk_in), 409, "booking.slot_taken")
    answer = await api.post("/bookings", provider, json={**walk_in, "overbook": WHY})
    assert answer.status_code == 201, answer.text
    over = answer.json()
    for booking in (below, over):
        assert (await api.get(f"/bookings/{booking['id']}", provider)).json()["overbooked"] is True
    listed = (await api.get("/bookings", provider)).json()["items"]
    assert [each["overbooked"] for each in listed] == [True, True]
    assert "overbooked" not in (await api.get(f"/bookings/{below['id']}", customer)).json()
    path = f"/bookings/{over['id']}/reschedule"
    assert (await api.post(path, provider, json={"slot": LATER})).is_success
    assert "overbooked" not in (await api.get(f"/bookings/{below['id']}", provider)).json()
    assert_problem(await api.post(path, provider, json={"slot": OVER}), 409, "booking.slot_taken")
    assert (await api.post(path, provider, json={"slot": OVER, "overbook": WHY})).is_success


async def test_what_is_overbooked_counts_for_the_limit_of_a_day(api: Api) -> None:
    provider, provider_id = await api.open_provider(priceAmount=0)
    await api.put("/availability/settings", provider, json={"maxPerDay": 2})
    await api.booked(await api.joined("customer"), provider_id, START)
    why = f"/providers/{provider_id}/slots/explain?slot={LATER}"
    assert (await api.get(why, provider)).json()["reasons"] == []
    over = {"providerId": provider_id, "slot": OVER, "overbook": WHY}
    assert (await api.post("/bookings", provider, json=over)).status_code == 201
    assert (await api.get(why, provider)).json()["reasons"] == ["day_full"]


async def test_customers_do_not_overbook(api: Api) -> None:
    provider, provider_id = await api.open_provider(priceAmount=0)
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id, START)
    wish = {"slot": OVER, "overbook": WHY}
    for path, body in (
        ("/bookings", {**wish, "providerId": provider_id}),
        (f"/bookings/{booking['id']}/reschedule", wish),
    ):
        refused = await api.post(path, customer, json=body)
        assert_problem(refused, 422, "validation.invalid_value", "/overbook")
    empty = {"slot": OVER, "providerId": provider_id, "overbook": {"reason": " "}}
    refused = await api.post("/bookings", provider, json=empty)
    assert_problem(refused, 422, "validation.invalid_value", "/overbook/reason")
