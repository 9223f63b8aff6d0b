"""The contracts fail for stores that break a promise of a docstring, and for ports of which a method does nothing."""

import os
import re
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import pytest
from tests.gates import PATIENCE_SECONDS
from tests.programs import CHECKOUT
from tests.unit.testing.bent_ports import NAMES as BENT
from tests.unit.testing.bent_ports import UNASSERTED
from tests.unit.testing.silent_ports import NAMES as SILENT
from tests.unit.testing.wrong_stores import NAMES


def survivors(program: str, names: Collection[str]) -> list[str]:
    """The mutants of a program of tests, `Test_` and a name each, of which no test fails."""
    run = subprocess.run(  # noqa: S603
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=no"),
            str(Path(__file__).with_name(program)),
        ],
        cwd=CHECKOUT,
        env={**os.environ, "HYPOTHESIS_PROFILE": "default"},
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE_SECONDS,
        check=False,
    )
    failed = {*re.findall(r"^(?:FAILED|ERROR) .*::Test_(\w+)::", run.stdout, flags=re.MULTILINE)}
    assert failed, run.stdout[-3000:]
    return sorted({*names} - failed)


@pytest.mark.nightly
@pytest.mark.no_cover
def test_each_broken_promise_fails_its_contract() -> None:
    assert survivors("wrong_stores.py", NAMES) == []


@pytest.mark.nightly
def test_each_method_that_does_nothing_fails_its_contract() -> None:
    assert survivors("silent_ports.py", SILENT) == []


@pytest.mark.nightly
def test_each_wrong_answer_fails_its_contract() -> None:
    assert survivors("bent_ports.py", BENT) == sorted(UNASSERTED)
