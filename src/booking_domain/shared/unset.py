"""Partial updates: a command gives the values that change, and its other fields are `UNSET`.

>>> from dataclasses import dataclass
>>> @dataclass(frozen=True)
... class Salon:
...     id: int
...     name: str
...     phone: str | None
>>> @dataclass(frozen=True)
... class EditSalon:
...     id: int
...     name: str | Unset = UNSET
...     phone: str | Unset | None = UNSET
>>> changed(Salon(1, "Ink", "+97688000000"), EditSalon(1, phone=None))
Salon(id=1, name='Ink', phone=None)
"""

from collections.abc import Callable
from dataclasses import Field, fields, replace
from enum import Enum
from typing import Any, ClassVar, Final, Literal, Protocol, TypeVar


class Dataclass(Protocol):
    """An instance of a dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


Aggregate = TypeVar("Aggregate", bound=Dataclass)
Value = TypeVar("Value")
Made = TypeVar("Made")


class Unset(Enum):
    """The type of `UNSET`."""

    UNSET = "unset"

    def __bool__(self) -> Literal[False]:
        return False


UNSET: Final = Unset.UNSET
"""The value of a field that a command does not change. None is a value: it clears the field."""


def given(command: Dataclass, aggregate: Dataclass, **computed: object) -> dict[str, Any]:
    """Return the values that a command gives to fields of the aggregate, and the computed ones, unless `UNSET`."""
    names = {field.name for field in fields(aggregate)}
    values = {field.name: getattr(command, field.name) for field in fields(command) if field.default is UNSET}
    own = {name: value for name, value in values.items() if name in names}
    return {name: value for name, value in (own | computed).items() if value is not UNSET}


def changed(aggregate: Aggregate, command: Dataclass, **computed: object) -> Aggregate:
    """Return the aggregate with the values that `given` returns."""
    return replace(aggregate, **given(command, aggregate, **computed))


def given_or(value: Value | Unset, otherwise: Value) -> Value:
    """Return a value that a command gives, or else the other one."""
    return otherwise if isinstance(value, Unset) else value


def given_as(value: Value | Unset, make: Callable[[Value], Made]) -> Made | Unset:
    """Return what the function makes of a value that a command gives."""
    return value if isinstance(value, Unset) else make(value)
