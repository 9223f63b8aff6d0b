"""A feature that `make feature` has begun is finished step by step: its marks say what is next, and where."""

import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from tests.unit.features import collected

ROOT: Final = Path(__file__).parents[3]
_MARK: Final = re.compile(r"NEXT (\d+) of (\w+): (.*?)(?: -->.*)?$", re.MULTILINE)
_FOLDERS: Final = ("src", "migrations", "docs")


@cache
def steps() -> dict[str, list[tuple[int, str]]]:
    """The steps that are left, by feature."""
    found: dict[str, list[tuple[int, str]]] = {}
    files = [file for folder in _FOLDERS for kind in ("py", "md") for file in (ROOT / folder).rglob(f"*.{kind}")]
    for file in (*files, ROOT / "CHANGELOG.md"):
        for number, feature, what in _MARK.findall(file.read_text(encoding="utf-8")):
            found.setdefault(feature, []).append((int(number), f"{file.relative_to(ROOT)}: {what}"))
    return found


@pytest.mark.parametrize("feature", collected.NAMES)
def test_no_step_of_the_feature_is_left(feature: str) -> None:
    left = sorted(steps().get(feature, []))
    if left:
        pytest.fail(f"{len(left)} steps are left. Next, in {left[0][1]}, and remove the mark.", pytrace=False)
