"""The shell lines of each page of the docs can be pasted, and print the output that their comments promise."""

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pytest
from tests.acceptance.product import Product, eventually
from tests.acceptance.readme import blocks
from tests.gates import PATIENCE_SECONDS
from tests.programs import CHECKOUT, environment
from tests.unit.effort import sampled

PAGES: Final = [
    ("use/payments.md", ["From the cancellation to the refund", "Paying at the desk"]),
    ("use/disputes.md", ["From the opening to a partial refund"]),
    ("use/earnings.md", ["From the booking to the payout"]),
    ("use/growth.md", []),
    ("use/roles.md", []),
    ("use/venues.md", []),
    ("use/files.md", ["Upload a file"]),
    (
        "use/account-security.md",
        [
            "The security of an account",
            "Terms of use and privacy policy",
            "Where the account was signed in to",
            "Second factor, and devices that are remembered",
            "Admin: the account's state, and a blocked network",
        ],
    ),
    ("use/accounts.md", ["Signing in, step by step", "Sign-up by phone", "A web page: the session in cookies"]),
]
"""A page, and the headings of the sections to paste; all, if there are none."""
_EXPECTED: Final = re.compile(r" {2,}# (.+)$")
_READS: Final = re.compile(r"^as \$\w+ (?!.*(?:-X|--json) )")
_DONE: Final = "\x1e"

pytestmark = [
    pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed"),
    pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed"),
]


class Shell:
    """A bash that is told one command after the other."""

    def __init__(self, folder: Path) -> None:
        self._bash = subprocess.Popen(
            ["/bin/bash", "--noprofile", "--norc", "-o", "pipefail"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=environment({}),
            text=True,
            start_new_session=True,
        )
        self._deadline = threading.Timer(PATIENCE_SECONDS * 3, self._kill)
        self._deadline.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._deadline.cancel()
        self._kill()
        self._bash.communicate()

    def _kill(self) -> None:
        """Kill bash and its children, which would keep the pipe open."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._bash.pid, signal.SIGKILL)

    def run(self, command: str) -> tuple[str, int]:
        """Return what the command printed, and its exit code."""
        assert self._bash.stdin is not None
        assert self._bash.stdout is not None
        self._bash.stdin.write(f"{command}\nprintf '\\n{_DONE}%s\\n' \"$?\"\n")
        self._bash.stdin.flush()
        shown: list[str] = []
        for line in self._bash.stdout:
            if line.startswith(_DONE):
                return "".join(shown).strip(), int(line[1:])
            shown.append(line)
        raise AssertionError(f"{command}\n{''.join(shown)}")


def commands(block: str) -> Iterator[str]:
    """The commands of a block, each with all its lines."""
    command = ""
    for line in block.splitlines():
        command += line
        if not _is_open(command):
            yield command
            command = ""
        else:
            command += "\n"
    assert not command, command


def _is_open(command: str) -> bool:
    if command.rstrip().endswith(("\\", "|")):
        return True
    try:
        shlex.split(command, comments=True)
    except ValueError:  # a quotation is open
        return True
    return False


def _says(shown: str, expected: str) -> bool:
    """Whether the output has all parts of the comment; lines are separated by commas there."""
    printed = ", ".join(shown.splitlines())
    return all(part in printed for part in expected.split(" … "))


def headings(page: Path) -> list[str]:
    return re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(("name", "sections"), sampled(PAGES, every=4), ids=[name for name, _ in PAGES])
def test_a_page_can_be_pasted(product: Product, name: str, sections: list[str], tmp_path: Path) -> None:
    page = CHECKOUT / "docs" / name
    texts = [text for heading in sections or headings(page) for text in blocks(heading, "sh", file=page)]
    checked = 0
    with Shell(tmp_path) as shell:
        for command in (each for text in texts for each in commands(text)):
            here = re.sub(r"http://(127\.0\.0\.1|localhost):8000", product.url, command)
            shown, code = shell.run(here)
            assert code == 0, f"{command}\n{shown}"
            if expected := _EXPECTED.search(command):
                checked += 1
                if _READS.search(command):  # the worker may not have finished yet
                    eventually(lambda: _says(shell.run(here)[0], expected[1]), what=command)  # noqa: B023
                else:
                    assert _says(shown, expected[1]), f"{command}\n{shown}"
    assert checked >= 3
