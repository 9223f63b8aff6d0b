"""Amounts as integer möngö (1 MNT = 100 möngö), parsed and formatted without floats.

QPay merchant API v2: amounts are MNT with at most two decimals; responses mix strings ("100.00") and numbers (100).
"""

import re
from decimal import Decimal

MONGO_PER_TOGROG = 100
MAX_AMOUNT = 9_999_999_999_99  # an EMVCo amount (tag 54) has at most 13 characters: 9999999999.99
_PLAIN = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?")
_CENT = Decimal("0.01")


class NotANumberError(ValueError):
    """The value is neither a JSON number nor a string of a plain decimal number."""


class NotAnAmountError(ValueError):
    """The number is not positive, or has a fraction of a möngö."""


class TooLargeError(ValueError):
    """The number exceeds `MAX_AMOUNT`."""


def number_from(value: object) -> Decimal:
    """Return the exact value of a JSON number or, as some clients send, of a numeric string.

    Raises:
        NotANumberError: the value is neither.
    """
    if isinstance(value, bool):
        raise NotANumberError(value)
    if isinstance(value, int | Decimal):
        return Decimal(value)
    if isinstance(value, str) and _PLAIN.fullmatch(value.strip()):
        return Decimal(value.strip())
    raise NotANumberError(value)


def mongo_from(number: Decimal) -> int:
    """Convert MNT to möngö.

    Raises:
        NotAnAmountError: the amount is not positive or has more than two decimals.
        TooLargeError: the amount exceeds `MAX_AMOUNT`.
    """
    if number <= 0:
        raise NotAnAmountError(number)
    if number > Decimal(MAX_AMOUNT) / MONGO_PER_TOGROG:
        raise TooLargeError(number)
    if number != number.quantize(_CENT):
        raise NotAnAmountError(number)
    return int(number * MONGO_PER_TOGROG)


def as_text(mongo: int) -> str:
    """Format möngö like QPay's string amounts.

    >>> as_text(10_050)
    '100.50'
    """
    return f"{mongo // MONGO_PER_TOGROG}.{mongo % MONGO_PER_TOGROG:02d}"


def as_number(mongo: int) -> int | Decimal:
    """Convert möngö to QPay's numeric amounts.

    >>> as_number(10_000), as_number(10_050)
    (100, Decimal('100.5'))
    """
    if mongo % MONGO_PER_TOGROG == 0:
        return mongo // MONGO_PER_TOGROG
    return (Decimal(mongo) / MONGO_PER_TOGROG).normalize()


def display_text(mongo: int) -> str:
    """Format möngö for display.

    >>> for_people(2_000_000)
    '20,000.00 MNT'
    """
    return f"{mongo // MONGO_PER_TOGROG:,}.{mongo % MONGO_PER_TOGROG:02d} MNT"
