"""Which modules pytest collects, and which tests it leaves to `make nightly`.

It is a plug-in, as the hooks of `tests/conftest.py` do not apply to `src`.
"""

from collections.abc import Generator
from pathlib import Path
from typing import Final

import pytest
from _pytest.doctest import DoctestModule
from tests.reliability.scale import FULL
from tests.unit.effort import NIGHTLY

ROOT: Final = Path(__file__).parents[1]
WALKS: Final = (
    "tests/acceptance/test_runbooks.py",
    "tests/contract/test_memory_adapters.py",
    "tests/contract/test_qpay_edge_gateway.py",
    "tests/contract/test_qpay_gateway.py",
    "tests/contract/test_security_adapters.py",
    "tests/contract/test_storage.py",
    "tests/contract/test_stripe_gateway.py",
    "tests/unit/adapters/postgres/test_codec.py",
    "tests/unit/adapters/postgres/test_event_codec.py",
    "tests/unit/adapters/qpay_edge/test_hostile_calls.py",
    "tests/unit/catalogue/test_salon_memberships.py",
    "tests/unit/entrypoints/http/test_access.py",
    "tests/unit/entrypoints/web/test_parts.py",
    "tests/unit/features/test_next_steps.py",
    "tests/unit/scheduling/test_edges.py",
    "tests/unit/scheduling/test_properties_catch_bugs.py",
    "tests/unit/shared/test_enums.py",
    "tests/unit/shared/test_permissions.py",
    "tests/unit/test_glossary.py",
    "tests/unit/test_operating_docs.py",
    "tests/unit/testing/test_conformance.py",
)
"""Files with tests whose parameters name features, though the text does not: they walk what features declare."""


def spellings(feature: str) -> tuple[str, ...]:
    """How paths, names and parameters of tests spell a feature: `gift_cards`, `gift-cards` and `GiftCards`."""
    feature = feature.lower()
    return tuple(dict.fromkeys((feature, feature.replace("_", "-"), feature.replace("_", ""))))


def may_name(path: str, feature: str) -> bool:
    """Whether tests of a file, by its path from the root, may have the feature in their names."""
    text = f"{path}\n{(ROOT / path).read_text(encoding='utf-8')}".lower()
    return path in WALKS or any(word in text for word in spellings(feature))


def names(argument: str, path: Path, nodeid: str) -> bool:
    """Whether an argument `file::test` of the command line names a test, with all its parameters or some."""
    file, _, named = argument.partition("::")
    test = nodeid.partition("::")[2]
    return Path(file).resolve() == path and (test == named or test.startswith((f"{named}[", f"{named}::")))


class Collection:
    """Collects the modules of a feature, or all; and of `src` only those with doctests."""

    def __init__(self, config: pytest.Config) -> None:
        self._feature: str = config.getoption("feature")
        if self._feature:
            config.option.keyword = " or ".join(spellings(self._feature))

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(self, file_path: Path) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
        """Importing all modules and searching them for doctests takes seconds in each worker."""
        collectors = yield
        if not file_path.is_relative_to(ROOT):
            return collectors
        path = file_path.relative_to(ROOT).as_posix()
        if self._feature and collectors and not may_name(path, self._feature):
            return []
        if path.startswith("src/") and ">>>" in file_path.read_text(encoding="utf-8"):
            return collectors
        return [collector for collector in collectors if not isinstance(collector, DoctestModule)]

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave tests that are marked `nightly` out, but at night, at full size, and if they are named."""
        if NIGHTLY or FULL:
            return
        named = [argument for argument in config.args if "::" in argument]

        def is_left_out(item: pytest.Item) -> bool:
            marked = item.get_closest_marker("nightly") is not None
            return marked and not any(names(each, item.path, item.nodeid) for each in named)

        config.hook.pytest_deselected(items=[item for item in items if is_left_out(item)])
        items[:] = [item for item in items if not is_left_out(item)]
