"""Every member of every body, refused: the answer names what was sent, says why for programs, and speaks to people.

Values that cannot be read are put into every second body by `make test`, into all by `make nightly`.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

import pytest
from tests.openapi import found, operations
from tests.unit.effort import NIGHTLY
from tests.unit.entrypoints.api import Api
from tests.unit.entrypoints.http.test_languages import LETTERS, OF_PROGRAMS

from booking_domain.shared.languages import LANGUAGES
from entrypoints.languages.catalogues import MESSAGE, catalogue_of

pytestmark = pytest.mark.no_cover  # others cover what this walks; traced, it takes twice as long

ID: Final = "0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21"
SAMPLES: Final = {"uuid": ID, "date-time": "2026-11-23T10:00:00+08:00", "date": "2026-11-23"}
NUMBERS: Final = {"integer", "number"}
STRIDE: Final = 1 if NIGHTLY else 2
LATIN: Final = re.compile("[A-Za-z]{2,}")


@dataclass
class Schemas:
    """The schemas of the document."""

    document: dict[str, Any]

    def bodies(self, *, every: int = 1) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Method, path and schema of each n-th body."""
        with_body = [each for each in operations(self.document) if "requestBody" in each[1]]
        for name, operation in with_body[::every]:
            method, path = name.split()
            yield method, path, operation["requestBody"]["content"]["application/json"]["schema"]

    def plain(self, schema: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        """The first alternative that is not null, and whether null is one."""
        schema = found(self.document, schema)
        for union in ("anyOf", "oneOf"):
            if union in schema and "type" not in schema:
                others = [each for each in schema[union] if each.get("type") != "null"]
                first, nullable = self.plain(others[0])
                return schema | first, nullable or len(others) < len(schema[union])
        if isinstance(kinds := schema.get("type"), list):
            return {**schema, "type": next(kind for kind in kinds if kind != "null")}, "null" in kinds
        return schema, False

    def valid(self, schema: dict[str, Any]) -> Any:
        """A value that the schema allows."""
        schema, _ = self.plain(schema)
        if "examples" in schema:
            return schema["examples"][0]
        if "enum" in schema or "const" in schema:
            return schema.get("const", next(iter(schema.get("enum", ())), None))
        kind = schema.get("type")
        if kind == "object":
            return {name: self.valid(schema["properties"][name]) for name in schema.get("required", ())}
        if kind == "array":
            return [self.valid(schema["items"])] * max(1, schema.get("minItems", 1))
        text = SAMPLES.get(str(schema.get("format")), "x" * max(1, schema.get("minLength", 1)))
        return {"boolean": True, "string": text}.get(str(kind), schema.get("minimum", 1))

    def refused(self, schema: dict[str, Any], pointer: str = "") -> Iterator[tuple[str, Any, str]]:
        """Pointers, values that the schema refuses there, and the reasons."""
        schema, nullable = self.plain(schema)
        kind = schema.get("type")
        if pointer:
            yield pointer, {"a": 1} if kind in {*NUMBERS, "boolean"} else 17, "wrong_type"
            if not nullable:
                yield pointer, None, "wrong_type"
        yield from ((pointer, value, reason) for value, reason in self._beyond(schema))
        if kind == "array":
            yield from self.refused(schema["items"], f"{pointer}/0")
        if kind == "object" and "properties" in schema:
            yield f"{pointer}/nonesuch", 1, "unknown_member"
            for name, member in schema["properties"].items():
                yield from self.refused(member, f"{pointer}/{name}")

    def _beyond(self, schema: dict[str, Any]) -> Iterator[tuple[Any, str]]:
        kind = schema.get("type")
        if "enum" in schema:
            yield 99 if kind == "integer" else "nonesuch", "not_one_of"
        elif kind in NUMBERS:
            yield from ((schema[bound] + by, "out_of_range") for bound, by in BOUNDS if bound in schema)
        elif kind in {"string", "array"}:
            item = "x" if kind == "string" else [self.valid(schema["items"])]
            least, most = (schema.get(f"{bound}{'Length' if item == 'x' else 'Items'}") for bound in ("min", "max"))
            assert most is not None or "pattern" in schema or "format" in schema, schema
            if least:
                yield item * (least - 1), "too_short"
            if most is not None:
                yield item * (most + 1), "too_long"
            text = "?" * (least or 1)
            if schema.get("format") in SAMPLES or not re.search(schema.get("pattern", ""), text):
                yield text, "malformed"

    def with_value(self, schema: dict[str, Any], given: Any, pointer: str, value: Any) -> Any:
        """A valid value, or the given one, with another value at this place."""
        if not pointer:
            return value
        schema, _ = self.plain(schema)
        name, *rest = pointer[1:].split("/")
        inner = "".join(f"/{step}" for step in rest)
        if schema["type"] == "array":
            items = given or self.valid(schema)
            return [self.with_value(schema["items"], items[0], inner, value), *items[1:]]
        members = given if isinstance(given, dict) else self.valid(schema)
        member = schema["properties"].get(name, {})
        return {**members, name: self.with_value(member, members.get(name), inner, value)}


BOUNDS: Final = (("minimum", -1), ("maximum", 1))


@pytest.mark.settings(BOOKING_RATE_LIMITS="off")
async def test_a_value_that_cannot_be_read_is_named_in_every_language(api: Api) -> None:
    schemas = Schemas((await api.get("/schema")).json())
    headers = {"Authorization": f"Bearer {await api.joined('customer')}"}
    asked, said = 0, set()
    for method, path, schema in schemas.bodies(every=STRIDE):
        where, body = path.format_map(defaultdict(lambda: ID)), schemas.valid(schema)
        for pointer, value, reason in schemas.refused(schema):
            content = schemas.with_value(schema, body, pointer, value)
            answer = await api.client.request(method, where, json=content, headers=headers)
            told = (method, path, pointer, value, answer.text)
            assert answer.status_code == 400, told
            [error] = answer.json()["errors"]
            assert (error["pointer"], error["reason"]) == (pointer, reason), told
            assert (reason == "not_one_of") <= ("allowed" in error), told
            said.add((error["message"], tuple(error.get("allowed", ()))))
            asked += 1
    assert asked > 2_000 // STRIDE
    for language, (message, allowed) in product(LANGUAGES, said):
        assert_for_people(language, catalogue_of(language).word(MESSAGE, message), allowed)


def assert_for_people(language: str, message: str, allowed: tuple[str, ...]) -> None:
    """Assert that a message is in the language, and names nothing of programs but the values to choose from."""
    said, _, values = message.partition(": ")
    if values.rstrip(".") == ", ".join(json.dumps(each).strip('"') for each in allowed) and allowed:
        message = said
    assert LETTERS[language].search(message), message
    example = re.search(r"\S*[0-9]\S*|https://\S+|\b(MNT|mn|nomad\.ink)\b", message)
    message = message.replace(example[0], "") if example else message
    assert not OF_PROGRAMS.search(message), message
    if language != "en":
        assert not LATIN.search(message), message


def odd(schema: dict[str, Any]) -> Iterator[Any]:
    """Values that the schema allows, and that a rule may refuse."""
    match schema:
        case {"enum": _} | {"const": _}:
            return
        case {"type": "integer" | "number"}:
            least, most = schema.get("minimum", 0), schema.get("maximum", 10**15)
            yield from (least, least + 1, min(most, 10**15))
        case {"format": "uuid"}:
            yield "ffffffff-ffff-4fff-bfff-ffffffffffff"
        case {"format": "date"}:
            yield from ("0001-01-01", "9999-12-31", "2020-01-01")
        case {"format": "date-time"}:
            yield from ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2020-01-01T00:00:00Z")
        case {"type": "string"}:
            texts = [each * max(1, schema.get("minLength", 1)) for each in (" ", "x", "\u200f", "+", "http://x.mn/ ")]
            for text in (*texts, "00:00", "24:00", "XXX", "xx"):
                fits = len(text) <= schema.get("maxLength", len(text)) and re.search(schema.get("pattern", ""), text)
                if fits:
                    yield text
        case _:
            return


def oddities(schemas: Schemas, schema: dict[str, Any], pointer: str = "") -> Iterator[tuple[str, Any]]:
    schema, _ = schemas.plain(schema)
    yield from ((pointer, value) for value in odd(schema))
    if schema.get("type") == "array":
        yield pointer, []
        yield pointer, [schemas.valid(schema["items"])] * 2
        yield from oddities(schemas, schema["items"], f"{pointer}/0")
    for name, member in schema.get("properties", {}).items():
        yield from oddities(schemas, member, f"{pointer}/{name}")


def is_of(schemas: Schemas, schema: dict[str, Any], body: Any, pointer: str) -> bool:
    """Whether a pointer leads into the body, or to a member that is not there and could be."""
    for step in pointer[1:].split("/") if pointer else ():
        schema, _ = schemas.plain(schema)
        if schema["type"] == "array":
            schema = schema["items"]
            body = body[int(step)] if isinstance(body, list) and int(step) < len(body) else None
        elif body is None or step not in schema["properties"]:
            return False
        else:
            schema, body = schema["properties"][step], body.get(step)
    return True


@pytest.mark.settings(BOOKING_RATE_LIMITS="off")
async def test_a_value_that_a_rule_refuses_is_named(api: Api) -> None:
    provider, provider_id = await api.open_provider(depositAmount=2_000_000)
    customer, manager = await api.joined("customer", verified=True), await api.joined("manager")
    salon = await api.post("/salons", manager, json={"name": "Nomad House", "timeZone": "Asia/Ulaanbaatar"})
    booking = await api.booked(customer, provider_id)
    known = defaultdict(lambda: provider_id, bookingId=booking["id"], salonId=salon.json()["id"])
    staff = {"/admin/": await api.an_admin(), "/salons": manager}
    staff |= dict.fromkeys(("/availability", "/providers/me", "/portfolio", "/services"), provider)
    schemas = Schemas((await api.get("/schema")).json())
    refused = 0
    for method, path, schema in schemas.bodies():
        if path.endswith(("/logout", "/auth/change-password", "/auth/register")):
            continue
        where, valid = path.format_map(known), schemas.valid(schema)
        body = {name: {"providerId": provider_id, "bookingId": booking["id"]}.get(name, valid[name]) for name in valid}
        tokens = iter([next((token for place, token in staff.items() if place in path), customer), provider, manager])
        headers = {"Authorization": f"Bearer {next(tokens)}"}
        for pointer, value in oddities(schemas, schema):
            sent = schemas.with_value(schema, body, pointer, value)
            answer = await api.client.request(method, where, json=sent, headers=headers)
            while answer.status_code == 403 and (token := next(tokens, None)) is not None:
                headers = {"Authorization": f"Bearer {token}"}
                answer = await api.client.request(method, where, json=sent, headers=headers)
            problem = answer.json() if answer.status_code >= 400 else {}
            told = (method, path, sent, answer.text)
            assert answer.status_code < 500, told
            for error in problem.get("errors", ()):
                refused += 1
                if not error["pointer"].startswith("/query/"):
                    assert is_of(schemas, schema, sent, error["pointer"]), told
                if error["message"].endswith(ENGLISH_END):
                    assert not OF_PROGRAMS.search(re.sub(r"'.*?'|[^ ]*/[^ ]*", "", error["message"])), told
            assert answer.status_code != 422 or "errors" in problem, told
    assert refused > 1_000


@pytest.mark.parametrize(
    ("member", "pointer"),
    [
        ({"priceAmount": 0}, "/priceAmount"),
        ({"priceAmount": 0, "depositAmount": 100}, "/depositAmount"),
        ({"noShowKeepsPercent": 0}, "/noShowKeepsPercent"),
    ],
)
async def test_of_two_values_that_do_not_fit_the_one_that_was_sent_is_named(
    api: Api, member: dict[str, int], pointer: str
) -> None:
    provider, _ = await api.open_provider(priceAmount=8_000_000, depositAmount=2_000_000, cancellationPreset="strict")
    answer = await api.put("/providers/me", provider, json=member)
    assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (422, [pointer])


ENGLISH_END: Final = tuple("abcdefghijklmnopqrstuvwxyz.)")
