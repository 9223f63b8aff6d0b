"""The folders of unit tests are those of the code."""

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
