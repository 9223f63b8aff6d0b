"""Bad input of each kind gets a problem that points at it, and never a 500."""

import json
from typing import Any

import httpx
import pytest
from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem

pytestmark = pytest.mark.no_cover  # others cover what this walks; traced, it takes twice as long

INVALID = "validation.invalid_input"
PROVIDER_ID = "0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21"
GOOD = {"providerId": PROVIDER_ID, "slot": MONDAY_AT_TEN}
RULE = {"day": 1, "startTime": "10:00", "endTime": "19:00"}


def raw(**members: str) -> bytes:
    """A booking's body whose members are written out."""
    given = {name: json.dumps(value) for name, value in GOOD.items()} | members
    return ("{" + ",".join(f'"{name}":{value}' for name, value in given.items()) + "}").encode()


BODIES = {
    "naive datetime": (raw(slot='"2026-11-23T10:00:00"'), "/slot"),
    "a date for an instant": (raw(slot='"2026-11-23"'), "/slot"),
    "a number for an instant": (raw(slot="1795392000"), "/slot"),
    "a leap second": (raw(slot='"2026-12-31T23:59:60Z"'), "/slot"),
    "hour 24": (raw(slot='"2026-11-23T24:00:00Z"'), "/slot"),
    "wrong type": (raw(durationMinutes='"60"'), "/durationMinutes"),
    "a truth for a number": (raw(durationMinutes="true"), "/durationMinutes"),
    "a fraction": (raw(durationMinutes="60.5"), "/durationMinutes"),
    "zero minutes": (raw(durationMinutes="0"), "/durationMinutes"),
    "unknown member": (raw(colour='"red"'), "/colour"),
    "unknown member with a slash": (raw(**{"a/b": "1"}), "/a~1b"),
    "missing member": (b'{"providerId":"' + PROVIDER_ID.encode() + b'"}', "/slot"),
    "bad uuid": (raw(providerId='"42"'), "/providerId"),
    "negative money": (raw(depositAmount="-1"), "/depositAmount"),
    "a number beyond 64 bits": (raw(depositAmount=str(2**63 + 1)), "/depositAmount"),
    "a number of 5,000 digits": (raw(depositAmount="9" * 5_000), "/depositAmount"),
    "a number beyond floats": (raw(depositAmount="1e999"), "/depositAmount"),
    "not a number": (raw(depositAmount="NaN"), ""),
    "too long": (raw(notes='"' + "x" * 2_001 + '"'), "/notes"),
    "NUL": (raw(notes='"a\\u0000b"'), "/notes"),
    "a lone surrogate": (raw(notes='"\\ud800"'), ""),
    "a surrogate the wrong way round": (raw(notes='"\\udc00\\ud800"'), ""),
    "a surrogate in raw bytes": (raw(notes='"@"').replace(b"@", b"\xed\xa0\x80"), ""),
    "not UTF-8": (raw(notes='"@"').replace(b"@", b"\xff"), ""),
    "a byte order mark": (b"\xef\xbb\xbf" + raw(), ""),
    "a name twice": (raw()[:-1] + b',"slot":"2026-11-23T11:00:00Z"}', "/slot"),
    "broken JSON": (raw()[:-1], ""),
    "more than JSON": (raw() + b"{}", ""),
    "a list": (b"[]", ""),
    "null": (b"null", ""),
    "no body": (b"", ""),
    "nothing but space": (b"  ", ""),
    "deep nesting": (b"[" * 100_000, ""),
    "deep nesting in a member": (b'{"notes":' + b"[" * 100_000, "/notes"),
    "deep nesting in an unknown member": (b'{"x":' + b'{"a":' * 40_000, "/x"),
    "an enormous name": (b'{"' + b"x" * 100_000 + b'":1}', None),
}


@pytest.mark.parametrize("kind", BODIES)
async def test_a_bad_body_is_refused(api: Api, kind: str) -> None:
    body, pointer = BODIES[kind]
    customer = await api.joined("customer")
    answer = await api.post("/bookings", customer, content=body, headers={"Content-Type": "application/json"})
    assert_problem(answer, 400, INVALID, pointer)
    assert len(answer.content) < 2_000


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""])
async def test_a_body_of_another_type_is_refused(api: Api, content_type: str) -> None:
    customer = await api.joined("customer")
    answer = await api.post("/bookings", customer, content=raw(), headers={"Content-Type": content_type})
    assert_problem(answer, 415, "validation.unsupported_media_type")


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
async def test_json_may_name_its_charset(api: Api, content_type: str) -> None:
    customer = await api.joined("customer")
    answer = await api.post("/bookings", customer, content=raw(), headers={"Content-Type": content_type})
    assert_problem(answer, 404, "provider.not_found", "/providerId")


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_of_ten_megabytes_is_rejected(api: Api, announced: bool) -> None:  # noqa: FBT001
    async def chunks() -> Any:
        for _ in range(10):
            yield b"x" * 1024 * 1024

    customer = await api.joined("customer")
    content = b"x" * 10 * 1024 * 1024 if announced else chunks()
    answer = await api.post("/bookings", customer, content=content, headers={"Content-Type": "application/json"})
    assert_problem(answer, 413, "validation.body_too_large")


RULES: dict[str, tuple[dict[str, Any], str, str]] = {
    "past slot": ({"slot": "2026-11-22T10:00:00+08:00"}, "booking.slot_not_offered", "/slot"),
    "off the grid": ({"slot": "2026-11-23T10:07:00+08:00"}, "booking.slot_not_offered", "/slot"),
    "closed": ({"slot": "2026-11-23T22:00:00+08:00"}, "booking.slot_not_offered", "/slot"),
    "beyond the horizon": ({"slot": "2027-11-23T10:00:00+08:00"}, "booking.slot_not_offered", "/slot"),
    "the first year": ({"slot": "0001-01-01T00:00:00+14:00"}, "validation.invalid_value", "/slot"),
    "the last year": ({"slot": "9999-12-31T23:59:59-12:00"}, "validation.invalid_value", "/slot"),
    "a deposit beyond the price": ({"depositAmount": 9_000_000}, "booking.deposit_out_of_range", "/depositAmount"),
}


@pytest.mark.parametrize("kind", RULES)
async def test_a_valid_body_that_breaks_a_rule_is_unprocessable(api: Api, kind: str) -> None:
    _, provider_id = await api.open_provider()
    wish, code, pointer = RULES[kind]
    body = {**GOOD, "providerId": provider_id, **wish}
    assert_problem(await api.post("/bookings", await api.joined("customer"), json=body), 422, code, pointer)


OF_PROVIDERS: dict[str, tuple[str, str, dict[str, Any], int, str, str]] = {
    "unknown zone": (
        "PUT",
        "/providers/me",
        {"timeZone": "Mars/Olympus"},
        422,
        "validation.invalid_value",
        "/timeZone",
    ),
    "a path for a zone": (
        "PUT",
        "/availability/settings",
        {"timeZone": "../../etc/passwd"},
        422,
        "validation.invalid_value",
        "/timeZone",
    ),
    "negative money": ("PUT", "/availability/settings", {"depositAmount": -1}, 400, INVALID, "/depositAmount"),
    "unknown currency": (
        "PUT",
        "/availability/settings",
        {"currency": "XXX"},
        422,
        "validation.invalid_value",
        "/currency",
    ),
    "null for what cannot be taken away": ("PUT", "/providers/me", {"bio": None}, 400, INVALID, "/bio"),
    "nested": ("PUT", "/providers/me", {"location": {"lat": 91, "lon": 0}}, 400, INVALID, "/location/lat"),
    "in a list": ("PUT", "/providers/me", {"styles": ["fine", 7]}, 400, INVALID, "/styles/1"),
    "unknown in a list": (
        "PUT",
        "/availability/settings",
        {"cancellationPolicy": [{"hoursBefore": 1, "percent": 2, "x": 3}]},
        400,
        INVALID,
        "/cancellationPolicy/0/x",
    ),
    "NUL in a list": ("PUT", "/providers/me", {"styles": ["a", "b\0"]}, 400, INVALID, "/styles/1"),
    "day 7": ("POST", "/availability", {**RULE, "day": 7}, 400, INVALID, "/day"),
    "half past 24": ("POST", "/availability", {**RULE, "endTime": "24:30"}, 400, INVALID, "/endTime"),
    "a rule that skips weeks without a start": (
        "POST",
        "/availability",
        {**RULE, "everyWeeks": 2},
        422,
        "validation.invalid_value",
        "/validFrom",
    ),
    "both closed and open": (
        "POST",
        "/availability/exceptions",
        {"date": "2026-12-31", "closed": True, "ranges": [{"startTime": "10:00", "endTime": "11:00"}]},
        422,
        "validation.invalid_value",
        "/ranges",
    ),
    "30 February": ("POST", "/availability/exceptions", {"date": "2026-02-30", "closed": True}, 400, INVALID, "/date"),
}


@pytest.mark.parametrize("kind", OF_PROVIDERS)
async def test_invalid_input_of_providers_is_pointed_to(api: Api, kind: str) -> None:
    method, path, body, status, code, pointer = OF_PROVIDERS[kind]
    provider, _ = await api.open_provider()
    assert_problem(await api.call(method, path, provider, json=body), status, code, pointer)


async def test_a_whole_number_may_be_written_with_a_point(api: Api) -> None:
    provider, _ = await api.open_provider()

    async def answered(minutes: str) -> httpx.Response:
        body = f'{{"slotStepMinutes": {minutes}, "cancellationPolicy": [{{"hoursBefore": 24.0, "percent": 1e2}}]}}'
        headers = {"Content-Type": "application/json"}
        return await api.put("/availability/settings", provider, content=body, headers=headers)

    settings = (await answered("45.0")).json()
    assert settings["slotStepMinutes"] == 45
    assert settings["cancellationPolicy"] == [{"hoursBefore": 24, "percent": 100}]
    for wrong in ("45.5", "1e300", '"45.0"'):
        assert_problem(await answered(wrong), 400, INVALID, "/slotStepMinutes")
    assert_problem(await answered('45.0, "slotStepMinutes": 45'), 400, INVALID, "/slotStepMinutes")
    assert_problem(await answered('45.0, "timeZone": "\\ud800"'), 400, INVALID, "")


SLOTS = f"/providers/{PROVIDER_ID}/slots"
PARAMETERS = {
    "missing": (f"{SLOTS}?from=2026-11-23", "/query/to"),
    "unknown": ("/bookings?color=red", "/query/color"),
    "unknown where there is none": ("/auth/me?x=1", "/query/x"),
    "twice": ("/bookings?limit=1&limit=2", "/query/limit"),
    "twice the same": ("/bookings?limit=1&limit=1", "/query/limit"),
    "null": ("/bookings?status=null", "/query/status/0"),
    "not a number": ("/bookings?limit=many", "/query/limit"),
    "too many": ("/bookings?limit=101", "/query/limit"),
    "a negative number": ("/bookings?limit=-1", "/query/limit"),
    "not a status": ("/bookings?status=lost", "/query/status/0"),
    "bad cursor": ("/bookings?cursor=%21%21", "/query/cursor"),
    "a short cursor": ("/bookings?cursor=AAAA", "/query/cursor"),
    "NUL": ("/bookings?cursor=a%00b", "/query/cursor"),
    "not UTF-8": ("/bookings?cursor=%ff", "/query"),
    "naive instant": (f"{SLOTS}?from=2026-11-23T10:00:00&to=2026-11-24", "/query/from"),
    "no such date": (f"{SLOTS}?from=2026-02-30&to=2026-11-24", "/query/from"),
    "no date at all": (f"{SLOTS}?from=next-monday&to=2026-11-24", "/query/from"),
    "a date of another calendar": (f"{SLOTS}?from=٢٠٢٦-١١-٢٣&to=2026-11-24", "/query/from"),
    "bad uuid": ("/bookings/42", "/path/bookingId"),
    "bad uuid of a provider": ("/providers/me2", "/path/providerId"),
    "NUL in an invoice's id": ("/payments/status/a%00b", "/path/invoiceId"),
    "a long invoice's id": ("/payments/status/" + "x" * 65, "/path/invoiceId"),
}


@pytest.mark.parametrize("kind", PARAMETERS)
async def test_a_bad_parameter_is_refused(api: Api, kind: str) -> None:
    path, pointer = PARAMETERS[kind]
    answer = await api.get(path, await api.joined("customer"))
    assert_problem(answer, 400, INVALID, pointer)


async def test_a_nul_character_in_an_address_is_refused_whatever_reads_it(api: Api) -> None:
    _, provider_id = await api.open_provider()
    admin = await api.an_admin()
    for path, parameter in (
        (f"/book/{provider_id}/%00", "token"),
        (f"/book/{provider_id}/a%00b", "token"),
        ("/admin/message-templates/%00", "templateKey"),
        ("/providers/%00", "providerId"),
    ):
        assert_problem(await api.get(path, admin), 400, "validation.invalid_input", f"/path/{parameter}")


@pytest.mark.parametrize("tag", ["1", '"1', "W/1", '"1" "2"', '"1",', '"1", *', '"a"b"', ""])
async def test_a_bad_if_match_is_refused(api: Api, tag: str) -> None:
    answer = await api.patch(
        f"/bookings/{PROVIDER_ID}",
        await api.joined("customer"),
        json={"status": "cancelled"},
        headers={"If-Match": tag},
    )
    assert_problem(answer, 400, INVALID, "/header/If-Match")


async def test_unknown_addresses_answer_with_a_problem(api: Api) -> None:
    assert_problem(await api.get("/nowhere"), 404, "http.not_found")
    refused = await api.delete("/bookings")
    assert_problem(refused, 405, "http.method_not_allowed")
    assert "POST" in refused.headers["Allow"]
    head: httpx.Response = await api.call("HEAD", "/nowhere")
    assert (head.status_code, head.content) == (404, b"")


async def test_without_a_token_the_body_is_not_validated(api: Api) -> None:
    answer = await api.post("/bookings", content=b"[" * 1_000)
    assert_problem(answer, 401, "auth.invalid_token")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


WHY = {
    "closed": ("2026-11-23T22:00:00+08:00", "the provider is closed then", "ارائه‌دهنده در آن زمان تعطیل است"),
    "notice": ("2026-11-22T10:00:00+08:00", "it is past, or too soon", "آن زمان گذشته یا خیلی نزدیک است"),
    "horizon": ("2027-11-23T10:00:00+08:00", "it is too far ahead", "آن زمان خیلی دور است"),
    "off_grid": ("2026-11-23T10:07:00+08:00", "appointments begin at other times", "رزروها در دقیقه‌های دیگری"),
}


@pytest.mark.parametrize("reason", WHY)
async def test_a_slot_that_is_not_offered_says_why(api: Api, reason: str) -> None:
    slot, english, persian = WHY[reason]
    _, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    for language, words in (("en", english), ("fa", persian)):
        await api.patch("/users/me", customer, json={"locale": language})
        refused = (await api.post("/bookings", customer, json={"providerId": provider_id, "slot": slot})).json()
        assert reason in refused["reasons"]
        assert words in refused["detail"]
