"""Texts and numbers that PostgreSQL cannot store, in every place of every route: no answer is a 500.

The ports in memory take any text and any number, so `tests/unit/entrypoints/http/test_hostile_input.py` cannot see what
only the database refuses.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

import pytest
from tests.databases import TestServer
from tests.reliability import scale
from tests.reliability.conftest import Report
from tests.reliability.test_confused_bodies import somebody, stored
from tests.unit.entrypoints.api import Api, the_routes
from tests.unit.entrypoints.http.test_access import the_body
from tests.unit.features.collected import ROUTES
from tests.unit.features.declarations import World

from entrypoints.http.kit.openapi.document import document_of
from entrypoints.http.kit.openapi.operations import operation_id_of

pytestmark = pytest.mark.no_cover
STRIDE: Final = scale.of(1, less=8)
ROUTES_STRIDE: Final = scale.of(1, less=24)
"""`make test` sends every eighth request of every 24th route."""
UNREADY: Final = "/admin/refund-transfers/{refund_id}"
"""Routes whose refund a new database does not have at once."""
IN_ADDRESSES: Final = (
    *("%00", "a%00b", "%ED%A0%80", "%FF", "%F0%9F%98%80", "%E2%80%AE", "%EF%BF%BF", "x" * 3_000, "'%22;--", "%25", "_"),
    *map(str, (-1, 0, 2**15, 2**31 - 1, 2**31, -(2**31) - 1, 2**32, 2**53, 2**63 - 1, 2**63, -(2**63) - 1, 10**30)),
    *(
        "9" * 5_000,
        "1e400",
        "NaN",
        "Infinity",
        "0x10",
        "1_000",
        "%D9%A1",
        "%C2%B2",
        "+1",
        "1.0",
        "true",
        "null",
        "%0a",
        "%20",
    ),
    *(
        "0001-01-01",
        "9999-12-31",
        "0000-01-01",
        "10000-01-01",
        "0001-01-01T00:00:00%2B23:59",
        "9999-12-31T23:59:59-23:59",
    ),
    *("2026-11-23T24:00:00Z", "2026-11-23T23:59:60Z", "2026-02-30", "-infinity", "infinity", "now", "epoch"),
    *("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "%7B%7D", "%5B%5D"),
)
"""Values of parameters in paths and queries."""
IN_BODIES: Final = (
    *(2**15, 2**31 - 1, 2**31, -(2**31) - 1, 2**53, 2**63 - 1, 2**63, -(2**63), 0, -1, 10**18, 1e308, 5e-324),
    *(
        "",
        " ",
        "\u0001",
        "\u007f",
        "\u0085",
        "\ufeff",
        "\uffff",
        "\u202e",
        "\u200b",
        "😀" * 60,
        "x" * 1_000,
        "%s",
        "\\u0000",
        "'; --",
    ),
    *("0001-01-01", "9999-12-31", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "infinity", "epoch"),
    *(
        "00:00",
        "23:59",
        "24:00",
        "Asia/Ulaanbaatar",
        "Etc/GMT+12",
        "ZZZ",
        "MNT",
        "JPY",
        "KWD",
        "a@b.co",
        "+97699112233",
    ),
    *("ffffffff-ffff-ffff-ffff-ffffffffffff", "00000000-0000-0000-0000-000000000000", "https://example.com/\ufffd"),
)
"""Values of members; those of the wrong type are another test's."""
HEADERS: Final = {
    "Idempotency-Key": ("", "x", "x" * 256, "a\x01b", "é" * 40, "😀", "'; --", "\xff", "%00"),
    "If-Match": (
        "",
        "*",
        '"1"',
        '"99999999999999999999"',
        '"2147483648"',
        'W/"1"',
        '"é"',
        "," * 900,
        '"1-' + "x" * 40 + '"',
    ),
    "If-None-Match": ("", "*", '"99999999999999999999"', "é", "," * 900),
    "Accept-Language": ("", "*", "xx", "en;q=NaN", "en;q=1e400", ",".join(["mn;q=0.5"] * 300), "é", "-" * 300),
    "User-Agent": ("", "x" * 4_000, "é", "\xff\xfe", "😀" * 300, "a\x01b", "\x7f"),
    "X-Request-Id": ("", "x" * 300, "é", "a\x01b"),
    "X-Forwarded-For": ("", "x", "1.1.1.1, " * 300, "::1%eth0", "é"),
    "Accept": ("", "*/*;q=NaN", "application/json;q=1e400", "é", "," * 900),
    "Cookie": ("", "=", ";" * 900, "access_token=é", "a=\xff", "x" * 4_000),
    "Origin": ("null", "é", "http://", "x" * 3_000),
    "Last-Event-ID": ("", "0", "99999999999999999999", "-1", "é", "x" * 300),
}


def texts(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The places of what a body holds."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield (*place, name)
            yield from texts(item, (*place, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield (*place, index)
            yield from texts(item, (*place, index))


def with_value(body: Any, place: tuple[str | int, ...], value: Any) -> Any:
    changed = json.loads(json.dumps(body))
    at = changed
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = value
    return changed


def requests(
    path: str, named: Mapping[str, Any], parameters: Sequence[Mapping[str, Any]], body: Any
) -> Iterator[tuple[str, Any, dict[bytes, bytes]]]:
    """Address, body and headers of each request."""
    right = path.format(**named)
    for name in named:
        if f"{{{name}}}" in path:
            for value in IN_ADDRESSES:
                yield path.format(**{**named, name: value}), body, {}
    asked = [each for each in parameters if each["in"] == "query"]
    required = {
        each["name"]: each["example"][0] if isinstance(each.get("example"), list) else each.get("example", "x")
        for each in asked
        if each.get("required")
    }
    for parameter in asked:
        others = "".join(f"&{n}={quote(str(v), safe='')}" for n, v in required.items() if n != parameter["name"])
        for value in IN_ADDRESSES:
            yield f"{right}?{parameter['name']}={value}{others}", body, {}
    for place in texts(body):
        for member in IN_BODIES:
            yield right, with_value(body, place, member), {}
    for header, values in HEADERS.items():
        for value in values:
            yield right, body, {header.encode(): value.encode("latin-1", "ignore") or value.encode()}


async def attacked(api: Api, route: str, chosen: slice) -> tuple[int, list[str]]:
    """The number of requests of a route, and those that were answered with a 500."""
    handler, document, (method, path) = the_routes(api)[route], document_of(api.app), route.split()
    components = document["components"].get("parameters", {})
    operations = {each["operationId"]: each for item in document["paths"].values() for each in item.values()}
    operation = operations.get(operation_id_of(handler))
    if operation is None or "text/event-stream" in json.dumps(operation["responses"].get("200", {})):
        return 0, []
    named_by = operation.get("parameters", ())
    parameters = [components[each["$ref"].rpartition("/")[2]] if "$ref" in each else each for each in named_by]
    world = World(api)
    identity, named = await somebody(world, ROUTES[route])
    token = await world.token(identity)
    has_body = "data" in handler.parsed_fn_signature.parameters
    body = await the_body(world, handler, named) if has_body else None
    sent, wrong = list(requests(path, named, parameters, body))[chosen], list[str]()
    for address, content, headers in sent:
        said = {b"Authorization": f"Bearer {token}".encode(), **headers}
        answer = await api.call(method, address, headers=said, **({} if content is None else {"json": content}))
        if answer.status_code >= 500:
            wrong.append(f"{method} {address[:150]} {json.dumps(content)[:300]} {headers}: {answer.text[:300]}")
    return len(sent), wrong


async def test_no_text_and_no_number_makes_a_500(postgres: TestServer, report: Report) -> None:
    async def story(url: str, route: str, chosen: slice) -> tuple[int, list[str]]:
        async with stored(url) as api:
            return await attacked(api, route, chosen)

    asked, wrong = 0, list[str]()
    routes = [route for route in ROUTES if UNREADY not in route]
    for place, route in enumerate(routes[::ROUTES_STRIDE]):
        with postgres.database() as url:  # requests end sessions, delete objects and fill up what is bounded
            number, found = await story(url, route, slice(place % STRIDE, None, STRIDE))
        asked, wrong = asked + number, wrong + found
    assert wrong == []
    assert asked > 200
    report(24, f"{asked} hostile requests on PostgreSQL: none answered with a 500")
