"""`Idempotency-Key`."""

import asyncio

import pytest
from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem, through_the_api

KEY = {"Idempotency-Key": "monday-at-ten"}


@through_the_api
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


@through_the_api
async def test_the_same_key_with_another_body_is_refused(api: Api) -> None:
    _, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN}
    await api.post("/bookings", customer, json=wish, headers=KEY)
    other = await api.post("/bookings", customer, json={**wish, "notes": "another"}, headers=KEY)
    assert_problem(other, 422, "idempotency.key_reused")
    elsewhere = await api.post("/holds", customer, json=wish, headers=KEY)
    assert_problem(elsewhere, 422, "idempotency.key_reused")


@through_the_api
async def test_twenty_at_once_under_one_key_make_one_booking(api: Api) -> None:
    _, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN}
    answers = await asyncio.gather(*(api.post("/bookings", customer, json=wish, headers=KEY) for _ in range(20)))
    assert {answer.content for answer in answers} == {answers[0].content}
    assert len((await api.get("/bookings", customer)).json()["items"]) == 1


@through_the_api
async def test_a_request_that_failed_may_be_tried_again_under_its_key(api: Api) -> None:
    _, provider_id = await api.open_provider()
    owner, other = await api.joined("customer"), await api.joined("customer")
    wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN}
    taken = await api.booked(owner, provider_id)
    assert_problem(await api.post("/bookings", other, json=wish, headers=KEY), 409, "booking.slot_taken")
    await api.patch(f"/bookings/{taken['id']}", owner, json={"status": "cancelled"})
    assert (await api.post("/bookings", other, json=wish, headers=KEY)).status_code == 201


@pytest.mark.parametrize("path", ["/availability", "/availability/exceptions", "/holds", "/providers/me"])
def test_other_creations_honour_the_key_too(path: str) -> None:
    @through_the_api
    async def story(api: Api) -> None:
        provider, provider_id = await api.open_provider()
        bodies = {
            "/availability": (provider, {"day": 1, "startTime": "20:00", "endTime": "21:00"}),
            "/availability/exceptions": (provider, {"date": "2026-12-31", "closed": True}),
            "/holds": (await api.joined("customer"), {"providerId": provider_id, "slot": MONDAY_AT_TEN}),
            "/providers/me": (await api.joined("provider"), {"displayName": "Another"}),
        }
        token, body = bodies[path]
        first = await api.post(path, token, json=body, headers=KEY)
        second = await api.post(path, token, json=body, headers=KEY)
        assert (first.status_code, second.status_code, second.content) == (201, 201, first.content)

    story()


@through_the_api
async def test_two_callers_may_use_the_same_key(api: Api) -> None:
    _, provider_id = await api.open_provider()
    for hour in (10, 11):
        wish = {"providerId": provider_id, "slot": f"2026-11-23T{hour}:00:00+08:00"}
        answer = await api.post("/bookings", await api.joined("customer"), json=wish, headers=KEY)
        assert answer.status_code == 201


@pytest.mark.parametrize("key", [b"", b"two words", b"x" * 256, b"\xc3\xa9", b"tab\there"])
@through_the_api
async def test_a_key_that_is_not_one_is_refused(api: Api, key: bytes) -> None:
    _, provider_id = await api.open_provider()
    wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN}
    answer = await api.post("/bookings", await api.joined("customer"), json=wish, headers={"Idempotency-Key": key})
    assert_problem(answer, 400, "validation.invalid_input", "/header/Idempotency-Key")
