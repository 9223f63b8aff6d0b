"""Every kind of bad input is answered with a problem that points at it, and never with a 500."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.acceptance.people import Person, Studio, customer, open_studio
from tests.acceptance.product import Product
from tests.gates import PATIENCE_SECONDS

MEGABYTES = 10
INVALID = "validation.invalid_input"
NOT_OFFERED = "booking.slot_not_offered"


@pytest.fixture(scope="module")
def studio(product: Product) -> Studio:
    return open_studio(product)


@pytest.fixture(scope="module")
def person(product: Product) -> Person:
    return customer(product)


def at(**later: float) -> datetime:
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(**later)


def assert_problem(answer: httpx.Response, status: int, code: str, pointer: str | None = None) -> None:
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code), problem
    assert {"type", "title", "detail", "instance", "requestId"} <= {*problem}
    if pointer is not None:
        assert [error["pointer"] for error in problem["errors"]] == [pointer], problem
        assert problem["errors"][0]["message"]


BOOKINGS: dict[str, tuple[dict[str, Any], int, str, str]] = {
    "a naive datetime": ({"slot": f"{at(days=2):%Y-%m-%dT%H:%M:%S}"}, 400, INVALID, "/slot"),
    "no datetime": ({"slot": "tomorrow"}, 400, INVALID, "/slot"),
    "a past slot": ({"slot": at(days=-1).isoformat()}, 422, NOT_OFFERED, "/slot"),
    "a slot off the grid": ({"slot": at(days=2, minutes=7).isoformat()}, 422, NOT_OFFERED, "/slot"),
    "a slot off the grid by a microsecond": (
        {"slot": at(days=2, microseconds=1).isoformat()},
        422,
        NOT_OFFERED,
        "/slot",
    ),
    "a slot beyond the horizon": ({"slot": at(days=400).isoformat()}, 422, NOT_OFFERED, "/slot"),
    "negative money": ({"depositAmount": -1}, 400, INVALID, "/depositAmount"),
    "money in fractions": ({"depositAmount": 20000.5}, 400, INVALID, "/depositAmount"),
    "more money than 64 bits": ({"depositAmount": 2**64}, 400, INVALID, "/depositAmount"),
    "a wrong type": ({"slot": 5}, 400, INVALID, "/slot"),
    "a text for a number": ({"durationMinutes": "60"}, 400, INVALID, "/durationMinutes"),
    "an unknown field": ({"colour": "red"}, 400, INVALID, "/colour"),
    "a bad id": ({"providerId": "42"}, 400, INVALID, "/providerId"),
    "an unknown provider": (
        {"providerId": "0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21"},
        404,
        "provider.not_found",
        "/providerId",
    ),
    "NUL": ({"notes": "a\0b"}, 400, INVALID, "/notes"),
    "too long a note": ({"notes": "x" * 2_001}, 400, INVALID, "/notes"),
}


@pytest.mark.parametrize("kind", BOOKINGS)
def test_a_bad_booking_is_refused(kind: str, person: Person, studio: Studio) -> None:
    wrong, status, code, pointer = BOOKINGS[kind]
    body = {"providerId": studio.id, "slot": at(days=2).isoformat(), **wrong}
    assert_problem(person.ask("POST", "/bookings", json=body), status, code, pointer)


def test_a_missing_field_is_pointed_at(person: Person, studio: Studio) -> None:
    assert_problem(person.ask("POST", "/bookings", json={"providerId": studio.id}), 400, INVALID, "/slot")


BODIES = {
    "broken JSON": b'{"slot": ',
    "no JSON": b"slot=now",
    "a list": b"[]",
    "nothing": b"",
    "not UTF-8": b'{"notes": "\xff"}',
    "deep nesting": b"[" * 100_000,
}


@pytest.mark.parametrize("kind", BODIES)
def test_a_body_that_is_not_a_json_object_is_refused(kind: str, person: Person) -> None:
    headers = {"Content-Type": "application/json"}
    answer = person.ask("POST", "/bookings", content=BODIES[kind], headers=headers)
    assert_problem(answer, 400, INVALID, "")


PROFILES: dict[str, tuple[str, str, dict[str, Any], int, str, str]] = {
    "an unknown zone": (
        "PUT",
        "/providers/me",
        {"timeZone": "Mars/Olympus"},
        422,
        "validation.invalid_value",
        "/timeZone",
    ),
    "an unknown zone of the calendar": (
        "PUT",
        "/availability/settings",
        {"timeZone": "Mars/Olympus"},
        422,
        "validation.invalid_value",
        "/timeZone",
    ),
    "negative money": ("PUT", "/availability/settings", {"depositAmount": -1}, 400, INVALID, "/depositAmount"),
    "a step of nothing": ("PUT", "/availability/settings", {"slotStepMinutes": 0}, 400, INVALID, "/slotStepMinutes"),
    "a bad time of the day": (
        "POST",
        "/availability",
        {"day": 1, "startTime": "25:00", "endTime": "26:00"},
        400,
        INVALID,
        "/startTime",
    ),
    "an unknown field": ("PUT", "/providers/me", {"colour": "red"}, 400, INVALID, "/colour"),
}


@pytest.mark.parametrize("kind", PROFILES)
def test_a_bad_profile_is_refused(kind: str, studio: Studio) -> None:
    method, path, body, status, code, pointer = PROFILES[kind]
    if kind == "a bad time of the day":
        answer = studio.owner.ask(method, path, json=body)
        assert pointer in [error["pointer"] for error in answer.json()["errors"]]
        assert answer.status_code == status
        return
    assert_problem(studio.owner.ask(method, path, json=body), status, code, pointer)


ZONES = {"unknown": "Mars/Olympus", "a path": "../../etc/passwd", "nothing": ""}


@pytest.mark.parametrize("kind", ZONES)
def test_slots_in_a_bad_time_zone_are_refused(kind: str, product: Product, studio: Studio) -> None:
    day = at(days=2).date()
    asked = {"from": str(day), "to": str(day + timedelta(days=1)), "timeZone": ZONES[kind]}
    answer = product.http.get(f"/providers/{studio.id}/slots", params=asked)
    assert answer.status_code in {400, 422}
    assert answer.json()["errors"][0]["pointer"] in {"/query/timeZone", "/timeZone"}


def test_a_body_with_a_content_length_of_ten_megabytes_is_refused(person: Person) -> None:
    answer = person.ask(
        "POST", "/bookings", content=b"x" * MEGABYTES * 1024 * 1024, headers={"Content-Type": "application/json"}
    )
    assert_problem(answer, 413, "validation.body_too_large")


def test_a_chunked_body_of_ten_megabytes_is_refused(person: Person) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(MEGABYTES):
            yield b"x" * 1024 * 1024

    answer = person.ask("POST", "/bookings", content=pieces(), headers={"Content-Type": "application/json"})
    assert_problem(answer, 413, "validation.body_too_large")


def test_bytes_that_are_not_http_do_not_harm_the_server(product: Product, person: Person, studio: Studio) -> None:
    with socket.create_connection(("127.0.0.1", product.port), timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(b"\x16\x03\x01 is not HTTP\r\n\r\n")
        assert not connection.recv(1024).startswith(b"HTTP/1.1 5")
    assert person.book(studio.id, studio.slots()[0])["status"] == "pending"
    assert "request failed" not in product.program.said
