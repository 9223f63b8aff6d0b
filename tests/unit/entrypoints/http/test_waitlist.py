"""`/waitlist`: join, see offers, book one, leave."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem

from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import ProviderId
from booking_domain.use_cases.scheduling.waiting import OfferFreedTime, offer_freed

MONDAY = {"from": "2026-11-23", "to": "2026-11-24"}
AT_TEN = {"from": "2026-11-23T10:00:00+08:00", "to": "2026-11-23T10:01:00+08:00"}
KEY = {"Idempotency-Key": "waiting-for-monday"}


async def offered(api: Api, provider_id: str) -> None:
    """Have the platform offer the free time."""
    command = OfferFreedTime(provider_id=ProviderId(UUID(provider_id)))
    await api.container.executor().run(offer_freed, command, actor=SYSTEM)


async def waits(api: Api, token: str, provider_id: str, **wish: Any) -> dict[str, Any]:
    answer = await api.post("/waitlist", token, json={"providerId": provider_id, **(wish or AT_TEN)})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def places(api: Api, token: str) -> list[dict[str, Any]]:
    answer = await api.get("/waitlist", token)
    assert answer.status_code == 200, answer.text
    assert answer.json().get("nextCursor") is None
    return list(answer.json()["items"])


async def test_a_customer_waits_is_offered_a_slot_and_books_it(api: Api) -> None:
    _, provider_id = await api.open_provider()
    first, second = await api.joined("customer"), await api.joined("customer")
    taken = await api.booked(first, provider_id)
    place = await waits(api, second, provider_id, **AT_TEN, durationMinutes=60)
    assert place == {
        "id": place["id"],
        "providerId": provider_id,
        "from": "2026-11-23T02:00:00Z",
        "to": "2026-11-23T02:01:00Z",
        "durationMinutes": 60,
        "status": "waiting",
        "createdAt": "2026-11-23T00:00:00Z",
    }
    assert await places(api, second) == [place]
    assert await places(api, first) == []

    await api.patch(f"/bookings/{taken['id']}", first, json={"status": "cancelled"})
    await offered(api, provider_id)
    hold = {
        "id": place["id"],
        "start": "2026-11-23T02:00:00Z",
        "end": "2026-11-23T03:00:00Z",
        "expiresAt": "2026-11-23T00:30:00Z",
    }
    assert await places(api, second) == [{**place, "status": "offered", "hold": hold}]
    wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN}
    assert_problem(await api.post("/bookings", first, json=wish), 409, "booking.slot_taken", "/slot")
    await api.booked(second, provider_id, holdId=hold["id"])
    assert await places(api, second) == [{**place, "status": "booked"}]


async def test_no_length_is_shown_if_none_was_requested(api: Api) -> None:
    _, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    assert "durationMinutes" not in await waits(api, customer, provider_id)
    await offered(api, provider_id)
    [place] = await places(api, customer)
    assert set(place["hold"]) == {"id", "start", "expiresAt"}


async def test_a_lapsed_offer_is_shown_before_the_worker_notices(api: Api) -> None:
    _, provider_id = await api.open_provider()
    api.clock.advance(timedelta(minutes=110))
    customer = await api.joined("customer")
    place = await waits(api, customer, provider_id)
    await offered(api, provider_id)
    api.clock.advance(timedelta(minutes=10))  # the slot begins
    assert await places(api, customer) == [{**place, "status": "lapsed"}]


@pytest.mark.parametrize(
    ("zone", "start", "end"),
    [
        ("Asia/Ulaanbaatar", "2026-11-22T16:00:00Z", "2026-11-23T16:00:00Z"),
        ("UTC", "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z"),
        ("America/New_York", "2026-11-23T05:00:00Z", "2026-11-24T05:00:00Z"),
    ],
)
async def test_dates_are_the_provider_s(api: Api, zone: str, start: str, end: str) -> None:
    _, provider_id = await api.open_provider(timeZone=zone)
    place = await waits(api, await api.joined("customer"), provider_id, **MONDAY)
    assert (place["from"], place["to"]) == (start, end)


async def test_a_date_is_as_long_as_the_clocks_make_it(api: Api) -> None:
    _, provider_id = await api.open_provider(timeZone="Europe/Berlin")
    customer = await api.joined("customer")
    for day, following, start, end in (
        ("2027-03-28", "2027-03-29", "2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z"),
        ("2027-10-31", "2027-11-01", "2027-10-30T22:00:00Z", "2027-10-31T23:00:00Z"),
        ("2027-10-01", "2028-01-01", "2027-09-30T22:00:00Z", "2027-12-31T23:00:00Z"),
    ):
        place = await waits(api, customer, provider_id, **{"from": day, "to": following})
        assert (place["from"], place["to"]) == (start, end)


BAD: dict[str, tuple[dict[str, Any], int, str, str]] = {
    "no such provider": ({"providerId": str(uuid4())}, 404, "provider.not_found", "/providerId"),
    "neither date nor instant": ({"from": "2026-13-45"}, 400, "validation.invalid_input", "/from"),
    "without an offset": ({"to": "2026-11-23T10:00:00"}, 400, "validation.invalid_input", "/to"),
    "the wrong way round": ({"to": "2026-11-23"}, 422, "validation.invalid_value", "/to"),
    "over": ({"from": "2026-11-01", "to": "2026-11-22"}, 422, "validation.invalid_value", "/to"),
    "too long": ({"to": "2027-02-24"}, 422, "validation.invalid_value", "/to"),
    "before all time": ({"from": "0001-01-01"}, 422, "validation.invalid_value", "/from"),
    "no time at all": ({"durationMinutes": 0}, 400, "validation.invalid_input", "/durationMinutes"),
    "not a length that is offered": (
        {"durationMinutes": 1440},
        422,
        "booking.duration_not_offered",
        "/durationMinutes",
    ),
    "longer than 14 days": ({"durationMinutes": 20_161}, 400, "validation.invalid_input", "/durationMinutes"),
    "something else": ({"colour": "red"}, 400, "validation.invalid_input", "/colour"),
}


@pytest.mark.parametrize("kind", BAD)
async def test_a_bad_wish_is_refused(api: Api, kind: str) -> None:
    _, provider_id = await api.open_provider()
    wish, status, code, pointer = BAD[kind]
    body = {"providerId": provider_id, "from": "2026-11-23", "to": "2026-11-24", **wish}
    answer = await api.post("/waitlist", await api.joined("customer"), json=body)
    assert_problem(answer, status, code, pointer)


async def test_a_draft_has_no_waiting_list(api: Api) -> None:
    provider = await api.joined("provider")
    draft = (await api.post("/providers/me", provider, json={"displayName": "Draft"})).json()["id"]
    answer = await api.post("/waitlist", await api.joined("customer"), json={"providerId": draft, **AT_TEN})
    assert_problem(answer, 404, "provider.not_found", "/providerId")


async def test_a_customer_has_at_most_ten_waiting_list_entries(api: Api) -> None:
    _, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    made = [(await waits(api, customer, provider_id))["id"] for _ in range(10)]
    answer = await api.post("/waitlist", customer, json={"providerId": provider_id, **AT_TEN})
    assert_problem(answer, 409, "waitlist.too_many")
    assert [place["id"] for place in await places(api, customer)] == made[::-1]


async def test_leaving_releases_the_offered_slot(api: Api) -> None:
    _, provider_id = await api.open_provider()
    customer, other = await api.joined("customer"), await api.joined("customer")
    place = await waits(api, customer, provider_id)
    await offered(api, provider_id)
    path = f"/waitlist/{place['id']}"
    assert_problem(await api.delete(path, other), 404, "waitlist.not_found")
    left = await api.delete(path, customer)
    assert (left.status_code, left.content) == (204, b"")
    assert await places(api, customer) == [{**place, "status": "left"}]
    assert_problem(await api.delete(path, customer), 404, "waitlist.not_found")
    await api.booked(other, provider_id)
    assert_problem(await api.delete("/waitlist/42", customer), 400, "validation.invalid_input", "/path/waitingId")


async def test_a_key_creates_one_waiting_list_entry(api: Api) -> None:
    _, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    first, second = [
        await api.post("/waitlist", customer, json={"providerId": provider_id, **MONDAY}, headers=KEY) for _ in range(2)
    ]
    assert (first.status_code, second.status_code, second.content) == (201, 201, first.content)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(await places(api, customer)) == 1
    other = await api.post("/waitlist", customer, json={"providerId": provider_id, **AT_TEN}, headers=KEY)
    assert_problem(other, 422, "idempotency.key_reused")


async def test_the_waiting_list_needs_a_token(api: Api) -> None:
    _, provider_id = await api.open_provider()
    for answer in (
        await api.post("/waitlist", json={"providerId": provider_id, **MONDAY}),
        await api.get("/waitlist"),
        await api.delete(f"/waitlist/{uuid4()}"),
    ):
        assert_problem(answer, 401, "auth.invalid_token")


async def test_a_customer_waits_for_services_and_is_offered_their_length_and_buffers(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    cut = {"name": "Cut", "durationMinutes": 90, "bufferAfterMinutes": 60, "priceAmount": 3_000_000}
    service = (await api.post("/services", provider, json=cut)).json()["id"]
    wash = (await api.post("/services", provider, json={**cut, "name": "Wash", "addOn": True})).json()["id"]
    customer, other = await api.joined("customer"), await api.joined("customer")
    for wish, code in (
        ({}, "booking.service_required"),
        ({"serviceId": wash}, "booking.only_add_ons"),
        ({"serviceId": str(uuid4())}, "booking.service_not_offered"),
        ({"serviceId": service, "durationMinutes": 90}, "validation.invalid_value"),
    ):
        refused = await api.post("/waitlist", customer, json={"providerId": provider_id, **AT_TEN, **wish})
        assert_problem(refused, 422, code)
    place = await waits(api, customer, provider_id, **AT_TEN, serviceIds=[service, wash])
    assert place["serviceIds"] == [service, wash]
    gone = await waits(api, other, provider_id, **MONDAY, serviceIds=[service, wash])
    taken = await waits(api, other, provider_id, **AT_TEN, serviceId=service)
    await offered(api, provider_id)
    [mine] = await places(api, customer)
    assert mine["hold"]["start"] == "2026-11-23T02:00:00Z"
    # 10:00 to 13:00 and an hour after it: the next start for the service is 14:00, and for the other entry too.
    found = {place["id"]: place for place in await places(api, other)}
    assert found[gone["id"]]["hold"]["start"] == "2026-11-23T06:00:00Z"
    assert found[taken["id"]]["status"] == "waiting"
    order = {"providerId": provider_id, "slot": MONDAY_AT_TEN, "holdId": mine["hold"]["id"]}
    booked = await api.post("/bookings", customer, json={**order, "serviceIds": [service, wash]})
    assert booked.json()["end"] == "2026-11-23T05:00:00Z", booked.text


async def test_services_that_are_no_longer_offered_are_not_offered_from_the_waiting_list(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    cut = {"name": "Cut", "durationMinutes": 90, "priceAmount": 3_000_000}
    service = (await api.post("/services", provider, json=cut)).json()["id"]
    customer = await api.joined("customer")
    place = await waits(api, customer, provider_id, **AT_TEN, serviceId=service)
    await api.delete(f"/services/{service}", provider)
    await offered(api, provider_id)
    assert await places(api, customer) == [place]
