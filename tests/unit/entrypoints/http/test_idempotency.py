"""`Idempotency-Key`."""

import asyncio
from typing import Final

import pytest
from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem, the_routes
from tests.unit.features.collected import ROUTES

pytestmark = pytest.mark.no_cover  # others cover what this walks; traced, it takes twice as long

KEY = {"Idempotency-Key": "monday-at-ten"}
JSON = {"Content-Type": "application/json"}


async def test_the_same_key_and_body_get_the_same_answer_byte_by_byte(api: Api) -> None:
    _, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN}
    first = await api.post("/bookings", customer, json=wish, headers=KEY)
    second = await api.post("/bookings", customer, json=wish, headers=KEY)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    for header in ("ETag", "Location", "Content-Type"):
        assert first.headers[header] == second.headers[header]


async def test_the_same_key_with_another_body_is_refused(api: Api) -> None:
    _, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN}
    await api.post("/bookings", customer, json=wish, headers=KEY)
    other = await api.post("/bookings", customer, json={**wish, "notes": "another"}, headers=KEY)
    assert_problem(other, 422, "idempotency.key_reused")
    elsewhere = await api.post("/holds", customer, json=wish, headers=KEY)
    assert_problem(elsewhere, 422, "idempotency.key_reused")


async def test_twenty_at_once_under_one_key_make_one_booking(api: Api) -> None:
    _, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN}
    answers = await asyncio.gather(*(api.post("/bookings", customer, json=wish, headers=KEY) for _ in range(20)))
    assert {answer.content for answer in answers} == {answers[0].content}
    assert len((await api.get("/bookings", customer)).json()["items"]) == 1


async def test_a_failed_request_can_be_repeated_with_its_key(api: Api) -> None:
    _, provider_id = await api.open_provider()
    owner, other = await api.joined("customer"), await api.joined("customer")
    wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN}
    taken = await api.booked(owner, provider_id)
    assert_problem(await api.post("/bookings", other, json=wish, headers=KEY), 409, "booking.slot_taken")
    await api.patch(f"/bookings/{taken['id']}", owner, json={"status": "cancelled"})
    assert (await api.post("/bookings", other, json=wish, headers=KEY)).status_code == 201


UNDER_A_KEY: Final = {route: row.once for route, row in ROUTES.items() if row.once is not None}
WITHOUT_A_KEY: Final = {route: row.keyless for route, row in ROUTES.items() if row.keyless}
"""POSTs that create nothing, or nothing twice by themselves; and why no answer is stored under a key."""


async def test_every_post_takes_a_key_or_is_exempt(api: Api) -> None:
    posts = {route: handler for route, handler in the_routes(api).items() if route.startswith("POST ")}
    taking = {route for route, handler in posts.items() if "runner" in handler.parsed_fn_signature.parameters}
    assert taking == set(UNDER_A_KEY)
    assert set(posts) - taking == set(WITHOUT_A_KEY)


async def test_every_creating_route_creates_once_per_key(api: Api) -> None:
    for route in UNDER_A_KEY:
        try:
            await try_a_key(api, route)
        except AssertionError as wrong:
            wrong.add_note(route)
            raise


async def try_a_key(api: Api, route: str) -> None:
    token, path, body = await UNDER_A_KEY[route](api)
    before = api.database.all_but_answers()
    first = await api.post(path, token, json=body, headers=KEY)
    after = api.database.all_but_answers()
    assert (first.is_success, after != before) == (True, True)
    again = await api.post(path, token, json=body, headers=KEY)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers.get("Location") == first.headers.get("Location")
    if body:  # a route without one ignores what is sent
        assert_problem(await api.post(path, token, content=b"{}", headers=KEY | JSON), 400, "validation.invalid_input")
    changed = await api.post(path, token, content=b" " + first.request.content, headers=KEY | JSON)
    assert_problem(changed, 422, "idempotency.key_reused")
    assert api.database.all_but_answers() == after


async def test_two_callers_may_use_the_same_key(api: Api) -> None:
    _, provider_id = await api.open_provider()
    for hour in (10, 11):
        wish = {"providerId": provider_id, "slot": f"2026-11-23T{hour}:00:00+08:00"}
        answer = await api.post("/bookings", await api.joined("customer"), json=wish, headers=KEY)
        assert answer.status_code == 201


@pytest.mark.parametrize("key", [b"", b"two words", b"x" * 256, b"\xc3\xa9", b"tab\there"])
async def test_a_malformed_key_is_rejected(api: Api, key: bytes) -> None:
    _, provider_id = await api.open_provider()
    wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN}
    answer = await api.post("/bookings", await api.joined("customer"), json=wish, headers={"Idempotency-Key": key})
    assert_problem(answer, 400, "validation.invalid_input", "/header/Idempotency-Key")
