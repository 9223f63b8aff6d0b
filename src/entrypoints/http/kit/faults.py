"""Every fault of a request's input at once; msgspec's decoder stops at the first."""

from collections.abc import Iterator
from itertools import islice
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

import msgspec

from entrypoints.http.kit.refusals import InputError, Refusal, escaped, invalid_inputs, located

_MOST: Final = 50
"""Faults that are named in one response."""


def refusal_of(
    error: msgspec.ValidationError, value: Any, schema: Any, *, within: str = "", strict: bool = True
) -> Refusal:
    """Return the refusal that names the faults of `value`, at least the one that `error` describes."""
    found = list(islice(_faults(value, schema, within, strict=strict), _MOST))
    return invalid_inputs(found or [located(str(error), within=within)])


def _faults(value: Any, kind: Any, pointer: str, *, strict: bool) -> Iterator[InputError]:
    """The faults of the members, or else that of the value as a whole."""
    of_members = _inside(value, kind, pointer, strict=strict)
    first = next(of_members, None)
    if first is not None:
        yield first
        yield from of_members
        return
    try:
        msgspec.convert(value, kind, strict=strict)
    except msgspec.ValidationError as error:
        yield located(str(error), within=pointer)


def _inside(value: Any, kind: Any, pointer: str, *, strict: bool) -> Iterator[InputError]:
    for each in _alternatives(kind):
        if isinstance(value, dict) and isinstance(each, type) and issubclass(each, msgspec.Struct):
            yield from _of_members(value, each, pointer, strict=strict)
        elif isinstance(value, list) and get_origin(each) in (list, tuple):
            for index, item in enumerate(value):
                yield from _faults(item, get_args(each)[0], f"{pointer}/{index}", strict=strict)


def _of_members(
    value: dict[str, Any], schema: type[msgspec.Struct], pointer: str, *, strict: bool
) -> Iterator[InputError]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(schema)}
    if schema.__struct_config__.forbid_unknown_fields:
        for name in value:
            if name not in fields:
                yield located(f"Object contains unknown field `{name}`", within=pointer)
    for name, field in fields.items():
        if name in value:
            yield from _faults(value[name], field.type, f"{pointer}/{escaped(name)}", strict=strict)
        elif field.required:
            yield located(f"Object missing required field `{name}`", within=pointer)


def _alternatives(kind: Any) -> Iterator[Any]:
    """The types of a union, of which at most one is an object, without their constraints."""
    if get_origin(kind) is Annotated:
        yield from _alternatives(get_args(kind)[0])
    elif get_origin(kind) in (Union, UnionType):
        for each in get_args(kind):
            yield from _alternatives(each)
    else:
        yield kind
