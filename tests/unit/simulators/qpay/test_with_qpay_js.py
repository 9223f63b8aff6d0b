"""Runs the independent npm package `qpay-js` against the simulator; skipped where Node or the package is missing."""

import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from tests.gates import PATIENCE_SECONDS
from tests.unit.simulators.qpay.merchant import Merchant, unique_number
from tests.unit.simulators.qpay.simulator_process import SimulatorProcess

FOLDER: Final = Path(__file__).parents[3] / "clients" / "qpay-js"
NODE: Final = shutil.which("node")


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, installed as the lock file says, outside the repository."""
    npm = shutil.which("npm")
    if NODE is None or npm is None:
        pytest.skip("Node is missing, so qpay-js is not tried")
    folder = tmp_path_factory.mktemp("qpay-js")
    for name in ("package.json", "package-lock.json", "lifecycle.mjs"):
        shutil.copy(FOLDER / name, folder)
    command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=PATIENCE_SECONDS, check=False)  # noqa: S603
    if done.returncode:
        pytest.skip("npm cannot install qpay-js here")
    return folder


def step(installed: Path, simulator: SimulatorProcess, name: str, about: str = "") -> dict[str, Any]:
    """What the package makes of a step."""
    assert NODE is not None
    command = [NODE, "lifecycle.mjs", simulator.url, name, about]
    done = subprocess.run(  # noqa: S603
        command, cwd=installed, capture_output=True, timeout=PATIENCE_SECONDS, check=True, text=True
    )
    return dict(json.loads(done.stdout))


def test_the_package_renews_tokens_creates_checks_and_cancels(
    installed: Path, simulator: SimulatorProcess, client: httpx.Client
) -> None:
    token = step(installed, simulator, "token")
    assert token["renewed"]
    assert token["expiresIn"] > time.time()
    paid = step(installed, simulator, "create", unique_number())["invoiceId"]
    assert step(installed, simulator, "check", paid)["count"] == 0
    Merchant(client).pay("paid_without_callback", paid)
    checked = step(installed, simulator, "check", paid)
    assert (checked["count"], checked["rows"][0]["paymentStatus"]) == (1, "PAID")
    other = step(installed, simulator, "create", unique_number())["invoiceId"]
    assert step(installed, simulator, "cancel", other) == {"code": "INVOICE_ALREADY_CANCELED", "statusCode": 400}
