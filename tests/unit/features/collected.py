"""The features that the shared tests walk: `FEATURE` of each module of this folder but the helpers."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Final

from tests.unit.features.declarations import Feature, Row

_HELPERS: Final = frozenset({"collected", "declarations", "test_collected", "test_next_steps"})
NAMES: Final = sorted({path.stem for path in Path(__file__).parent.glob("*.py")} - _HELPERS)
FEATURES: Final[tuple[Feature, ...]] = tuple(import_module(f"tests.unit.features.{name}").FEATURE for name in NAMES)
ROUTES: Final[Mapping[str, Row]] = {route: row for feature in FEATURES for route, row in feature.routes.items()}
