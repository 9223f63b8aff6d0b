"""`make test FEATURE=…` reads only some files, and finds all that have it; some tests run at night only."""

import pytest
from _pytest.doctest import DoctestModule
from tests.collection import ROOT, WALKS, may_name, names, spellings
from tests.reliability.scale import FULL
from tests.unit.effort import NIGHTLY
from tests.unit.features.collected import NAMES


def test_a_feature_is_spelt_in_three_ways() -> None:
    assert spellings("Gift_cards") == ("gift_cards", "gift-cards", "giftcards")
    assert spellings("reviews") == ("reviews",)


def test_every_test_with_a_feature_in_its_name_is_in_a_file_that_is_read(request: pytest.FixtureRequest) -> None:
    names: dict[str, str] = {}
    for item in request.session.items:
        path = item.nodeid.partition("::")[0]
        names[path] = names.get(path, "") + item.nodeid.lower()
    missed = {
        path: feature
        for feature in NAMES
        for path, ids in names.items()
        if any(word in ids for word in spellings(feature)) and not may_name(path, feature)
    }
    assert not missed, f"Add these files to WALKS in tests/collection.py: {missed}"


def test_files_that_walk_features_exist() -> None:
    assert [path for path in WALKS if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize(
    ("module", "searched"),
    [("src/booking_domain/shared/money.py", True), ("src/booking_domain/favourites/model.py", False)],
)
def test_of_the_product_only_modules_with_a_prompt_are_searched_for_doctests(
    request: pytest.FixtureRequest, module: str, *, searched: bool
) -> None:
    path = ROOT / module
    assert (">>>" in path.read_text(encoding="utf-8")) is searched
    collectors = request.session.gethookproxy(path.parent).pytest_collect_file(file_path=path, parent=request.session)
    assert any(isinstance(collector, DoctestModule) for collector in collectors) is searched


@pytest.mark.parametrize(
    ("argument", "named"),
    [
        ("tests/unit/test_tasks.py::test_a", True),
        ("tests/unit/test_tasks.py::test_a[en]", True),
        ("tests/unit/test_tasks.py::test_a[mn]", False),
        ("tests/unit/test_tasks.py::test", False),
        ("tests/unit/test_layout.py::test_a", False),
        ("tests/unit/test_tasks.py", False),
    ],
)
def test_a_test_is_named_by_its_file_and_function(argument: str, *, named: bool) -> None:
    path = ROOT / "tests" / "unit" / "test_tasks.py"
    assert names(f"{ROOT}/{argument}", path, "tests/unit/test_tasks.py::test_a[en]") is named


def test_only_the_night_runs_what_is_marked_for_it(request: pytest.FixtureRequest) -> None:
    given = [each for each in request.config.args if "::" in each]
    marked = [item for item in request.session.items if item.get_closest_marker("nightly")]
    assert NIGHTLY or FULL or all(any(names(each, item.path, item.nodeid) for each in given) for item in marked)
