"""What the library promises is listed with its signatures: a change of it changes `docs/develop/api-surface.txt`.

`python -m tests.unit.test_api_surface` writes the file.
"""

import dataclasses
import enum
import inspect
import re
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Final, Protocol

import pytest
from tests.programs import CHECKOUT

import booking_domain
import booking_domain.core
import booking_domain.scheduling
import booking_domain.testing.core.contracts
import booking_domain.testing.properties
import booking_domain.testing.strategies

FILE: Final = CHECKOUT / "docs" / "develop" / "api-surface.txt"
PROMISED: Final = (
    booking_domain,
    booking_domain.core,
    booking_domain.scheduling,
    booking_domain.testing.core.contracts,
    booking_domain.testing.properties,
    booking_domain.testing.strategies,
)


def surface() -> str:
    return "".join(f"{line}\n" for module in PROMISED for line in _of_module(module))


def names_of(module: ModuleType) -> list[str]:
    """What a module promises: its `__all__`, or its contracts."""
    return sorted(getattr(module, "__all__", None) or [name for name in vars(module) if name.endswith("Contract")])


def _of_module(module: ModuleType) -> Iterator[str]:
    for name in names_of(module):
        yield from _of(f"{module.__name__}.{name}", getattr(module, name))


def _of(name: str, value: object) -> Iterator[str]:
    if isinstance(value, enum.EnumMeta):
        yield f"{name}: {', '.join(value.__members__)}"
    elif inspect.isclass(value):
        yield f"{name}{_signature(value)}"
        fields = {each.name for each in dataclasses.fields(value)} if dataclasses.is_dataclass(value) else set()
        for member, raw in sorted(vars(value).items()):
            if not member.startswith("_") and member not in fields:
                of = inspect.unwrap(getattr(raw, "__func__", getattr(raw, "fget", raw)))
                yield f"{name}.{member}{_signature(of) if inspect.isfunction(of) else ''}"
    else:
        yield f"{name}{_signature(value) if callable(value) else ''}"


def _signature(value: object) -> str:
    try:
        found = str(inspect.signature(value))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return ""
    if inspect.isclass(value) and Protocol in value.__mro__:
        found = found.replace("(*args, **kwargs)", "()")  # of a protocol, until a class below it has been made
    return re.sub(r"<factory>|<function .*?>|<object .*?>| at 0x[0-9a-f]+", "…", found)


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="other versions write some signatures otherwise")
def test_what_is_promised_is_what_is_listed() -> None:
    assert surface() == FILE.read_text(encoding="utf-8"), "run `python -m tests.unit.test_api_surface`"


if __name__ == "__main__":
    FILE.write_text(surface(), encoding="utf-8")
