"""The request and response types in a handler's signature."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler

from entrypoints.http.kit.openapi.descriptions import meanings, structs_of
from entrypoints.http.kit.openapi.examples import Examples
from entrypoints.http.kit.queries import query_type

_SAID: Final = frozenset({"pattern", "format", "enum", "const", "anyOf"})
_REFERENCE: Final = "#/components/schemas/"
_CAPITAL: Final = re.compile("[A-Z]")
_NO_NUL: Final = "^[^\\u0000]*$"


def body_type(handler: HTTPRouteHandler) -> Any:
    """The type of the request body, or None."""
    parameter = handler.parsed_fn_signature.parameters.get("data")
    return None if parameter is None else parameter.annotation


def body_required(handler: HTTPRouteHandler) -> bool:
    """Whether the request body is required."""
    return not handler.parsed_fn_signature.parameters["data"].has_default


def answer_type(handler: HTTPRouteHandler) -> Any:
    """The type of the response body, or None."""
    returned = handler.parsed_fn_signature.return_type
    shown = returned.inner_types[0] if returned.is_subclass_of(Response) else returned
    return None if shown.annotation is type(None) else shown.annotation


class Schemas:
    """The schemas of all types in the document, as msgspec decodes and encodes them."""

    def __init__(
        self,
        handlers: list[HTTPRouteHandler],
        *others: Any,
        names: Mapping[str, str],
        vocabulary: Mapping[str, str],
        examples: Mapping[str, Sequence[Any]],
    ) -> None:
        self._names = names
        self._vocabulary = vocabulary
        found = [kind(handler) for handler in handlers for kind in (body_type, query_type, answer_type)]
        shown = [*(each for each in found if each is not None), *others]
        structs = structs_of(shown)
        self._types = list(dict.fromkeys([*shown, *structs]))
        self._queries = {each.__name__ for handler in handlers if (each := query_type(handler)) is not None}
        schemas, components = msgspec.json.schema_components(self._types, ref_template=_REFERENCE + "{name}")
        schemas = self._with_public_names(schemas)
        self._components = {
            self._public(name): self._with_public_names(component) for name, component in components.items()
        }
        if len(self._components) < len(components):
            raise ValueError("two types have the same public name")
        self._refs = dict(zip(self._types, schemas, strict=True))
        undescribed = [f"{kind.__qualname__}.{name}" for kind in structs for name in self._describe(kind)]
        if undescribed:
            raise ValueError(
                f"nothing says what these mean: {', '.join(undescribed)}; add a docstring below the attribute, or the "
                "name to entrypoints/http/docs/vocabulary.py if several schemas share it"
            )
        for name, component in self._components.items():
            component.pop("title", None)  # its name
            read = name in self._queries or component.get("additionalProperties") is False
            _amend(component, read=read)
            if name not in self._queries:
                _describe_defaults(component, read=read)
        self._examples = Examples(self._components, examples)

    def of(self, kind: Any) -> dict[str, Any]:
        """The schema of a type: a reference, if it is a component."""
        schema: dict[str, Any] = self._refs[kind]
        return schema

    def shown(self, kind: Any, example: Any = None) -> dict[str, Any]:
        """The media type object of a type. The first example of a component stands there, and a page has its items'.

        Without an example one is derived.
        """
        schema = self.of(kind)
        component = self._components.get(schema.get("$ref", "").removeprefix(_REFERENCE))
        if component is None:
            return {"schema": schema, "example": example}
        items = component.get("properties", {}).get("items", {}).get("items", {})
        listed = self._components.get(items.get("$ref", "").removeprefix(_REFERENCE))
        if example is None:
            shown = schema if listed is None else items
            component = component if listed is None else listed
            example = self._examples.of(shown)
        component.setdefault("examples", [example])
        return {"schema": schema}

    def require_examples(self) -> None:
        """Raise `ValueError` if the vocabulary has no example of a text that a response shows."""
        if self._examples.missing:
            raise ValueError(
                f"no example of these texts: {', '.join(sorted(self._examples.missing))}; add them to "
                "entrypoints/http/docs/examples.py"
            )

    def has_member(self, kind: Any, name: str) -> bool:
        """Whether a type is an object with this member."""
        component = self._components.get(self._public(getattr(kind, "__name__", "")), {})
        return name in component.get("properties", {})

    def meaning(self, parameter: str) -> str:
        """What a path parameter means: as the vocabulary says, else the id of what it names.

        Raises:
            LookupError: the vocabulary does not have it, and it is no id.
        """
        named, is_id, _ = parameter.rpartition("Id")
        derived = f"The id of the {_CAPITAL.sub(lambda found: f' {found[0].lower()}', named)}." if is_id else None
        if (said := self._vocabulary.get(parameter, derived)) is None:
            raise LookupError(f"add the path parameter {parameter!r} to entrypoints/http/docs/vocabulary.py")
        return said

    def _describe(self, kind: type[msgspec.Struct]) -> list[str]:
        """Say what each member of a Struct means, before what its type says of its form; return the others."""
        members = self._components[self._refs[kind]["$ref"].removeprefix(_REFERENCE)]["properties"]
        said = dict(meanings(kind, self._vocabulary))
        for name, member in members.items():
            forms = [each.pop("description") for each in (member, *member.get("anyOf", ())) if "description" in each]
            texts = [said[name], *forms] if name in said else forms
            if texts:
                member["description"] = " ".join(dict.fromkeys(texts))
        return [name for name, member in members.items() if "description" not in member]

    def members(self, query: Any) -> tuple[dict[str, dict[str, Any]], frozenset[str]]:
        """The members of a query's Struct, and which of them are required."""
        component = self._components[query.__name__]
        return component["properties"], frozenset(component.get("required", ()))

    @property
    def components(self) -> dict[str, Any]:
        """The components, without queries, which become parameters."""
        return {name: schema for name, schema in self._components.items() if name not in self._queries}

    def _public(self, name: str) -> str:
        return self._names.get(name, name.removesuffix("Json"))

    def _with_public_names(self, schema: Any) -> Any:
        """The schema with references to the public names of components."""
        match schema:
            case {"$ref": str(reference)}:
                return {**schema, "$ref": _REFERENCE + self._public(reference.removeprefix(_REFERENCE))}
            case dict():
                return {name: self._with_public_names(member) for name, member in schema.items()}
            case list() | tuple():
                return [self._with_public_names(each) for each in schema]
            case _:
                return schema


def without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Drop null, also as the default: query parameters and members of a response are omitted instead."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    others = {name: value for name, value in schema.items() if name != "anyOf" and (name, value) != ("default", None)}
    match kinds:
        case []:
            return schema
        case [only]:
            return {**only, **others}
        case _:
            return {"anyOf": kinds, **others}


def _describe_defaults(component: dict[str, Any], *, read: bool) -> None:
    """Say in the description what an omitted member of a request means: generators require members with a default.

    A member of a response without a value is absent (`kit.fields.Json`), never null.
    """
    for name, member in component.get("properties", {}).items():
        if "default" not in member:
            continue
        default = member.pop("default")
        if not read:
            if default is not None:
                raise ValueError(f"the member {name} of a response is omitted where it is {default!r}")
            component["properties"][name] = without_null(member)
        elif default not in (None, "", (), {}):
            said = member.get("description", "")
            member["description"] = f"{said} Default: `{msgspec.json.encode(default).decode()}`.".lstrip()


def _amend(schema: Any, *, read: bool) -> None:
    """Add what msgspec does not document: no NUL in request texts, and constants."""
    if isinstance(schema, list):
        for each in schema:
            _amend(each, read=read)
        return
    if read and schema.get("type") == "string" and not schema.keys() & _SAID:
        schema["pattern"] = _NO_NUL
    if "enum" in schema and all(isinstance(value, str) for value in schema["enum"]):
        schema["type"] = "string"
    if schema.get("enum") == [True]:
        del schema["enum"]
        schema |= {"type": "boolean", "const": True}
    _amend([*schema.get("properties", {}).values(), *schema.get("anyOf", ())], read=read)
    if isinstance(schema.get("items"), dict):
        _amend(schema["items"], read=read)
