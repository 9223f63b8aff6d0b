"""Values of the library as Python that makes them again, for the reports of failing tests."""

from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import singledispatch
from typing import Any, Final
from uuid import UUID

from booking_domain.scheduling import Hours, TimeRange

IMPORTS: Final = """\
from datetime import date, datetime
from uuid import UUID
from booking_domain.scheduling import *
from booking_domain.testing.question import Question
"""
"""What the code of a question needs."""


@singledispatch
def code(value: Any) -> str:
    """The value as an expression. Members that have their default are left out.

    >>> code(Hours.parse("22:00-06:00"))
    "Hours.parse('22:00-06:00')"
    >>> from booking_domain.scheduling import SlotSettings
    >>> code(SlotSettings(step_minutes=15, anchoring="after_claim"))
    'SlotSettings(step_minutes=15, anchoring=Anchoring.AFTER_CLAIM)'
    """
    if not is_dataclass(value):
        return repr(value)
    given = (
        f"{each.name}={code(getattr(value, each.name))}"
        for each in fields(value)
        if each.init and (each.default is MISSING or getattr(value, each.name) != each.default)
    )
    return f"{type(value).__name__}({', '.join(given)})"


@code.register
def _(value: Enum) -> str:
    return f"{type(value).__name__}.{value.name}"


@code.register
def _(value: UUID) -> str:
    return f"UUID(int={value.int})"


@code.register
def _(value: date) -> str:
    return f"date.fromisoformat({value.isoformat()!r})"


@code.register
def _(value: datetime) -> str:
    return f"datetime.fromisoformat({value.isoformat()!r})"


@code.register
def _(value: TimeRange) -> str:
    return f"TimeRange.parse({value.start.isoformat()!r}, {value.end.isoformat()!r})"


@code.register
def _(value: Hours) -> str:
    return f"Hours.parse('{value.start}-{value.end}')"


@code.register
def _(value: tuple) -> str:  # type: ignore[type-arg]  # of any types
    return f"({', '.join(map(code, value))}{',' if len(value) == 1 else ''})"
