"""How many examples a property is worth, in the profile's measure (see tests/conftest.py)."""

from typing import Final

from hypothesis import settings

_USUAL: Final = 100


def examples(count: int) -> settings:
    """Try `count` examples by default, and as many more as the profile asks for."""
    return settings(max_examples=max(1, count * settings().max_examples // _USUAL))
