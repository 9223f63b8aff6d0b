"""How large a test is: `make reliability` runs the full size, `make test` a smaller one."""

import os
from typing import Final, TypeVar

FULL: Final = os.environ.get("BOOKING_RELIABILITY") == "full"

Amount = TypeVar("Amount")


def of(full: Amount, *, less: Amount) -> Amount:
    return full if FULL else less
