"""Types of fields, checked at construction: what a type checker refuses raises `InvalidValue` that names the field.

>>> from dataclasses import dataclass
>>> from datetime import date, datetime
>>> @dataclass(frozen=True, slots=True)
... @checks_types
... class Period:
...     first: date
...     weeks: int = 1
>>> Period(datetime(2026, 11, 24))
Traceback (most recent call last):
    ...
booking_domain.shared.errors.InvalidValue: first: must be of type date, not datetime.
>>> Period(date(2026, 11, 24), weeks=True)
Traceback (most recent call last):
    ...
booking_domain.shared.errors.InvalidValue: weeks: must be of type int, not bool.
"""

from collections.abc import Callable, Mapping
from dataclasses import Field
from datetime import date, datetime
from enum import Enum
from operator import attrgetter
from types import NoneType
from typing import Any, Final, TypeVar, get_args, get_origin

from booking_domain.shared.errors import InvalidValue

Kind = TypeVar("Kind")
_NOT_MEANT: Final[dict[type, type]] = {int: bool, date: datetime}
"""Subclasses that are another thing: True is no number of minutes, and an instant no date."""


def require_type(field: str, value: object, kind: type) -> None:
    """Raise `InvalidValue` if the value is not of this type."""
    if not isinstance(value, kind) or isinstance(value, _NOT_MEANT.get(kind, ())):
        expected, given = kind.__name__, type(value).__name__
        raise InvalidValue(field=field, problem=f"must be of type {expected}, not {given}")


def checks_types(kind: type[Kind]) -> type[Kind]:
    """Have the instances of a dataclass check the fields that it declares. Put it below `@dataclass`.

    The type of a field is a class, a `NewType` of one, a union of one with None, or a tuple of one. Enums are left to
    `checks_enums`. The checks come before the `__post_init__` of the class, or the one that it inherits. Types that
    were right once, together, are not checked again.
    """
    items, checks = dict[str, set[type]](), dict[str, Callable[[object], None]]()
    for field, hint in kind.__annotations__.items():
        default = vars(kind).get(field)
        origin: Any = get_origin(hint)
        [one] = {_class_of(each) for each in get_args(hint) or (hint,)} - {None}
        if one is None or issubclass(one, Enum) or (isinstance(default, Field) and not default.init):
            continue
        if origin is tuple:
            items[field], checks[field] = {one}, _items_check(field, one)
        else:
            checks[field] = (_optional_check if NoneType in get_args(hint) else _check)(field, one)
    if not checks:
        return kind
    values = attrgetter(*checks, "__class__")  # a tuple, as there are two names at least
    right = set[tuple[type, ...]]()
    after: Callable[[object], None] | None = getattr(kind, "__post_init__", None)

    def __post_init__(self: object) -> None:  # noqa: N807
        types = (*map(type, values(self)),)
        if types not in right:
            _check_each(checks, self)
            right.add(types)
        for field, one in items.items():
            given = getattr(self, field)
            if given and not {*map(type, given)} <= one:
                checks[field](given)
        if after is not None:
            after(self)

    kind.__post_init__ = __post_init__  # type: ignore[attr-defined]  # `@dataclass` calls it
    return kind


def _check_each(checks: Mapping[str, Callable[[object], None]], value: object) -> None:
    """Check the fields of a value of which one is not of its type itself, but perhaps of a subclass."""
    for field, check in checks.items():
        check(getattr(value, field))


def _class_of(hint: Any) -> type | None:
    """The class of a hint; None for None and the dots of a tuple."""
    hint = getattr(hint, "__supertype__", hint)
    return hint if isinstance(hint, type) and hint is not NoneType else None


def _check(field: str, kind: type) -> Callable[[object], None]:
    return lambda value: require_type(field, value, kind)


def _optional_check(field: str, kind: type) -> Callable[[object], None]:
    return lambda value: None if value is None else require_type(field, value, kind)


def _items_check(field: str, kind: type) -> Callable[[object], None]:
    def check(value: object) -> None:
        require_type(field, value, tuple)
        for each in value:  # type: ignore[attr-defined]  # it is a tuple
            require_type(field, each, kind)

    return check
