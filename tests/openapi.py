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
    return component
