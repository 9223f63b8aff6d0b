"""`Idempotency-Key`."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest
from tests.unit.entrypoints.api import MONDAY_AT_TEN, PASSWORD, Api, assert_problem, the_routes
from tests.unit.entrypoints.http.reviewing import completed_booking

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


SOMEBODY: Final = {"email": "somebody@example.com", "password": PASSWORD, "role": "customer"}
Creating = tuple[str, str, dict[str, Any]]
"""Whose token, the path, and the body."""


async def a_slot(api: Api) -> tuple[str, dict[str, Any]]:
    _, provider_id = await api.open_provider()
    return await api.joined("customer"), {"providerId": provider_id, "slot": MONDAY_AT_TEN}


async def booking(api: Api) -> Creating:
    customer, slot = await a_slot(api)
    return customer, "/bookings", slot


async def series(api: Api) -> Creating:
    customer, slot = await a_slot(api)
    return customer, "/bookings/series", {**slot, "everyWeeks": 1, "times": 2}


async def hold(api: Api) -> Creating:
    customer, slot = await a_slot(api)
    return customer, "/holds", slot


async def waiting(api: Api) -> Creating:
    customer, slot = await a_slot(api)
    return customer, "/waitlist", {"providerId": slot["providerId"], "from": "2026-11-23", "to": "2026-11-24"}


async def rule(api: Api) -> Creating:
    return (await api.open_provider())[0], "/availability", {"day": 1, "startTime": "20:00", "endTime": "21:00"}


async def exception(api: Api) -> Creating:
    return (await api.open_provider())[0], "/availability/exceptions", {"date": "2026-12-31", "closed": True}


async def block(api: Api) -> Creating:
    off = {"start": "2026-11-25T02:00:00Z", "end": "2026-11-25T03:00:00Z"}
    return (await api.open_provider())[0], "/availability/blocks", off


async def profile(api: Api) -> Creating:
    return await api.joined("provider"), "/providers/me", {"displayName": "Another"}


async def salon(api: Api) -> Creating:
    return await api.joined("manager"), "/salons", {"name": "Nomad", "timeZone": "UTC"}


async def invitation(api: Api) -> Creating:
    manager, path, body = await salon(api)
    salon_id = (await api.post(path, manager, json=body)).json()["id"]
    _, provider_id = await api.open_provider()
    return manager, f"/salons/{salon_id}/members", {"providerId": provider_id}


async def many_accounts(api: Api) -> Creating:
    answer = await api.post("/auth/register", json={**SOMEBODY, "name": "Dorj"})
    return await api.an_admin(), "/admin/users/bulk", {"ids": [answer.json()["user"]["id"]], "action": "end_sessions"}


async def review(api: Api) -> Creating:
    customer, _, booking = await completed_booking(api)
    return customer, "/reviews", {"bookingId": booking["id"], "rating": 5}


UNDER_A_KEY: Final[dict[str, Callable[[Api], Awaitable[Creating]]]] = {
    "POST /bookings": booking,
    "POST /bookings/series": series,
    "POST /holds": hold,
    "POST /reviews": review,
    "POST /waitlist": waiting,
    "POST /availability": rule,
    "POST /availability/exceptions": exception,
    "POST /availability/blocks": block,
    "POST /providers/me": profile,
    "POST /salons": salon,
    "POST /salons/{salon_id}/members": invitation,
    "POST /admin/users/bulk": many_accounts,
}
_SECRETS: Final = "its answer is tokens, and no store may hold what they can be told again from; "
_STEP: Final = (
    "a step of a lifecycle: taken once, the second time it is refused, and `If-Match` says which one is meant"
)
WITHOUT_A_KEY: Final = {
    "POST /auth/register": _SECRETS + "the second time the contact is taken",
    "POST /auth/login": _SECRETS + "a second session harms nobody",
    "POST /auth/refresh": _SECRETS + "twice at once gives the same next token by itself",
    "POST /auth/logout": "ends what may have ended already",
    "POST /auth/send-otp": "no second code within a minute of the first",
    "POST /auth/verify-otp": _SECRETS + "a code is good once",
    "POST /auth/verify-email": "a code is good once",
    "POST /auth/change-password": "passwords, of which nothing may be kept; the second time the old one is wrong",
    "POST /auth/forgot-password": "no second code within a minute of the first",
    "POST /auth/reset-password": "passwords, of which nothing may be kept; a code is good once",
    "POST /auth/telegram": _SECRETS + "what Telegram has signed is good once",
    "POST /users/me/telegram": "what Telegram has signed is good once, and what is linked stays so",
    "POST /auth/mfa/totp": "its answer is a secret; a second one replaces it",
    "POST /auth/mfa/totp/confirm": "its answer is secrets, of which only digests are kept; a code is good once",
    "POST /auth/mfa/recovery-codes": "its answer is secrets, of which only digests are kept; a code is good once",
    "POST /providers/me/submit": _STEP,
    "POST /salons/{salon_id}/members/me/accept": "who is a member stays one",
    "POST /bookings/{booking_id}/reschedule": "to the same time twice has one effect",
    "POST /bookings/{booking_id}/cancel": _STEP,
    "POST /bookings/{booking_id}/accept": _STEP,
    "POST /bookings/{booking_id}/decline": _STEP,
    "POST /bookings/{booking_id}/offer-times": "replaces what was offered",
    "POST /providers/me/calendar-link": "its answer is a secret, of which only a digest is kept",
    "POST /users/me/calendar-link": "its answer is a secret, of which only a digest is kept",
    "POST /users/me/phone": "passwords, of which nothing may be kept; no second code within a minute of the first",
    "POST /users/me/phone/confirm": "a code is good once",
    "POST /payments": "while a payment for the purpose is open, asking again gives the same one; then nothing is due",
    "POST /reviews/{review_id}/reply": "replaces the reply",
    "POST /admin/reviews/{review_id}/hide": _STEP,
    "POST /admin/reviews/{review_id}/restore": _STEP,
    "POST /scheduling/slots": "computes, and keeps nothing",
    "POST /scheduling/explain": "computes, and keeps nothing",
    "POST /webhooks/qpay/{transaction_id}": "a hint, which the gateway may repeat: it is asked what is new",
    "POST /webhooks/sms/twilio": "a status, which may come twice: it never goes back",
}
"""POSTs that create nothing, or nothing twice by themselves; and why an answer is not kept under a key."""


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
