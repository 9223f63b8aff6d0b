"""`make test FEATURE=…` reads only some files, and finds what reading all of them would."""

import pytest
from _pytest.doctest import DoctestModule
from tests.collection import ROOT, WALKS, may_name, spellings
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
