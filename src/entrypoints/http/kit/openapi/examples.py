"""Examples of responses, derived from their schemas: each member has a value that fits its type.

Optional members are there if the vocabulary has their names.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

_REFERENCE: Final = "#/components/schemas/"
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:]+Z")
_FORMS: Final = {
    "date": "2026-11-23",
    "date-time": "2026-11-23T02:00:00Z",
    "time": "10:00:00",
    "uri": "https://example.com/",
}


class Examples:
    """Derives examples with the words of a vocabulary: the values that members of a name may have, the best first."""

    def __init__(self, components: Mapping[str, dict[str, Any]], vocabulary: Mapping[str, Sequence[Any]]) -> None:
        self._components = components
        self._vocabulary = vocabulary
        self.missing: set[str] = set()
        """The names of texts for which the vocabulary has no fitting value."""

    def of(self, schema: Mapping[str, Any], name: str = "") -> Any:
        """A value of this schema, for a member with this name; an `id` is that of the component it is in."""
        if "$ref" in schema:
            component = schema["$ref"].removeprefix(_REFERENCE)
            return self.of(self._components[component], component)
        if "const" in schema:
            return schema["const"]
        if "anyOf" in schema:
            return self.of(next(each for each in schema["anyOf"] if each != {"type": "null"}), name)
        found = self._known(schema, name)
        return self._of_type(schema, name) if found is None else found

    def _known(self, schema: Mapping[str, Any], name: str) -> Any:
        return next((each for each in self._vocabulary.get(name, ()) if _fits(each, schema)), None)

    def _of_type(self, schema: Mapping[str, Any], name: str) -> Any:
        if "enum" in schema:
            return schema["enum"][0]
        match schema.get("type"):
            case "object":
                members = schema.get("properties", {})
                required = schema.get("required", ())
                shown = [each for each in members if each in required or self._has_word(each, members)] or [*members]
                return {each: self.of(members[each], f"{name}Id" if each == "id" else each) for each in shown}
            case "array":
                return [self.of(schema["items"], name)] * max(1, schema.get("minItems", 1)) if "items" in schema else []
            case "boolean":
                return False
            case "integer" | "number":
                return schema.get("minimum", 0)
            case _:
                return self._text(schema, name)

    def _has_word(self, name: str, members: Mapping[str, Any]) -> bool:
        return self._known(members[name], name) is not None

    def _text(self, schema: Mapping[str, Any], name: str) -> str:
        match schema.get("format"):
            case str(form) if form in _FORMS:
                return _FORMS[form]
            case form if form == "uuid" or name.endswith("Id"):
                return str(uuid5(NAMESPACE_URL, name.lower()))
            case _:
                self.missing.add(name)
                return ""


def _fits(value: Any, schema: Mapping[str, Any]) -> bool:
    if "enum" in schema:
        return value in schema["enum"]
    match schema.get("type"):
        case "string":
            return isinstance(value, str) and _is_written_as(value, schema)
        case "integer" | "number":
            return type(value) in {int, float} and schema.get("minimum", value) <= value <= schema.get("maximum", value)
        case "boolean":
            return isinstance(value, bool)
        case "object" | None:
            return isinstance(value, dict) and "required" not in schema
        case _:
            return False


def _is_written_as(text: str, schema: Mapping[str, Any]) -> bool:
    form = {"date-time": _INSTANT.fullmatch(text) is not None}.get(schema.get("format", ""), "format" not in schema)
    return form and re.search(schema.get("pattern", ""), text) is not None
