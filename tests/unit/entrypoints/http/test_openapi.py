"""The OpenAPI document matches the API."""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec
import pytest
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import LargeBinary
from tests.openapi import example_of, operations
from tests.unit.entrypoints.api import V1, Api, assert_problem

from adapters.postgres.contexts import metadata
from entrypoints.http.docs.vocabulary import VOCABULARY
from entrypoints.http.docs.wording import WORDING
from entrypoints.http.kit.documentation import KEY
from entrypoints.http.kit.fields import Json
from entrypoints.http.kit.openapi.examples import Examples
from entrypoints.http.kit.openapi.signatures import Schemas, answer_type, body_type
from entrypoints.http.kit.problems import camel
from entrypoints.http.kit.strict_json import read_json

MOST_BYTES = 1_060_000


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for member in value.values():
            yield from references(member)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def patterns(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("pattern"), str):
            yield value["pattern"]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from patterns(item)


def documented(api: Api) -> Iterator[HTTPRouteHandler]:
    for route in api.app.routes:
        for handler, _ in getattr(route, "route_handler_map", {}).values():
            if handler.opt.get(KEY) is not None:
                yield handler


async def test_each_operation_is_complete(api: Api) -> None:
    document = (await api.get("/schema")).json()
    assert document["openapi"].startswith("3.1")
    ids = []
    for name, operation in operations(document):
        ids.append(operation["operationId"])
        assert operation["summary"], name
        assert operation["tags"], name
        for status, answer in operation["responses"].items():
            if status >= "400":
                content = answer["content"]["application/problem+json"]
                assert content["schema"] == {"$ref": "#/components/schemas/Problem"}, name
                assert "`" in answer["description"], name
            elif status not in {"204", "303", "304"}:
                content, *files = answer["content"].values()
                assert not any(files), name
                assert example_of(document, content), name
        assert "default" in operation["responses"], name
        if "requestBody" in operation:
            body = operation["requestBody"]["content"]["application/json"]
            assert isinstance(example_of(document, body), dict), name
    assert len(ids) == len(set(ids)) >= 30


async def test_responses_document_their_headers(api: Api) -> None:
    known = dict(operations((await api.get("/schema")).json()))

    def headers(path: str, method: str, status: str) -> set[str]:
        return set(known[f"{method} {path}"]["responses"][status].get("headers", ()))

    assert headers("/api/v1/bookings", "get", "200") == set()
    assert headers("/api/v1/bookings", "post", "201") == {"Location", "ETag", "Idempotency-Replayed"}
    assert headers("/api/v1/bookings/{bookingId}", "patch", "200") == {"ETag"}
    assert headers("/api/v1/users/me/calendar.ics", "get", "304") == {"ETag"}
    assert headers("/api/v1/payments", "post", "503") == {"Retry-After"}


async def test_properties_of_every_operation_are_documented_once(api: Api) -> None:
    document = (await api.get("/schema")).json()
    answered = await api.get("/bookings")
    for header in set(answered.headers) & {"x-request-id", "cache-control", "ratelimit", "ratelimit-policy"}:
        assert f"`{header}`" in document["info"]["description"].lower()
    description = document["components"]["responses"]["AnyProblem"]["description"]
    for code in ("auth.invalid_token", "rate.limited", "service.unavailable", "validation.invalid_input"):
        assert f"`{code}`" in description
    assert f"`{answered.json()['code']}`: " in document["components"]["schemas"]["ProblemCode"]["description"]


async def test_the_document_is_small_and_the_names_of_its_components_do_not_count(api: Api) -> None:
    """A component that is numbered gets another number when an operation is added."""
    answer = await api.get("/schema")
    assert len(answer.content) < MOST_BYTES
    names = [name for kind, found in answer.json()["components"].items() if kind != "schemas" for name in found]
    assert [name for name in names if name[-1].isdigit()] == []


async def test_every_member_and_every_parameter_is_described(api: Api) -> None:
    document = (await api.get("/schema")).json()
    for name, schema in document["components"]["schemas"].items():
        assert [each for each, member in schema.get("properties", {}).items() if "description" not in member] == [], (
            name
        )
    parameters = [*document["components"]["parameters"].values()]
    parameters += [each for _, operation in operations(document) for each in operation["parameters"]]
    assert [each for each in parameters if "$ref" not in each and "description" not in each] == []
    assert [each for each in parameters if "description" in each.get("schema", {})] == []


async def test_the_docstring_of_an_attribute_is_its_description(api: Api) -> None:
    booking = (await api.get("/schema")).json()["components"]["schemas"]["Booking"]["properties"]
    assert booking["releasedAmount"]["description"] == (
        "The amount that was authorised on the customer's card and released without a charge."
    )


class Undescribed(Json, frozen=True, kw_only=True):
    """A schema that says nothing about one of its members."""

    said: int
    """It is described."""
    unsaid: int


def test_a_member_that_nothing_describes_is_refused() -> None:
    with pytest.raises(ValueError, match=r"these mean: Undescribed.unsaid; add a docstring"):
        Schemas([], Undescribed, names={}, vocabulary={}, examples={})
    Schemas([], Undescribed, names={}, vocabulary={"unsaid": "It is in the vocabulary."}, examples={})


async def test_the_vocabulary_has_no_word_that_the_document_does_not_use(api: Api) -> None:
    document = json.dumps((await api.get("/schema")).json(), ensure_ascii=False)
    assert [name for name in VOCABULARY if f'"{name}"' not in document] == []


async def test_created_resources_link_to_their_operations(api: Api) -> None:
    document = (await api.get("/schema")).json()
    named = {operation["operationId"]: name for name, operation in operations(document)}
    found = {
        (operation["operationId"], link["operationId"]): link["parameters"]
        for _, operation in operations(document)
        for answer in operation["responses"].values()
        for link in answer.get("links", {}).values()
    }
    assert found["placeBooking", "getBooking"] == {"bookingId": "$response.body#/id"}
    assert found["placeHold", "releaseHold"] == {"holdId": "$response.body#/id"}
    assert {to for _, to in found} <= set(named)
    for (_, to), parameters in found.items():
        assert all(f"{{{name}}}" in named[to] for name in parameters), to


async def test_schemas_match_the_decoded_and_encoded_types(api: Api) -> None:
    schemas = (await api.get("/schema")).json()["components"]["schemas"]
    booking = schemas["Booking"]["properties"]
    instant = {"type": "string", "format": "date-time"}
    assert booking["offeredTimes"]["items"] == instant
    for member in (booking["start"], booking["dueAt"], schemas["User"]["properties"]["emailVerifiedAt"]):
        assert {**member, "description": ""} == {**instant, "description": ""}
    no_nul = re.compile(schemas["RegisterBody"]["properties"]["name"]["pattern"])
    assert no_nul.search("Dorj\nof Khovd")
    assert not no_nul.search("Dorj\0")


async def test_no_pattern_leaves_an_end_open_to_a_nul(api: Api) -> None:
    schemas = (await api.get("/schema")).json()["components"]["schemas"]
    bodies = [schema for schema in schemas.values() if schema.get("additionalProperties") is False]
    found = set(patterns(bodies))
    assert len(found) > 5
    assert [each for each in found if not (each.startswith("^") and each.endswith("$"))] == []


async def test_each_parameter_in_a_path_is_declared(api: Api) -> None:
    for name, operation in operations((await api.get("/schema")).json()):
        declared = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
        assert declared == set(re.findall(r"\{(\w+)\}", name)), name


async def test_each_reference_resolves(api: Api) -> None:
    document = (await api.get("/schema")).json()
    found = set(references(document))
    assert found
    components = {f"#/components/{kind}/{name}" for kind, all_ in document["components"].items() for name in all_}
    assert found <= components


async def test_strict_bodies_document_that_they_are_strict(api: Api) -> None:
    schemas = (await api.get("/schema")).json()["components"]["schemas"]
    bodies = {name: schema for name, schema in schemas.items() if name.endswith("Body")}
    assert len(bodies) >= 12
    assert all(schema["additionalProperties"] is False for schema in bodies.values())


async def test_examples_match_the_types_that_are_decoded_and_encoded(api: Api) -> None:
    document = (await api.get("/schema")).json()
    for handler in documented(api):
        if (body := body_type(handler)) is not None:
            read_json(msgspec.json.encode(handler.opt[KEY].body), body)
    checked = 0
    for answer in {kind for handler in documented(api) if isinstance(kind := answer_type(handler), type)}:
        name = WORDING.names.get(answer.__name__, answer.__name__.removesuffix("Json"))
        for example in document["components"]["schemas"].get(name, {}).get("examples", ()):
            shown: object = msgspec.convert(example, answer)
            assert msgspec.json.decode(msgspec.json.encode(shown)) == example, name
            checked += 1
    assert checked > 80


def test_the_first_word_that_fits_a_member_is_its_example() -> None:
    word = {"type": "string", "pattern": "^[a-z]+$"}
    schema = {
        "type": "object",
        "required": ["id", "known", "count", "state", "at"],
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "known": word,
            "count": {"type": "integer", "minimum": 3},
            "state": {"type": "string", "enum": ["closed", "open"]},
            "at": {"type": "string", "format": "date-time"},
            "optional": word,
            "unknown": word,
        },
    }
    examples = Examples({}, {"known": (7, "Two words", "one"), "state": ("ajar", "open"), "optional": ("said",)})
    shown = examples.of(schema, "Door")
    assert UUID(shown.pop("id")).version
    assert shown == {"known": "one", "count": 3, "state": "open", "at": "2026-11-23T02:00:00Z", "optional": "said"}
    assert examples.missing == set()
    examples.of({**schema, "required": ["unknown"]})
    assert examples.missing == {"unknown"}


async def test_the_paths_of_the_contract_are_there(api: Api) -> None:
    names = {name for name, _ in operations((await api.get("/schema")).json())}
    assert {
        "post /api/v1/auth/register",
        "post /api/v1/providers/me/submit",
        "patch /api/v1/admin/providers/{providerId}/approve",
        "get /api/v1/providers/{providerId}/slots",
        "post /api/v1/bookings",
        "patch /api/v1/bookings/{bookingId}",
        "get /api/v1/webhooks/qpay/{transactionId}",
        "post /api/v1/webhooks/qpay/{transactionId}",
        "post /api/v1/webhooks/sms/twilio",
        "post /api/v1/webhooks/stripe",
        "post /api/v1/webhooks/email-bounces",
        "get /health/ready",
    } <= names


def answers(document: dict[str, Any], operation: dict[str, Any]) -> set[str]:
    """The names of all schemas that an operation may answer with when it succeeds."""
    schemas = document["components"]["schemas"]
    found: set[str] = set()
    todo = [each for status, answer in operation["responses"].items() if status < "300" for each in references(answer)]
    while todo:
        name = todo.pop().rpartition("/")[2]
        if name in schemas and name not in found:
            found.add(name)
            todo += references(schemas[name])
    return found


async def test_only_sign_in_operations_answer_with_tokens(api: Api) -> None:
    document = (await api.get("/schema")).json()
    properties = {name: set(each.get("properties", ())) for name, each in document["components"]["schemas"].items()}
    telling = {
        name
        for name, operation in operations(document)
        if any(properties[schema] & {"accessToken", "refreshToken"} for schema in answers(document, operation))
    }
    signing_in = ("register", "login", "refresh", "verify-otp", "complete-profile", "telegram", "openid", "passkey")
    assert telling == {f"post /api/v1/auth/{name}" for name in signing_in}


async def test_no_response_contains_a_stored_secret(api: Api) -> None:
    document = (await api.get("/schema")).json()
    secret = {
        column.name
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary) or column.name.endswith("_hash") or column.name == "token"
    }
    assert {"password_hash", "token_digest", "phone_index", "secret_sealed", "seed"} < secret
    kept = {camel(name) for name in secret} - {"answer"}  # of an idempotency key: what was told already
    for name, operation in operations(document):
        for schema in answers(document, operation):
            assert not kept & set(document["components"]["schemas"][schema].get("properties", ())), (name, schema)


def takes_an_instant(value: Any, schemas: dict[str, Any]) -> bool:
    if isinstance(value, dict):
        if value.get("format") == "date-time":
            return True
        if "$ref" in value:
            return takes_an_instant(schemas[value["$ref"].rpartition("/")[2]], schemas)
        value = list(value.values())
    return isinstance(value, list) and any(takes_an_instant(each, schemas) for each in value)


async def test_operations_with_instants_document_invalid_values(api: Api) -> None:
    document = (await api.get("/schema")).json()
    schemas, admin, asked = document["components"]["schemas"], await api.an_admin(), 0
    for name, operation in operations(document):
        bodies = [each["schema"] for each in operation.get("requestBody", {}).get("content", {}).values()]
        if takes_an_instant([operation["parameters"], bodies], schemas):
            assert "422: `validation.invalid_value`" in operation["responses"]["default"]["description"], name
        method, path = name.split()
        for parameter in operation["parameters"]:
            if parameter["in"] == "query" and takes_an_instant(parameter, schemas) and "{" not in path:
                refused = await api.call(
                    method, path.removeprefix(V1), admin, params={parameter["name"]: "0175-11-30T17:44:19Z"}
                )
                assert_problem(refused, 422, "validation.invalid_value", f"/query/{parameter['name']}")
                asked += 1
    assert asked >= 8


async def test_no_member_of_a_body_has_a_default(api: Api) -> None:
    """A generator requires those of a request; in a response, a member without a value is absent."""
    document = (await api.get("/schema")).json()
    for name, schema in document["components"]["schemas"].items():
        for member, found in schema.get("properties", {}).items():
            assert "default" not in found, (name, member)
    assert '"default": null' not in json.dumps(document)


async def test_no_answer_has_null(api: Api) -> None:
    document = (await api.get("/schema")).json()
    answered = set().union(*(answers(document, operation) for _, operation in operations(document)))
    assert len(answered) > 150
    found = {name: json.dumps(document["components"]["schemas"][name].get("properties", {})) for name in answered}
    assert [name for name, members in found.items() if '"type": "null"' in members] == []


async def test_no_schema_has_a_member_of_its_own_name(api: Api) -> None:
    """In the module that openapi-python-client generates, one would hide the other."""
    schemas = (await api.get("/schema")).json()["components"]["schemas"]
    assert [
        name for name, schema in schemas.items() if name[0].lower() + name[1:] in schema.get("properties", {})
    ] == []


async def test_common_parts_of_operations_appear_once_in_the_document(api: Api) -> None:
    document = (await api.get("/schema")).json()
    parts = [
        json.dumps(part, sort_keys=True)
        for item in document["paths"].values()
        for operation in item.values()
        for part in (
            *operation["parameters"],
            *(operation["responses"][s] for s in operation["responses"] if s >= "304"),
        )
        if "$ref" not in part
    ]
    assert len(parts) == len(set(parts))


async def test_each_tag_is_described_and_used(api: Api) -> None:
    document = (await api.get("/schema")).json()
    assert all(tag["description"].endswith(".") for tag in document["tags"])
    used = {tag for _, operation in operations(document) for tag in operation["tags"]}
    assert {tag["name"] for tag in document["tags"]} == used


async def test_states_roles_and_purposes_in_answers_are_enumerated(api: Api) -> None:
    schemas = (await api.get("/schema")).json()["components"]["schemas"]
    open_texts = [
        f"{name}.{member}"
        for name, schema in schemas.items()
        for member in {"status", "paymentStatus", "role", "actorRole", "purpose"} & set(schema.get("properties", ()))
        if schema["properties"][member] == {"type": "string"}
    ]
    assert open_texts == []


async def test_the_codes_of_problems_are_enumerated(api: Api) -> None:
    document = (await api.get("/schema")).json()
    schemas = document["components"]["schemas"]
    assert schemas["Problem"]["properties"]["code"]["$ref"] == "#/components/schemas/ProblemCode"
    assert {"auth.invalid_token", "booking.slot_taken", "http.not_found"} <= set(schemas["ProblemCode"]["enum"])
    for unknown in ("/nowhere", "/bookings?colour=red"):
        assert (await api.get(unknown)).json()["code"] in schemas["ProblemCode"]["enum"]
    assert not [name for name in schemas if name.endswith("Json")]
