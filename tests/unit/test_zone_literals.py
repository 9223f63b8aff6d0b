"""The code names a time zone only where it says why."""

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Final
from zoneinfo import available_timezones

SOURCES: Final = Path(__file__).parents[2] / "src"
ALLOWED: Final = {
    "entrypoints/settings/main.py": "the default of BOOKING_DEFAULT_TIME_ZONE",
    "adapters/qpay/gateway.py": "the days of QPay's books",
    "booking_domain/use_cases/notices/fields.py": "sample values in the preview of a message",
    "booking_domain/testing/*": "what tests need",
    "entrypoints/cli/seed.py": "demo data",
    "entrypoints/cli/demo_salons.py": "demo data",
    "entrypoints/http/*": "examples in the API's documentation, each in a constant of its module",
}
"""Patterns of paths, and why code there may name a zone."""
ZONES: Final = frozenset(zone for zone in available_timezones() if "/" in zone)
AREAS: Final = tuple({zone.partition("/")[0] for zone in ZONES})


def literal_zones(source: str, *, examples: bool) -> Iterator[str]:
    """The literal zones of a module; with `examples`, those outside the constants of the module, which are examples."""
    if not any(area in source for area in AREAS):  # as in most modules; to parse all takes seconds
        return
    for statement in ast.parse(source).body:
        if examples and isinstance(statement, ast.AnnAssign | ast.Assign):
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in ZONES:
                yield node.value


def test_code_names_time_zones_only_where_the_list_says_why() -> None:
    used, found = set[str](), list[str]()
    for path in SOURCES.rglob("*.py"):
        place, source = path.relative_to(SOURCES).as_posix(), path.read_text(encoding="utf-8")
        if not any(literal_zones(source, examples=False)):
            continue
        pattern = next((each for each in ALLOWED if fnmatch(place, each)), None)
        if pattern is None or (pattern == "entrypoints/http/*" and any(literal_zones(source, examples=True))):
            found.append(place)
        else:
            used.add(pattern)
    assert not found
    assert used == set(ALLOWED)


def test_a_zone_in_a_function_or_as_the_default_of_a_member_is_found() -> None:
    source = 'ZONE = "Asia/Tokyo"\nclass User:\n    zone: str = "Europe/Berlin"\ndef zone():\n    return "Asia/Tokyo"\n'
    assert list(literal_zones(source, examples=False)) == ["Asia/Tokyo", "Europe/Berlin", "Asia/Tokyo"]
    assert list(literal_zones(source, examples=True)) == ["Europe/Berlin", "Asia/Tokyo"]
