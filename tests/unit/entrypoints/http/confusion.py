"""Bodies that say more than they may, or say it in another type, made from the document of the API.

For each operation with a body: its example with members that it does not know (`id`, `role`, `status`, …, wherever an
object is), and with each member that it knows in each JSON type that the member does not have.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

UNKNOWN: Final[dict[str, Any]] = {
    "id": "0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21",
    "userId": "0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21",
    "ownerId": "0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21",
    "role": "admin",
    "roles": ["admin"],
    "isAdmin": True,
    "is_admin": True,
    "status": "confirmed",
    "version": 99,
    "price": 1,
    "priceAmount": 1,
    "depositAmount": 0,
    "paidAmount": 10**9,
    "verified": True,
    "emailVerified": True,
    "createdAt": "2020-01-01T00:00:00Z",
    "passwordHash": "$argon2id$",
    "__proto__": {"isAdmin": True},
    "constructor": {"prototype": {"isAdmin": True}},
    "$where": "1",
    "": 1,
}
TYPES: Final[dict[str, bytes]] = {
    "null": b"null",
    "boolean": b"true",
    "integer": b"7",
    "number": b"1.5",
    "huge": b"1" + b"0" * 400,
    "string": b'"x"',
    "array": b"[]",
    "nested array": b'[[{"$gt": ""}]]',
    "object": b"{}",
    "operator": b'{"$ne": null}',
    "NaN": b"NaN",
    "Infinity": b"-Infinity",
}
_OF: Final = {
    "null": "null",
    "boolean": "boolean",
    "integer": "integer",
    "number": "number",
    "string": "string",
    "array": "array",
    "nested array": "array",
    "object": "object",
    "operator": "object",
}
"""What is nothing of JSON, or beyond what a member may be, has no type."""
_NEVER: Final = frozenset({"nested array", "operator", "huge"})
"""No schema of ours takes these, even where it takes an array, an object or a number."""


_NAMES: Final[Mapping[type, str]] = {str: "string", bool: "boolean", int: "integer", type(None): "null"}


def confused(schema: Schema, example: Any, schemas: Mapping[str, Schema]) -> Iterator[tuple[str, bytes]]:
    """What is wrong with each body, and the body."""
    for name, value in {
        "an array": [],
        "an array of it": [example],
        "a text": "x",
        "null": None,
        "a number": 7,
    }.items():
        yield f"{name} instead", json.dumps(value).encode()
    for place, found, value in _objects(schema, example, schemas, ()):
        known = found["properties"]
        for member, said in UNKNOWN.items():
            if member not in known:
                yield f"{'/'.join(place)} + {member}", json.dumps(_with(example, (*place, member), said)).encode()
        for member in known:
            allowed = types_of(known[member], schemas)
            for name, text in TYPES.items():
                if name in _NEVER or _OF.get(name) not in allowed:
                    marked = json.dumps(_with(example, (*place, member), "\0")).encode()
                    yield f"{'/'.join((*place, member))} is {name}", marked.replace(b'"\\u0000"', text)
        assert isinstance(value, dict), place


def types_of(schema: Schema, schemas: Mapping[str, Schema]) -> set[str]:
    """The JSON types that a schema takes."""
    schema = _resolved(schema, schemas)
    if "anyOf" in schema:
        return {each for choice in schema["anyOf"] for each in types_of(choice, schemas)}
    if "enum" in schema:
        return {_NAMES[type(value)] for value in schema["enum"]}
    named = schema.get("type", [])
    found = {named} if isinstance(named, str) else set(named)
    return found | {"integer"} if "number" in found else found


def _objects(
    schema: Schema, value: Any, schemas: Mapping[str, Schema], place: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Schema, Any]]:
    """The objects of the example that have a schema, and where they are."""
    choices = [_resolved(each, schemas) for each in _resolved(schema, schemas).get("anyOf", [schema])]
    for choice in choices:
        if isinstance(value, dict) and "properties" in choice:
            yield place, choice, value
            for member, inner in value.items():
                yield from _objects(choice["properties"][member], inner, schemas, (*place, member))
        elif isinstance(value, list) and value and isinstance(choice.get("items"), dict):
            yield from _objects(choice["items"], value[0], schemas, (*place, "0"))


def _resolved(schema: Schema, schemas: Mapping[str, Schema]) -> Schema:
    return schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _with(value: Any, place: tuple[str, ...], said: Any) -> Any:
    """The value with something else at one place."""
    first, *rest = place
    if isinstance(value, list):
        return [_with(each, tuple(rest), said) if str(index) == first else each for index, each in enumerate(value)]
    return {**value, first: _with(value[first], tuple(rest), said) if rest else said}
