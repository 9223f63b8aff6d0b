"""Every command of docs/operate is executed by a test, is marked, or was pasted by a person as it stands."""

import hashlib
from pathlib import Path
from typing import Final

import pytest
from tests.acceptance.readme import Block, fenced
from tests.programs import CHECKOUT

FOLDER: Final = CHECKOUT / "docs" / "operate"
BLOCKS: Final = [(page, block) for page in sorted(FOLDER.glob("*.md")) for block in fenced(page)]
COMMANDS: Final = [(page.name, block) for page, block in BLOCKS if block.language in {"sh", "bash", "console"}]
MARKS: Final = "☁◇"
"""What needs an account somewhere else, or a machine of one's own: docs/operate/deploy.md explains them."""
EXECUTED: Final = {
    ("backup.md", "make backup"): "tests/acceptance/test_pasted_restore.py",
    ("backup.md", "make restore"): "tests/acceptance/test_pasted_restore.py",
    ("deploy.md", "mkdir -p deploy/secrets"): "tests/unit/test_deploy.py",
    ("deploy.md", "echo BOOKING_METRICS_PORT"): "tests/acceptance/test_blue_green.py",
    ("deploy.md", "curl -X PUT"): "tests/acceptance/test_runbooks.py",
    ("doctor.md", "make doctor"): "tests/acceptance/test_runbooks.py",
    ("operations.md", "#!/bin/sh"): "tests/unit/adapters/smtp/test_pass_bounce.py",
    ("runbooks.md", ""): "tests/acceptance/test_runbooks.py",
}
"""The test that reads a block from its page and runs it, by page and by how the block begins."""
PASTED: Final = {
    "b9cfc8c8e16f": "deploy.md, 1. A PostgreSQL",
    "4bfc286020d7": "deploy.md, 3. The settings",
    "af8b041e79fe": "deploy.md, 5. HTTPS",
    "60439ad68239": "deploy.md, 8. Look",
    "66e6461dce5e": "deploy.md, 4. The processes",
    "125b6869a464": "deploy.md, A role that owns nothing",
    "bc3598bac3c3": "deploy.md, With systemd",
    "391b20213bff": "deploy.md, A page of maintenance",
    "add1162afbad": "secrets.md, a secret moves",
    "0cfac0dde2e6": "secrets.md, a command outside of the units",
    "6e8e60f3ab24": "backup.md, Restore, with the time of that day",
    "04b9bd6a759e": "observe.md, 2.",
    "9c5f24d870e0": "observe.md, 3.; three minutes later the Alertmanager had BookingProcessDown",
    "45309678579e": "observe.md, 3., until the alert is there",
    "08af3e421414": "scaling.md, Read replicas, with its own address and folder",
    "2894a1fbf53a": "scaling.md, Citus, on the machine of the tests",
    "131311e1b9cf": "observe.md, Metrics, in a checkout",
    "963b817766eb": "observe.md, Traces, in a checkout, without a collector",
}
"""Blocks that a person pasted on 27 or 28 November 2026, by the digest of their text: into an empty Debian 12 with
systemd as its first process, if nothing else is said. Who changes one pastes it again, and writes the new digest."""


def digest(block: Block) -> str:
    return hashlib.sha256(block.text.encode()).hexdigest()[:12]


def test_every_block_says_its_language() -> None:
    """So no command is in a block that the other tests do not look at."""
    assert [(page.name, block.text) for page, block in BLOCKS if not block.language] == []


@pytest.mark.parametrize(("page", "block"), COMMANDS, ids=[f"{page}: {block.text[:30]}" for page, block in COMMANDS])
def test_every_command_was_executed_or_is_marked(page: str, block: Block) -> None:
    executed = [test for (where, begin), test in EXECUTED.items() if where == page and block.text.startswith(begin)]
    marked = any(mark in block.heading + block.text for mark in MARKS)
    assert executed or marked or digest(block) in PASTED, digest(block)


def test_what_is_listed_exists() -> None:
    for (page, begin), test in EXECUTED.items():
        assert any(where == page and block.text.startswith(begin) for where, block in COMMANDS), begin
        assert page in (CHECKOUT / Path(test)).read_text(encoding="utf-8")
    assert PASTED.keys() <= {digest(block) for _, block in COMMANDS}
