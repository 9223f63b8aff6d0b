"""Every fault of a request's input at once, in words; msgspec's decoder stops at the first."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

import msgspec
from msgspec import inspect

from entrypoints.http.kit.refusals import InputError, Reason, Refusal, escaped, input_error, invalid_inputs
from entrypoints.languages.foreign import BOUNDS, EMPTY, KINDS

_MOST: Final = 50
"""Faults that are named in one response."""
_LONGEST_CHOICE: Final = 200
"""Characters of the values that a message lists; `allowed` has them all."""
_STEP: Final = re.compile(r"\.([^.\[]+)|\[([0-9]+)\]")
_FIELD: Final = re.compile(r"Object (missing required|contains unknown) field `(.*)`", re.DOTALL)
_WRONG_TYPE: Final = re.compile(r"Expected `([a-z]+)(?: \| null)?`, got ")
_FORMAT: Final = re.compile(
    r"Expected `([a-z]+)(?: \| null)?` with|Invalid (?:RFC3339 encoded )?([a-z]+)$", re.IGNORECASE
)


def refusal_of(
    error: msgspec.ValidationError, value: Any, schema: Any, *, within: str = "", strict: bool = True
) -> Refusal:
    """Return the refusal that names the faults of `value`, at least the one that `error` describes."""
    found = list(islice(_faults(value, schema, within, strict=strict), _MOST))
    return invalid_inputs(found or [located(error, within=within)])


def located(error: msgspec.ValidationError, kind: Any = Any, *, within: str = "") -> InputError:
    """The fault that msgspec describes (`Expected … - at `$.a[0].b``); `kind` is the type of the value."""
    text, _, path = str(error).partition(" - at `$")
    steps = ["/" + escaped(name or index) for name, index in _STEP.findall(path.rstrip("`"))]
    return fault(within + "".join(steps), text, kind)


def fault(pointer: str, said: str, kind: Any = Any) -> InputError:
    """Put what msgspec says about a value of this type into words."""
    if (field := _FIELD.match(said)) is not None:
        return (_missing if field[1] == "missing required" else _unknown)(pointer, field[2])
    types = list(_types(inspect.type_info(kind)))
    wrong, form = _WRONG_TYPE.match(said), _FORMAT.match(said)
    reason = Reason.MALFORMED if wrong is None else Reason.WRONG_TYPE
    if allowed := tuple(sorted({value for each, _ in types for value in _values(each)}, key=str)):
        of_values = Reason.NOT_ONE_OF if wrong is None else reason
        values = ", ".join(str(msgspec.json.encode(each).decode()).strip('"') for each in allowed)
        if len(values) > _LONGEST_CHOICE:
            return input_error(pointer, "Choose one of the values that are allowed.", of_values, allowed)
        return input_error(pointer, f"Choose one of: {values}.", of_values, allowed)
    name = wrong[1] if wrong is not None else (form[1] or form[2]).lower() if form is not None else ""
    if (what := KINDS.get(name)) is not None:
        return input_error(pointer, f"This must be {what}.", reason)
    return next(filter(None, (_beyond(pointer, each, said) for each, _ in types)), None) or _malformed(
        pointer, said, [example for _, found in types for example in found]
    )


def _malformed(pointer: str, said: str, examples: list[str]) -> InputError:
    if "out of range" in said:
        return input_error(pointer, "This number is too large.", Reason.OUT_OF_RANGE)
    if examples:
        example = examples[0]
        return input_error(pointer, f"This must have the form {example}.", Reason.MALFORMED)
    return input_error(pointer, "This value is not valid.", Reason.MALFORMED)


def _missing(pointer: str, name: str) -> InputError:
    return input_error(f"{pointer}/{escaped(name)}", "This is required.", Reason.MISSING)


def _unknown(pointer: str, name: str) -> InputError:
    return input_error(f"{pointer}/{escaped(name)}", "There is no such member.", Reason.UNKNOWN_MEMBER)


def _types(kind: inspect.Type, examples: tuple[Any, ...] = ()) -> Iterator[tuple[inspect.Type, tuple[Any, ...]]]:
    """The alternatives of a type, each with its examples."""
    match kind:
        case inspect.Metadata(type=inner, extra_json_schema=extra):
            yield from _types(inner, tuple((extra or {}).get("examples", examples)))
        case inspect.UnionType(types=types):
            for each in types:
                yield from _types(each, examples)
        case _:
            yield kind, examples


def _values(kind: inspect.Type) -> tuple[str | int, ...]:
    """The values of an enumeration."""
    match kind:
        case inspect.EnumType(cls=enum):
            return tuple(each.value for each in enum)
        case inspect.LiteralType(values=values):
            return tuple(each for each in values if each is not None)
        case _:
            return ()


def _beyond(pointer: str, kind: inspect.Type, said: str) -> InputError | None:
    """The fault of a number or length outside its bounds."""
    least: float | None
    most: float | None
    match kind:
        case inspect.IntType(ge=least, le=most) | inspect.FloatType(ge=least, le=most):
            of, reason, concerned = "number", Reason.OUT_OF_RANGE, re.search("[<>]|out of range", said)
        case inspect.StrType(min_length=least, max_length=most):
            of, reason, concerned = "text", Reason.TOO_LONG, re.search(" length ", said)
        case inspect.VarTupleType(min_length=least, max_length=most):
            of, reason, concerned = "list", Reason.TOO_LONG, re.search(" length ", said)
        case _:
            return None
    if concerned is None or (least is None and most is None):
        return None
    if reason is Reason.TOO_LONG and ">=" in said:
        reason = Reason.TOO_SHORT
    if reason is Reason.TOO_SHORT and least == 1:
        return input_error(pointer, EMPTY, reason)
    at_least, at_most, between = BOUNDS[of]
    only_most = least is None or (of != "number" and not least)
    text = at_least if most is None else at_most if only_most else between
    return input_error(pointer, text.format(least=least, most=most), reason)


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
        yield located(error, kind, within=pointer)


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
    fields = _fields(schema)
    if schema.__struct_config__.forbid_unknown_fields:
        for name in value:
            if name not in fields:
                yield _unknown(pointer, name)
    for name, field in fields.items():
        if name in value:
            yield from _faults(value[name], field.type, f"{pointer}/{escaped(name)}", strict=strict)
        elif field.required:
            yield _missing(pointer, name)


@cache
def _fields(schema: type[msgspec.Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    """The fields of a schema by their names in JSON; msgspec evaluates their types each time."""
    return {field.encode_name: field for field in msgspec.structs.fields(schema)}


def _alternatives(kind: Any) -> Iterator[Any]:
    """The types of a union, of which at most one is an object, without their constraints."""
    if get_origin(kind) is Annotated:
        yield from _alternatives(get_args(kind)[0])
    elif get_origin(kind) in (Union, UnionType):
        for each in get_args(kind):
            yield from _alternatives(each)
    else:
        yield kind
