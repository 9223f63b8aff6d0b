"""How much of a figure is tried: `make reliability` tries all of it, `make test` the same with less."""

import os
from typing import Final, TypeVar

FULL: Final = os.environ.get("BOOKING_RELIABILITY") == "full"

Amount = TypeVar("Amount")


def of(full: Amount, *, less: Amount) -> Amount:
    return full if FULL else less
