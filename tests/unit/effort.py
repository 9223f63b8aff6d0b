"""How many examples a property gets, relative to the Hypothesis profile (tests/conftest.py)."""

import os
from typing import Final

import pytest
from hypothesis import settings

_REFERENCE: Final = 100

NIGHTLY: Final = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
only_nightly: Final = pytest.mark.skipif(not NIGHTLY, reason="takes long: only `make nightly` runs it")


def examples(count: int, *, nightly: int | None = None) -> settings:
    """`count` examples for every hundred of the profile; in a larger profile exactly `nightly`, if given."""
    times = settings().max_examples / _REFERENCE
    if nightly is not None and times > 1:
        return settings(max_examples=nightly)
    return settings(max_examples=max(1, int(count * times)))
