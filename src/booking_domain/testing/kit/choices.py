"""Several choices in one draw, because the cost of Hypothesis grows with the number of draws."""

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


def one_of_each(build: Callable[..., T], *options: Sequence[Any]) -> st.SearchStrategy[T]:
    """Call `build` with one value of each of the options. Shrinks to the first values."""

    def nth(number: int) -> T:
        chosen = []
        for each in reversed(options):
            number, place = divmod(number, len(each))
            chosen.append(each[place])
        return build(*reversed(chosen))

    return st.sampled_from(range(prod(len(each) for each in options))).map(nth)
