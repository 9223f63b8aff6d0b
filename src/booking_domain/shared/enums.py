"""Enum fields of dataclasses, checked at construction: strangers build values from what they read as JSON.

>>> from dataclasses import dataclass
>>> from enum import StrEnum
>>> class Colour(StrEnum):
...     RED = "red"
>>> @dataclass(frozen=True, slots=True)
... @checks_enums
... class Paint:
...     colour: Colour
>>> Paint("red").colour is Colour.RED
True
>>> Paint("green")
Traceback (most recent call last):
    ...
booking_domain.shared.errors.InvalidValue: colour: one of: red.

The rule: what equals the value of a member becomes the member; anything else raises `InvalidValue`. So a field holds a
member, or None where its type says so, and code may compare it by `is`: a text is no member, and would silently take
the other branch.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin

from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.unset import Unset

Kind = TypeVar("Kind")
_Check = Callable[[Any], Any]
"""Returns the value of a field, with members in place of their values, or raises `InvalidValue`."""

_MANY: Final[Mapping[Any, type]] = {tuple: tuple, frozenset: frozenset, Mapping: dict}
"""The types of fields that hold many members, and what they are stored as."""


def checks_enums(kind: type[Kind]) -> type[Kind]:
    """Have the instances of a dataclass check the enum fields that it declares. Put it below `@dataclass`.

    The type of a field is an enum, a union with one, a tuple or frozenset of one, or a mapping with one as its keys.
    The checks come before the `__post_init__` of the class, or the one that it inherits. A field that holds a member
    costs one comparison.
    """
    lines, names = ["def __post_init__(self):"], dict[str, Any]()
    for field, hint in kind.__annotations__.items():
        check = _check_of(hint, field)
        if check is not None:
            names |= {f"enum_{field}": _enum_in(hint), f"store_{field}": _storing(field, check)}
            many: Any = _MANY.get(get_origin(hint))
            if many is not None:  # of members alone, as nearly always
                members = f"type(self.{field}) is {many.__name__} and {{*map(type, self.{field})}} <= {{enum_{field}}}"
                lines.append(f"    if not ({members}): store_{field}(self)")
                continue
            none = f" and self.{field} is not None" if NoneType in get_args(hint) else ""
            lines.append(f"    if type(self.{field}) is not enum_{field}{none}: store_{field}(self)")
    if not names:
        return kind
    after = getattr(kind, "__post_init__", None)
    if after is not None:
        names["after"] = after
        lines.append("    after(self)")
    exec("\n".join(lines), names)  # noqa: S102 - the source is made of the names of fields alone
    kind.__post_init__ = names["__post_init__"]  # type: ignore[attr-defined]  # `@dataclass` calls it
    return kind


def _storing(field: str, check: _Check) -> Callable[[object], None]:
    def store(value: object) -> None:
        given = getattr(value, field)
        if (checked := check(given)) is not given:
            object.__setattr__(value, field, checked)

    return store


def _is_enum(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Enum) and hint is not Unset


def _enum_in(hint: Any) -> Any:
    """The enum of a field, or of a union with one."""
    return next((each for each in (hint, *get_args(hint)) if _is_enum(each)), None)


def _check_of(hint: Any, field: str) -> _Check | None:
    """How values of this type are checked; None: no part of it is an enum."""
    if _is_enum(hint):
        return lambda value: _member(hint, value, field)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return _check_of_union(arguments, field)
    if origin not in _MANY or (each := _check_of(arguments[0], field)) is None:
        return None
    if origin is Mapping:
        return lambda value: {each(key): value[key] for key in value}
    return lambda value: origin(map(each, _listed(value, field)))


def _listed(value: Any, field: str) -> Iterable[Any]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InvalidValue(field=field, problem="a list")
    return value


def _check_of_union(alternatives: tuple[Any, ...], field: str) -> _Check | None:
    checks = {each: check for each in alternatives if (check := _check_of(each, field)) is not None}
    others = tuple(each for each in alternatives if each not in checks and isinstance(each, type))
    check = next(iter(checks.values()), None)
    return None if check is None else lambda value: value if isinstance(value, others) else check(value)


def _member(kind: type[Enum], value: object, field: str) -> Enum:
    if isinstance(value, kind):
        return value
    try:
        return kind(value)
    except ValueError:
        allowed = tuple(str(member.value) for member in kind)
        values = ", ".join(allowed)
        raise InvalidValue(field=field, problem=f"one of: {values}", allowed=allowed) from None
