"""The contracts of the core's stores and of claims fail for each store that breaks a promise of a docstring."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.gates import PATIENCE_SECONDS
from tests.programs import CHECKOUT
from tests.unit.testing.wrong_stores import NAMES


@pytest.mark.no_cover
def test_each_broken_promise_fails_its_contract() -> None:
    program = Path(__file__).with_name("wrong_stores.py")
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=no", str(program)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    killed = {*re.findall(r"^FAILED .*::Test_(\w+)::", run.stdout, flags=re.MULTILINE)}
    assert sorted({*NAMES} - killed) == [], run.stdout[-3000:]
    assert " error" not in run.stdout.splitlines()[-1]
