"""Instants: msgspec's schemas name the format only of those that are read, as those that are written may be naive."""

from collections.abc import Iterable
from typing import Any, Final

from msgspec import inspect

_FORMAT: Final = "date-time"


def name_instants(types: Iterable[Any], components: dict[str, dict[str, Any]]) -> None:
    """Give every `datetime` of these types its format; what is written has an offset (`booking_domain.shared.time`)."""
    todo = list(inspect.multi_type_info(types))
    seen: set[type] = set()
    while todo:
        kind = todo.pop()
        if not isinstance(kind, inspect.StructType):
            todo += _parts(kind)
        elif kind.cls not in seen:
            seen.add(kind.cls)
            properties = components.get(kind.cls.__name__, {}).get("properties", {})
            for field in kind.fields:
                _name(properties[field.encode_name], field.type)
                todo.append(field.type)


def _parts(kind: inspect.Type) -> list[inspect.Type]:
    match kind:
        case inspect.UnionType():
            return list(kind.types)
        case inspect.VarTupleType() | inspect.ListType():
            return [kind.item_type]
        case inspect.Metadata():
            return [kind.type]
        case _:
            return []


def _name(schema: dict[str, Any], kind: inspect.Type) -> None:
    match kind:
        case inspect.DateTimeType():
            for each in schema.get("anyOf", [schema]):
                if each.get("type") == "string":
                    each["format"] = _FORMAT
        case inspect.VarTupleType() | inspect.ListType():
            for each in schema.get("anyOf", [schema]):
                if "items" in each:
                    _name(each["items"], kind.item_type)
        case _:
            for part in _parts(kind):
                _name(schema, part)
