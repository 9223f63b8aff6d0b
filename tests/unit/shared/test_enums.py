"""Enum fields of all dataclasses of the library hold members; a text is one, or is refused."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum, StrEnum
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any, Final, get_args, get_origin, get_type_hints

import pytest

import booking_domain
from booking_domain.scheduling import Anchoring, SlotSettings
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.unset import Unset

_SOURCE: Final = Path(booking_domain.__file__).parent


def enum_in(hint: Any) -> type[Enum] | None:
    """The enum in a type: alone, optional, or in a container."""
    if isinstance(hint, type) and issubclass(hint, Enum):
        return None if hint is Unset else hint
    return next((kind for each in get_args(hint) if (kind := enum_in(each)) is not None), None)


def modules() -> Iterator[str]:
    for module in walk_packages(booking_domain.__path__, "booking_domain."):
        if not module.name.startswith("booking_domain.testing"):
            yield module.name


def enum_fields() -> Iterator[tuple[type, str, Any]]:
    """Each dataclass with an enum field, the field and its type."""
    for name in modules():
        for kind in vars(import_module(name)).values():
            if isinstance(kind, type) and is_dataclass(kind) and kind.__module__ == name:
                hints = get_type_hints(kind)
                for field in fields(kind):
                    if enum_in(hints[field.name]) is not None:
                        yield kind, field.name, hints[field.name]


FIELDS: Final = list(enum_fields())


def in_shape(hint: Any, value: object) -> object:
    """The value as a field of this type holds it: alone, or in a container."""
    for shape in (hint, *get_args(hint)):
        origin = get_origin(shape)
        if origin in {tuple, frozenset}:
            return origin([value])
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return {value: ""}
    return value


def checked(kind: type, field: str, value: object) -> object:
    """What the checks of the class make of this field. Its other enums are right, and the rest is not set."""
    unmade: Any = kind
    made, hints = unmade.__new__(kind), get_type_hints(kind)
    for each in fields(kind):
        other = enum_in(hints[each.name])
        right = None if other is None else in_shape(hints[each.name], next(iter(other)))
        object.__setattr__(made, each.name, value if each.name == field else right)
    hook: Any = vars(kind).get("__post_init__") or getattr(kind, "__post_init__", None)
    assert hook is not None, "its enum fields are not checked: put @checks_enums below @dataclass"
    try:
        hook(made)
    except InvalidValue as refused:
        if refused.field == field and refused.problem.startswith("one of: "):
            raise
    except Exception:  # noqa: BLE001, S110 - the rules of the class, which miss the other fields
        pass
    return getattr(made, field)


def test_the_walk_finds_the_fields() -> None:
    assert len(FIELDS) > 150
    assert (SlotSettings, "anchoring", Anchoring) in FIELDS


@pytest.mark.parametrize(("kind", "field", "hint"), FIELDS, ids=lambda each: getattr(each, "__name__", str(each)))
def test_a_value_that_is_no_member_is_refused_and_the_value_of_one_becomes_it(
    kind: type, field: str, hint: Any
) -> None:
    enum = enum_in(hint)
    assert enum is not None
    first = next(iter(enum))
    with pytest.raises(InvalidValue):
        checked(kind, field, in_shape(hint, "no such member"))
    assert checked(kind, field, in_shape(hint, first)) == in_shape(hint, first)
    if isinstance(first, str):
        made = checked(kind, field, in_shape(hint, str(first.value)))
        found = [made] if isinstance(made, Enum) else list(made)  # type: ignore[call-overload]
        assert found == [first]
        assert found[0] is first


def test_settings_read_from_json_compute_what_they_say() -> None:
    assert SlotSettings(anchoring="open_range") == SlotSettings(anchoring=Anchoring.OPEN_RANGE)  # type: ignore[arg-type]
    assert SlotSettings(anchoring="after_claim").anchoring is Anchoring.AFTER_CLAIM  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="open_range, after_claim"):
        SlotSettings(anchoring="x")  # type: ignore[arg-type]
    with pytest.raises(InvalidValue):
        SlotSettings(anchoring=None)  # type: ignore[arg-type]


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
@checks_enums
class Paint:
    colour: Colour
    other: Colour | None = None
    several: tuple[Colour, ...] = ()
    shades: frozenset[Colour] = frozenset()
    named: Mapping[Colour, str] | None = None
    free: str | Colour = ""

    def __post_init__(self) -> None:
        assert isinstance(self.colour, Colour), "the checks come first"


@dataclass(frozen=True, slots=True)
class Glaze(Paint):
    coats: int = 1


def test_containers_and_subclasses_are_checked_too() -> None:
    made: Any = Glaze
    glaze = made("red", "blue", ["red", Colour.BLUE], ["blue"], {"red": "Ruby"}, "red")
    assert glaze.several == (Colour.RED, Colour.BLUE)
    assert glaze.shades == frozenset({Colour.BLUE})
    assert all(type(each) is Colour for each in (*glaze.several, *glaze.shades, *glaze.named))
    assert type(glaze.free) is str, "a text is one of the alternatives"
    for wrong in ({"several": "red"}, {"several": 1}, {"shades": ["green"]}, {"named": {"green": ""}}, {"other": 1}):
        with pytest.raises(InvalidValue):
            made("red", **wrong)


def test_no_parameter_is_compared_with_a_member_by_identity() -> None:
    """Fields hold members, because they are checked; a caller of a function may pass the value of one."""
    enums = {
        name
        for module in modules()
        for name, kind in vars(import_module(module)).items()
        if isinstance(kind, type) and issubclass(kind, Enum)
    }
    found = [
        f"{path.relative_to(_SOURCE)}:{compared.lineno} {ast.unparse(compared)}"
        for path in _SOURCE.rglob("*.py")
        if "testing" not in path.parts
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for compared in ast.walk(function)
        if isinstance(compared, ast.Compare) and _by_identity(compared, _parameters(function), enums)
    ]
    assert found == []


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> set[str]:
    listed = function.args
    return {each.arg for each in (*listed.posonlyargs, *listed.args, *listed.kwonlyargs)} - {"self"}


def _by_identity(compared: ast.Compare, parameters: set[str], enums: set[str]) -> bool:
    left, right = compared.left, compared.comparators[0]
    return (
        isinstance(compared.ops[0], ast.Is | ast.IsNot)
        and isinstance(left, ast.Name)
        and left.id in parameters
        and isinstance(right, ast.Attribute)
        and isinstance(right.value, ast.Name)
        and right.value.id in enums
    )
