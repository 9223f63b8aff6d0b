"""`Idempotency-Key`."""

import asyncio
import re
from typing import Any, Final

import pytest
from tests.openapi import operations
from tests.programs import CHECKOUT
from tests.unit.entrypoints.api import MONDAY_AT_TEN, V1, Api, assert_problem, the_routes
from tests.unit.features.collected import ROUTES
from tests.unit.features.declarations import Request, Row

from entrypoints.http.kit.documentation import KEY as DOCUMENTED
from entrypoints.http.kit.idempotency import takes_key

pytestmark = pytest.mark.no_cover  # others cover what this walks; traced, it takes twice as long

KEY = {"Idempotency-Key": "monday-at-ten"}
JSON = {"Content-Type": "application/json"}
NO_KEY: Final = "Takes no `Idempotency-Key`: "


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


GUIDE: Final = CHECKOUT / "docs" / "use" / "api.md"


async def test_every_post_takes_a_key_or_says_why_not(api: Api) -> None:
    posts = {route: handler for route, handler in the_routes(api).items() if route.startswith("POST ")}
    taking = {route for route, handler in posts.items() if takes_key(handler)}
    reasons = {route: posts[route].opt[DOCUMENTED].no_idempotency_key for route in posts.keys() - taking}
    assert [route for route, reason in reasons.items() if not reason] == []
    unkeyed = {(anonymous(route.removeprefix("POST ")), reason) for route, reason in reasons.items()}
    rows = re.findall(r"^\| ([^|]+) \| (`POST [^|]+) \|$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {(anonymous(path), why) for why, paths in rows for path in re.findall("`POST (.+?)`", paths)} == unkeyed
    found = operations((await api.get("/schema")).json())
    said = [(name.removeprefix(f"post {V1}"), each.get("description", "").partition(NO_KEY)) for name, each in found]
    assert {(anonymous(path), text[2].removesuffix(".")) for path, text in said if text[1]} == unkeyed


def anonymous(path: str) -> str:
    """The path without the names of its parameters."""
    return re.sub(r"{[^}]*}", "{}", path)


async def test_every_other_post_has_one_effect_per_key(api: Api) -> None:
    for route, handler in the_routes(api).items():
        if not route.startswith("POST ") or not takes_key(handler):
            continue
        try:
            await try_a_key(api, *await request_of(api, ROUTES[route]))
        except AssertionError as wrong:
            wrong.add_note(route)
            raise


async def request_of(api: Api, row: Row) -> Request:
    if row.once is not None:
        return await row.once(api)
    assert row.edit is not None
    edit = await row.edit(api)
    return edit.token, edit.path, edit.body


async def try_a_key(api: Api, token: str, path: str, body: dict[str, Any]) -> None:
    before = api.database.all_but_answers()
    first = await api.post(path, token, json=body, headers=KEY)
    after = api.database.all_but_answers()
    assert (first.is_success, after != before) == (True, True)
    again = await api.post(path, token, json=body, headers=KEY)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    for header in ("Location", "ETag"):
        assert again.headers.get(header) == first.headers.get(header)
    versioned = first.status_code != 204 and "version" in first.json()
    assert ("ETag" in first.headers) == versioned
    if body:  # a route without a body ignores one that is sent
        refused = await api.post(path, token, content=b"{}", headers=KEY | JSON)
        assert refused.json()["code"] in {"validation.invalid_input", "idempotency.key_reused"}
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
