"""The shell steps of the runbooks can be pasted; in place of a journal there is the log of the product.

So can those of deploy.md that turn a feature on and off, and those of doctor.md.
"""

import shutil
import sys
from pathlib import Path
from typing import Final

import pytest
from tests.acceptance.people import people
from tests.acceptance.product import Product, eventually
from tests.acceptance.readme import fenced
from tests.acceptance.test_pasted_docs import Shell, commands
from tests.acceptance.test_pasted_docs import pytestmark as needs_its_programs
from tests.programs import CHECKOUT
from tests.unit.effort import sampled

from adapters.postgres.kit import embedded
from booking_domain.shared.actor import Role

RUNBOOKS: Final = CHECKOUT / "docs" / "operate" / "runbooks.md"
STEPS: Final = [
    (block.heading, command) for block in fenced(RUNBOOKS) if block.language == "sh" for command in commands(block.text)
]
pytestmark = needs_its_programs


@pytest.fixture(scope="module")
def programs(product: Product, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a `journalctl` that prints what the product has logged, a `systemctl`, and a `make` for here."""
    folder = tmp_path_factory.mktemp("programs")
    stand_ins = {
        # A journal also has lines of systemd.
        "journalctl": f"echo 'Started booking-api.service.'; grep '^{{' '{product.program.log}'; echo 5",
        "systemctl": "true",
        # It installs nothing.
        "make": f"exec {shutil.which('make')} -o .venv/.server -o .venv/.run -C '{CHECKOUT}' \"$@\"",
    }
    for name, does in stand_ins.items():
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
    selected = 'select(.event == "request" and .status >= 400 and .route) | .route'
    step = f"journalctl | jq -Rr 'fromjson? | objects | {selected}' | head -1"
    with shell:
        # Entries of the log are written a moment later, together.
        eventually(lambda: shell.run(step)[0].startswith("/api/v1/"), what="a refused request in the log")


def test_a_feature_is_turned_on_and_off_as_it_is_pasted(product: Product, shell: Shell) -> None:
    page = CHECKOUT / "docs" / "operate" / "deploy.md"
    [block] = [each.text for each in fenced(page) if each.heading == "Features for some people first" and each.language]
    on, off = commands(block)
    [admin] = people(product, Role.ADMIN, 1)
    with shell:
        shell.run(f"URL='{product.url}' ADMIN='{admin.token}'")
        for command, percent in ((on, 5), (off, None)):
            shown, code = shell.run(command.replace("curl", "curl --silent --show-error --fail"))
            assert code == 0, f"{command}\n{shown}"
            [flag] = [each for each in admin.get("/admin/flags")["items"] if each["name"] == "series-on-pages"]
            assert (flag.get("rule") or {}).get("percent") == percent, flag


def test_the_doctor_is_asked_as_it_is_pasted(product: Product, shell: Shell) -> None:
    [block] = [each.text for each in fenced(CHECKOUT / "docs" / "operate" / "doctor.md") if each.language == "sh"]
    plain, for_programs = commands(block)
    with shell:
        for name, value in product.settings.items():
            shell.run(f"export {name}='{value}'")
        shown, code = shell.run(plain)
        assert code == 0, shown
        assert "fine     schema: " in shown
        shown, code = shell.run(
            f"{for_programs.partition('#')[0]} | sed -n '/^\\[/,/^\\]/p' | jq -r '.[].what' | sort -u"
        )
        assert code == 0, shown
        assert {"settings", "database", "schema", "clock", "disk"} <= set(shown.split())
