"""Reads the OpenAPI document."""

from collections.abc import Iterator
from typing import Any


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each operation as `method path`, with its parameters and responses instead of references to them."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield (
                f"{method} {path}",
                {
                    "security": document.get("security", []),
                    **operation,
                    "parameters": [found(document, each) for each in operation["parameters"]],
                    "responses": {status: found(document, each) for status, each in operation["responses"].items()},
                },
            )


def found(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """The part, or the component that it refers to."""
    if "$ref" not in part:
        return part
    _, _, kind, name = part["$ref"].split("/")
    component: dict[str, Any] = document["components"][kind][name]
    return component | {name: said for name, said in part.items() if name != "$ref"}


def example_of(document: dict[str, Any], content: dict[str, Any]) -> Any:
    """The example of a media type: its own, or that of its schema, or that of the items of the page; else None."""
    if "example" in content:
        return content["example"]
    schema = found(document, content["schema"])
    items = schema.get("properties", {}).get("items", {}).get("items", {})
    return next(iter(schema.get("examples", ()) or found(document, items).get("examples", ())), None)
