"""The declarations of the features together."""

from collections import Counter

from tests.unit.features.collected import FEATURES


def test_no_two_features_declare_the_same() -> None:
    for declared in (
        [route for feature in FEATURES for route in feature.routes],
        [topic for feature in FEATURES for topic in feature.events],
        [field for feature in FEATURES for field in feature.samples],
    ):
        assert [each for each, number in Counter(declared).items() if number > 1] == []
