"""The folders of unit tests are those of the code, and all HTTP resources have one layout."""

import ast
from pathlib import Path

from adapters.postgres.kit.revisions import ROOT

DECLARATIONS = "features"
"""What the tests of all resources need to know of each one: code of the tests, which has no counterpart."""


def test_each_folder_of_unit_tests_has_the_place_of_what_it_tests() -> None:
    tests = ROOT / "tests" / "unit"
    folders = {file.parent.relative_to(tests) for file in tests.rglob("*.py")} - {Path(), Path(DECLARATIONS)}
    sources = [ROOT / "src", ROOT / "src" / "booking_domain"]
    assert [
        str(folder)
        for folder in sorted(folders)
        if not any((source / folder).is_dir() or (source / folder).with_suffix(".py").is_file() for source in sources)
    ] == []


HTTP = ROOT / "src" / "entrypoints" / "http"
SHARED = {"kit", "docs", "live"}
"""Folders of several resources, and the machinery of live events."""
SHORT = 400
"""The lines that a module of one resource may have, before it becomes a folder."""


def test_a_long_resource_is_a_folder_of_routes_and_schemas() -> None:
    folders = [each for each in HTTP.iterdir() if each.is_dir() and each.name not in SHARED and list(each.glob("*.py"))]
    assert [each.name for each in folders if not (each / "routes.py").is_file()] == []
    assert [each.name for each in folders if _lines(*each.glob("*.py")) <= SHORT] == []
    assert [file.stem for file in HTTP.glob("*.py") if _lines(file) > SHORT] == []


def test_the_json_of_a_resource_is_beside_its_routes_or_in_its_schemas() -> None:
    modules = [file for file in HTTP.rglob("*.py") if file.relative_to(HTTP).parts[0] not in SHARED]
    assert [
        str(file.relative_to(HTTP))
        for file in modules
        if file.stem != "schemas" and _declares_json(file) and not _declares_routes(file)
    ] == []


def _lines(*files: Path) -> int:
    return sum(len(file.read_text().splitlines()) for file in files)


def _declares_json(file: Path) -> bool:
    return any(
        isinstance(node, ast.ClassDef) and any(ast.unparse(base) in {"Json", "Body"} for base in node.bases)
        for node in ast.parse(file.read_text()).body
    )


def _declares_routes(file: Path) -> bool:
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.decorator_list
        for node in ast.walk(ast.parse(file.read_text()))
    )
