"""Whatever is put wherever, no operation of the document answers with a 500.

`make test` puts every third value into each place, other ones into the next; `make reliability` puts all of them.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any, Final
from urllib.parse import quote, urlencode

import httpx
import pytest
from tests.openapi import operations
from tests.reliability import scale
from tests.unit.entrypoints.api import Api

pytestmark = pytest.mark.no_cover  # others cover what this walks; traced, it takes twice as long

HOSTILE: tuple[Any, ...] = (
    None,
    True,
    -1,
    2**31,
    2**64 + 1,
    1.5,
    "",
    "a\0b",
    "😀" * 50,
    "x" * 5_000,
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "2999-12-31T00:00:00Z",
    "9999-12-31",
    "24:00",
    "localtime",
    "JPY",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    [],
    {},
    [None],
    [{}],
)


STRIDE: Final = scale.of(1, less=8)
_PLACES: Final = count()


def hostile() -> Sequence[Any]:
    """The values for the next place."""
    return HOSTILE[next(_PLACES) % STRIDE :: STRIDE]


def hostile_bodies(operation: dict[str, Any], schemas: dict[str, Any]) -> Iterator[bytes]:
    """The example with one member replaced by something hostile."""
    if "requestBody" not in operation:
        return
    content = operation["requestBody"]["content"]["application/json"]
    schema = schemas[content["schema"]["$ref"].rpartition("/")[2]]
    for member in schema["properties"]:
        for value in hostile():
            yield json.dumps({**schema["examples"][0], member: value}).encode()


def hostile_paths(path: str, operation: dict[str, Any], known: defaultdict[str, str]) -> Iterator[str]:
    """The path with one parameter replaced by something hostile."""
    required = {
        each["name"]: each["example"][0] if each["schema"].get("type") == "array" else each["example"]
        for each in operation["parameters"]
        if each["in"] == "query" and each.get("required")
    }
    for parameter in operation["parameters"]:
        for value in hostile():
            name = parameter["name"]
            if parameter["in"] == "query":
                yield f"{path.format_map(known)}?{urlencode({**required, name: value})}"
            elif parameter["in"] == "path" and value != "":
                yield path.format_map(defaultdict(known.default_factory, {**known, name: quote(str(value), safe="")}))


async def test_nothing_hostile_makes_a_500(api: Api) -> None:
    provider, provider_id = await api.open_provider(depositAmount=2_000_000)
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    wish = {"bookingId": booking["id"], "purpose": "deposit"}
    payment = (await api.post("/payments", customer, json=wish)).json()
    known = defaultdict(
        lambda: provider_id, bookingId=booking["id"], paymentId=payment["id"], transactionId=payment["id"]
    )
    known["invoiceId"] = payment["qpayInvoiceId"]
    manager = await api.joined("manager")
    salon = await api.post("/salons", manager, json={"name": "Nomad House", "timeZone": "Asia/Ulaanbaatar"})
    known["salonId"] = salon.json()["id"]

    known["userId"] = (await api.get("/auth/me", manager)).json()["id"]
    known["endedId"] = (await api.get("/auth/sessions", manager)).json()["items"][0]["id"]
    admin = await api.an_admin()

    document = (await api.get("/schema")).json()
    asked = 0
    for name, operation in operations(document):
        method, path = name.split()
        if "text/event-stream" in operation["responses"].get("200", {}).get("content", {}):
            method = "HEAD"  # the answer to GET does not end
        staff = {"/admin/": admin, "/availability": provider, "/salons": manager}
        token = next((token for place, token in staff.items() if place in path), customer)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        requests: list[tuple[str, bytes | None]] = [(each, None) for each in hostile_paths(path, operation, known)]
        schemas = document["components"]["schemas"]
        requests += [(path.format_map(known), body) for body in hostile_bodies(operation, schemas)]
        for where, body in requests:
            answer: httpx.Response = await api.client.request(method, where, content=body, headers=headers)
            assert answer.status_code < 500, (method, where[:200], body and body[:200], answer.text)
            asked += 1
    assert asked > 1_500


async def test_texts_are_returned_unchanged(api: Api) -> None:
    texts = ("%3Cb%3E", "%253Cb%253E", "<b>&\"'</b>", "&lt;b&gt;", "\\u003cb\\u003e", "+ADw-b+AD4-", "a+b%20c")
    templates = ("{{7*7}}", "${7*7}", "{0.__class__}", "%s%n")
    token, provider_id = await api.open_provider()
    customer = await api.joined("customer", verified=True)
    for number, text in enumerate((*texts, *templates)):
        assert (await api.put("/providers/me", token, json={"bio": text})).status_code == 200
        assert (await api.get(f"/providers/{provider_id}")).json()["bio"] == text
        slot = f"2026-11-{24 + number // 8}T{10 + number % 8}:00:00+08:00"
        booking = await api.booked(customer, provider_id, slot, notes=text)
        assert (await api.get(f"/bookings/{booking['id']}", token)).json()["notes"] == text


async def test_addresses_are_decoded_once(api: Api) -> None:
    admin = await api.an_admin()
    assert (await api.get("/admin/users?q=%41dmin", admin)).json()["items"]
    assert (await api.get("/admin/users?q=%2541dmin", admin)).json()["items"] == []
    assert (await api.get("/providers")).status_code == 200
    for path in ("/bookings/%252e%252e%252fproviders", "/bookings/..%252fproviders", "/bookings/%2e%2e%2fproviders"):
        answer = await api.get(path, admin)
        assert answer.status_code in {400, 404}, path
        assert "items" not in answer.json()
    for path in ("/%70roviders", "/%2570roviders", "/provider%2573", "/providers%252f"):
        assert (await api.get(path)).status_code == (200 if path == "/%70roviders" else 404), path
