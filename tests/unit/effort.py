"""How many examples a property is worth, in the profile's measure (see tests/conftest.py)."""

from typing import Final

from hypothesis import settings

_USUAL: Final = 100


def examples(count: int, *, nightly: int | None = None) -> settings:
    """Try `count` examples by default, and as many more as the profile asks for: `nightly` of them, if that is said."""
    times = settings().max_examples / _USUAL
    if nightly is not None and times > 1:
        return settings(max_examples=nightly)
    return settings(max_examples=max(1, int(count * times)))
