"""The shell steps of the runbooks can be pasted; in place of a journal there is the log of the product."""

import sys
from pathlib import Path
from typing import Final

import pytest
from tests.acceptance.product import Product
from tests.acceptance.readme import blocks
from tests.acceptance.test_pasted_docs import Shell, commands, headings
from tests.acceptance.test_pasted_docs import pytestmark as needs_its_programs
from tests.programs import CHECKOUT
from tests.unit.effort import sampled

from adapters.postgres.kit import embedded

RUNBOOKS: Final = CHECKOUT / "docs" / "operate" / "runbooks.md"
STEPS: Final = [
    (heading, command)
    for heading in headings(RUNBOOKS)
    for block in blocks(heading, "sh", file=RUNBOOKS)
    for command in commands(block)
]
pytestmark = needs_its_programs


@pytest.fixture(scope="module")
def programs(product: Product, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a `journalctl` that prints what the product has logged, and a `systemctl`."""
    folder = tmp_path_factory.mktemp("programs")
    for name, does in {"journalctl": f"grep '^{{' '{product.program.log}'", "systemctl": "true"}.items():
        (folder / name).write_text(f"#!/bin/sh\n{does}\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def shell(product: Product, programs: Path, tmp_path: Path) -> Shell:
    shell = Shell(tmp_path)
    path = f"{programs}:{Path(sys.executable).parent}:{embedded.BINARIES}"
    shell.run(f"export PATH='{path}':\"$PATH\" DATABASE_URL='{product.database_url}'")
    return shell


@pytest.mark.parametrize(("heading", "command"), sampled(STEPS, every=4))
def test_a_step_can_be_pasted(product: Product, shell: Shell, heading: str, command: str) -> None:
    with shell:
        shown, code = shell.run(command.replace("http://127.0.0.1:8000", product.url))
    assert code == 0, f"{heading}: {command}\n{shown}"


def test_the_log_has_entries_that_the_steps_select(product: Product, shell: Shell) -> None:
    assert product.http.get("/providers/unknown").status_code == 400
    with shell:
        shown, _ = shell.run(
            "journalctl | jq -r 'select(.event == \"request\" and .status >= 400 and .route) | .route' | head -1"
        )
    assert shown.startswith("/api/v1/")
