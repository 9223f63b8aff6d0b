"""A first booking imports what it needs, and nothing of the platform: processor time is measured by
`python -m benchmarks.imports`, and this is what it depends on.
"""

import subprocess
import sys
from typing import Final

import pytest
from tests.programs import CHECKOUT

import booking_domain
from booking_domain import scheduling

MODULES_OF_A_CORE: Final = 40
NOT_AT_FIRST: Final = {
    *(
        f"booking_domain.scheduling.{name}"
        for name in ("as_json", "clock_changes", "feeds", "owned_resources", "ports", "recurrence", "schedule")
    ),
    *(f"booking_domain.scheduling.{name}" for name in ("series", "services", "several", "waiting_list", "workloads")),
    "booking_domain.use_cases",
    "booking_domain.testing",
    "asyncio",
    "calendar",
    "decimal",
    "json",
    "urllib",
}


def imported_by(statement: str) -> set[str]:
    program = f"import sys; {statement}; print(*sys.modules)"
    found = subprocess.run(  # noqa: S603
        [sys.executable, "-S", "-c", program],
        env={"PYTHONPATH": str(CHECKOUT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    return {*found.stdout.split()}


def test_a_first_booking_imports_what_it_needs() -> None:
    found = imported_by("import booking_domain.core")
    assert found & NOT_AT_FIRST == set()
    assert sum(name.startswith("booking_domain") for name in found) <= MODULES_OF_A_CORE


@pytest.mark.parametrize("module", [booking_domain, scheduling], ids=lambda module: module.__name__)
def test_every_public_name_is_there(module: object) -> None:
    name = vars(module)["__name__"]
    listed = "assert {*it.__all__} <= {*dir(it)}"  # so that programs that write documentation find them
    program = f"import {name} as it; {listed}; [getattr(it, name) for name in it.__all__]"
    assert "booking_domain.scheduling.several" in imported_by(program)


@pytest.mark.parametrize("module", [booking_domain, scheduling], ids=lambda module: module.__name__)
def test_a_name_that_is_not_there_is_named(module: object) -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'offered_slot'"):
        _ = getattr(module, "offered_slot")  # noqa: B009 - the type checker knows it, too
