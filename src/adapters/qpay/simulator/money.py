"""Tögrög as whole möngö (1 MNT = 100 möngö), read and written without a float.

QPay merchant API v2: amounts are MNT with at most two decimals; answers mix strings ("100.00") and numbers (100).
"""

import re
from decimal import Decimal

MONGO_PER_TOGROG = 100
MAXIMUM = 9_999_999_999_99  # an EMVCo amount (tag 54) has room for 13 characters: 9999999999.99
_PLAIN = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?")
_CENT = Decimal("0.01")


class NotANumberError(ValueError):
    """The value is neither a JSON number nor a string that holds a plain one."""


class NotAnAmountError(ValueError):
    """The number is not positive, or finer than a möngö."""


class TooLargeError(ValueError):
    """The number is over `MAXIMUM`."""


def number_from(value: object) -> Decimal:
    """Return the exact number of a JSON value; some clients send amounts as strings.

    Raises:
        NotANumberError: for anything else.
    """
    if isinstance(value, bool):
        raise NotANumberError(value)
    if isinstance(value, int | Decimal):
        return Decimal(value)
    if isinstance(value, str) and _PLAIN.fullmatch(value.strip()):
        return Decimal(value.strip())
    raise NotANumberError(value)


def mongo_from(number: Decimal) -> int:
    """Return MNT as whole möngö.

    Raises:
        NotAnAmountError: not positive, or more than two decimals.
        TooLargeError: over the limit.
    """
    if number <= 0:
        raise NotAnAmountError(number)
    if number > Decimal(MAXIMUM) / MONGO_PER_TOGROG:
        raise TooLargeError(number)
    if number != number.quantize(_CENT):
        raise NotAnAmountError(number)
    return int(number * MONGO_PER_TOGROG)


def as_text(mongo: int) -> str:
    """Write möngö the way QPay writes strings of money.

    >>> as_text(10_050)
    '100.50'
    """
    return f"{mongo // MONGO_PER_TOGROG}.{mongo % MONGO_PER_TOGROG:02d}"


def as_number(mongo: int) -> int | Decimal:
    """Give möngö the way QPay gives numbers of money: 100, or 100.5.

    >>> as_number(10_000), as_number(10_050)
    (100, Decimal('100.5'))
    """
    if mongo % MONGO_PER_TOGROG == 0:
        return mongo // MONGO_PER_TOGROG
    return (Decimal(mongo) / MONGO_PER_TOGROG).normalize()


def for_people(mongo: int) -> str:
    """Write möngö for a reader.

    >>> for_people(2_000_000)
    '20,000.00 MNT'
    """
    return f"{mongo // MONGO_PER_TOGROG:,}.{mongo % MONGO_PER_TOGROG:02d} MNT"
