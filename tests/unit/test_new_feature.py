"""What `make feature` begins: it works, passes the checks, and its failing test says what to do next.

`make types` checks its types.
"""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.programs import environment
from tools.feature.__main__ import begin, main, words
from tools.feature.types import copied


def run(checkout: Path, module: str, *arguments: str) -> str:
    """The output of a module of the development environment in this checkout, and whether it failed."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", module, *arguments],
        cwd=checkout,
        env=environment({"PYTHONPATH": str(checkout / "src")}),
        capture_output=True,
        text=True,
        check=False,
    )
    return f"{done.stdout}{done.stderr}exit {done.returncode}"


def marks(files: Sequence[Path]) -> list[str]:
    """The numbers of the steps."""
    return sorted(
        re.findall(r"NEXT (\d) of guest_books: ", "".join(file.read_text(encoding="utf-8") for file in files))
    )


@pytest.mark.nightly
@pytest.mark.no_cover
def test_a_new_feature_passes_the_checks_and_its_failing_test_says_the_next_step(tmp_path: Path) -> None:
    checkout = copied(tmp_path)
    files = begin(checkout, "guest_books")
    python = [str(file) for file in files if file.suffix == ".py"]
    assert marks(files) == list("12345678")
    for tool in (("ruff", "format", "--check"), ("ruff", "check")):
        assert run(checkout, tool[0], *tool[1:], *python).endswith("exit 0"), run(checkout, *tool, *python)
    tests = ("tests/unit/features/test_next_steps.py", "tests/unit/entrypoints/http/test_guest_books.py")
    told = run(checkout, "pytest", "-p", "no:xdist", "-p", "no:cov", "-p", "no:cacheprovider", *tests)
    assert "8 steps are left. Next, in src/booking_domain/guest_books/model.py: replace the sample" in told
    assert re.search(r"\b1 failed, \d+ passed\b", told), told


@pytest.mark.parametrize("name", ["", "guest_book", "GuestBooks", "guest-books", "../cards"])
def test_a_name_that_is_no_plural_in_snake_case_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name]) == 1
    assert "a plural in snake_case, for example NAME=guest_books" in capsys.readouterr().err


def test_a_name_in_use_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reviews"]) == 1
    assert "there is src/adapters/postgres/reviews.py already" in capsys.readouterr().err


def test_the_words_of_a_feature_follow_from_its_name() -> None:
    found = words("travel_diaries", "0091")
    assert {name: found[name] for name in ("One", "MANY", "path", "things", "revision")} == {
        "One": "TravelDiary",
        "MANY": "TRAVEL_DIARIES",
        "path": "travel-diaries",
        "things": "travel diaries",
        "revision": "0092",
    }
