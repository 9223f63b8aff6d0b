"""How much a test tries: `make nightly` everything, `make test` a part.

The profile of Hypothesis (tests/conftest.py) tells them apart.
"""

import os
from collections.abc import Iterable
from typing import Any, Final

import pytest
from hypothesis import settings

_REFERENCE: Final = 100

NIGHTLY: Final = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"


def examples(count: int, *, nightly: int | None = None) -> settings:
    """`count` examples for every hundred of the profile; in a larger profile exactly `nightly`, if given."""
    times = settings().max_examples / _REFERENCE
    if nightly is not None and times > 1:
        return settings(max_examples=nightly)
    return settings(max_examples=max(1, int(count * times)))


def sampled(values: Iterable[Any], *, every: int) -> list[Any]:
    """The values, or tuples of values, as parameters: by day each n-th, from the first on; by night all."""
    return [each if number % every == 0 else at_night(each) for number, each in enumerate(values)]


def at_night(each: Any) -> Any:
    """A parameter, or a tuple of them, that only `make nightly` takes."""
    return pytest.param(*(each if isinstance(each, tuple) else (each,)), marks=pytest.mark.nightly)
