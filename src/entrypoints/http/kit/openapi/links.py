"""Links from a created resource to its operations (OpenAPI 3.1 §4.8.20)."""

import re
from typing import Any, Final

_METHODS: Final = frozenset({"get", "put", "patch", "post", "delete"})
_ID: Final = "$response.body#/id"
_SHARED: Final = "id"
"""The path parameter whose meaning depends on the method."""


def add_links(paths: dict[str, dict[str, Any]], schemas: dict[str, Any]) -> None:
    """Link each operation that creates a resource to the operations whose path continues with its id."""
    for path, item in paths.items():
        made = item.get("post", {}).get("responses", {}).get("201")
        if made is not None and "id" in _members(made, schemas):
            links = {name: link for below in paths for name, link in _links(path, below, paths[below])}
            if links:
                made["links"] = links


def _links(path: str, below: str, item: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found = re.fullmatch(re.escape(path) + r"/\{(\w+)\}(/[^{}]*)?", below)
    if found is None or found[1] == _SHARED:
        return []
    return [
        (operation["operationId"], {"operationId": operation["operationId"], "parameters": {found[1]: _ID}})
        for method, operation in item.items()
        if method in _METHODS
    ]


def _members(answer: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    found: dict[str, Any] = schemas.get(schema.get("$ref", "").rpartition("/")[2], {}).get("properties", {})
    return found
