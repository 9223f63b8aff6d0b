"""The document in OpenAPI 3.0 for `/docs`: the Swagger UI on PyPI cannot read 3.1."""

from typing import Any, Final

_NULL: Final = {"type": "null"}


def as_openapi_30(document: dict[str, Any]) -> dict[str, Any]:
    """The same document, as far as OpenAPI 3.0 can express it."""
    return {**_older(document), "openapi": "3.0.3"}


def _older(value: Any) -> Any:
    match value:
        case dict():
            return _schema({name: _older(member) for name, member in value.items()})
        case list():
            return [_older(item) for item in value]
        case _:
            return value


def _schema(schema: dict[str, Any]) -> dict[str, Any]:
    kinds = schema.get("anyOf")
    if isinstance(kinds, list) and _NULL in kinds:
        others = [kind for kind in kinds if kind != _NULL]
        rest = {name: member for name, member in schema.items() if name != "anyOf"}
        return {**rest, "nullable": True, **({"allOf": others} if len(others) == 1 else {"anyOf": others})}
    if "const" in schema:
        schema = {**schema, "enum": [schema["const"]]}
        del schema["const"]
    if isinstance(schema.get("examples"), list):
        schema = {name: member for name, member in schema.items() if name != "examples"}
    return schema
