"""Where customers came from: kept on the booking, checked, and shown in statistics."""

from typing import Any, Final

from tests.unit.adapters.documents.test_spreadsheets import cells
from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.entrypoints.http.test_statistics import MINE, NOVEMBER, followed, shown
from tests.unit.entrypoints.http.test_waitlist import offered, waits
from tests.unit.features.bookings import EARLIER_TODAY

SLOT: Final = "2026-11-24T{:02}:00:00+08:00"


async def link_of(api: Api, owner: str) -> str:
    answer = await api.post("/providers/me/booking-links", owner, json={"name": "Instagram"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["linkToken"])


async def item_of(api: Api, owner: str) -> str:
    body = {"fileIds": [await api.uploaded(owner, "portfolio")]}
    answer = await api.post("/portfolio", owner, json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def book(api: Api, token: str, provider_id: str, hour: int, **more: Any) -> Any:
    return await api.post("/bookings", token, json={"providerId": provider_id, "slot": SLOT.format(hour), **more})


async def test_a_booking_keeps_where_its_customer_came_from_and_statistics_show_it(api: Api) -> None:
    owner, provider_id = await api.open_provider(priceAmount=5_000)
    link, item, customer = await link_of(api, owner), await item_of(api, owner), await api.joined("customer")
    wanted: dict[str, dict[str, Any]] = {
        "direct": {},
        "link": {"linkToken": link, "portfolioItemId": item},
        "portfolio": {"portfolioItemId": item, "origin": "page"},
        "search": {"origin": "search"},
        "bot": {"origin": "bot"},
    }
    made = []
    for hour, (origin, more) in enumerate(wanted.items(), start=10):
        booking = (await book(api, customer, provider_id, hour, **more)).json()
        assert (booking["origin"], booking.get("portfolioItemId")) == (origin, more.get("portfolioItemId"))
        made.append(booking["id"])
    at_desk = await api.booked(owner, provider_id, EARLIER_TODAY, origin="search")
    assert at_desk["origin"] == "desk"
    await followed(api, *made, at_desk["id"])
    found = await shown(api, MINE, owner, f"{NOVEMBER}&groupBy=origin")
    assert {each["group"]: each["figures"]["bookingsMade"] for each in found["groups"]} == dict.fromkeys(
        [*wanted, "desk"], 1
    )
    channels = await shown(api, MINE, owner, f"{NOVEMBER}&groupBy=channel")
    assert {each["group"]: each["figures"]["bookingsMade"] for each in channels["groups"]} == {
        "online": 5,
        "walk_in": 1,
    }
    seen = found["conversions"]
    assert (seen["linkBookings"], seen["linkPaid"]) == (1, 0)
    assert (seen["portfolioBookings"], seen["portfolioPaid"]) == (2, 0)
    for booking_id in made[1:3]:
        desk = {"method": "cash", "amount": 1_000}
        assert (await api.post(f"/bookings/{booking_id}/desk-payments", owner, json=desk)).status_code == 201
    seen = (await shown(api, MINE, owner))["conversions"]
    assert (seen["linkPaid"], seen["portfolioPaid"]) == (1, 2)


async def test_views_of_an_item_are_counted_for_people_but_not_for_its_provider_or_bots(api: Api) -> None:
    owner, provider_id = await api.open_provider(priceAmount=5_000)
    item, customer = await item_of(api, owner), await api.joined("customer")
    person = {"User-Agent": "Mozilla/5.0 Firefox/140.0"}
    for token, agent in (
        *((None, person), (customer, person), (None, person)),
        *((owner, person), (await api.an_admin(), person), (None, {"User-Agent": "Googlebot/2.1"})),
    ):
        assert (await api.get(f"/portfolio/{item}", token, headers=agent)).status_code == 200
    await api.container.usage_keeper().open()
    await api.container.usage_keeper().close()
    await book(api, customer, provider_id, 10, portfolioItemId=item)
    seen = (await shown(api, MINE, owner))["conversions"]
    assert (seen["portfolioViews"], seen["portfolioBookings"], seen["portfolioConversionRate"]) == (3, 1, 0.3333)
    [found] = seen["portfolioItems"]
    assert (found["itemId"], found["views"], found["bookings"], found["paid"]) == (item, 3, 1, 0)
    answer = await api.get(f"{MINE}/export?{NOVEMBER}&sheet=portfolio", owner)
    assert answer.text.splitlines() == ["item,description,views,bookings,paid", f"{item},{found['description']},3,1,0"]
    workbook = (await api.get(f"{MINE}/export?{NOVEMBER}&format=xlsx", owner)).content
    assert ("n", "3") in cells(workbook, 3)
    assert (await api.delete(f"/portfolio/{item}", owner)).status_code == 204
    [gone] = (await shown(api, MINE, owner))["conversions"]["portfolioItems"]
    assert ("description" in gone, gone["views"]) == (False, 3)


async def test_a_time_that_the_waiting_list_offered_came_from_there(api: Api) -> None:
    _, provider_id = await api.open_provider()
    first, second = await api.joined("customer"), await api.joined("customer")
    taken = await api.booked(first, provider_id)
    place = await waits(api, second, provider_id)
    await api.post(f"/bookings/{taken['id']}/cancel", first, json={})
    await offered(api, provider_id)
    order = {"providerId": provider_id, "slot": taken["start"], "holdId": place["id"], "origin": "search"}
    booking = await api.post("/bookings", second, json=order)
    assert booking.json()["origin"] == "waiting_list"


async def test_what_only_the_platform_knows_is_not_claimed_and_items_are_the_providers(api: Api) -> None:
    _, provider_id = await api.open_provider()
    other, other_id = await api.open_provider()
    item, customer = await item_of(api, other), await api.joined("customer")
    for origin in ("desk", "link", "waiting_list", "direct", "portfolio"):
        refused = await book(api, customer, provider_id, 10, origin=origin)
        assert_problem(refused, 422, "validation.invalid_value", "/origin")
    elsewhere = await book(api, customer, provider_id, 10, portfolioItemId=item)
    assert_problem(elsewhere, 404, "portfolio.not_found")
    assert (await api.post(f"/admin/portfolio/{item}/take-down", await api.an_admin(), json={"reason": "?"})).is_success
    assert_problem(await book(api, customer, other_id, 10, portfolioItemId=item), 404, "portfolio.not_found")
    assert (await book(api, customer, provider_id, 10, origin="advert")).status_code == 400
