"""What is public says so, is documented, and needs nothing but the standard library."""

import inspect
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import booking_domain
from booking_domain import scheduling

FACES = [booking_domain, scheduling]


@pytest.mark.parametrize("module", FACES, ids=lambda module: module.__name__)
def test_each_public_name_is_exported_once_and_documented(module: ModuleType) -> None:
    names = module.__all__
    assert len(names) == len(set(names))
    for name in names:
        thing = getattr(module, name)
        assert inspect.getdoc(thing), f"{name} has no docstring"


def test_all_of_scheduling_is_at_hand_at_the_top() -> None:
    assert set(scheduling.__all__) <= set(booking_domain.__all__)


@pytest.mark.parametrize("name", ["offered_slots", "explain", "is_offered", "refund_due"])
def test_public_functions_are_fully_annotated(name: str) -> None:
    signature = inspect.signature(getattr(booking_domain, name))
    assert all(parameter.annotation is not inspect.Parameter.empty for parameter in signature.parameters.values())
    assert signature.return_annotation is not inspect.Signature.empty


def test_importing_it_imports_nothing_from_elsewhere() -> None:
    program = (
        "import sys, booking_domain\n"
        "known = {*sys.stdlib_module_names, 'booking_domain', '__main__'}\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules} - known))"
    )
    source = Path(booking_domain.__file__).parents[1]
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-S", "-c", program],
        env={"PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=True,
    )
    foreign = [name for name in done.stdout.split() if not name.startswith("_")]
    assert foreign == []
