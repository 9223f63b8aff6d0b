"""What addresses and forms say, as values; what cannot be understood counts as not said."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from re import split
from typing import Final
from uuid import UUID

from jdatetime import date as SolarDate  # noqa: N812 - beside the other class `date`

from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.money import Money

_BETWEEN_DIGITS: Final = str.maketrans("", "", " \u00a0\u202f,'\u2019\u066c")
"""What groups the digits of an amount."""
_LONGEST_AMOUNT: Final = 20
_LONGEST_NUMBER: Final = 9
_LONGEST_DAY: Final = 10
_SOLAR_YEARS: Final = 1_700
"""Years before this one are of the solar calendar of Iran, if somebody types them."""


def id_of(text: str) -> UUID | None:
    """An id."""
    try:
        return UUID(text)
    except ValueError:
        return None


def day_of(text: str) -> date | None:
    """A day, ISO 8601."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def moment_of(text: str) -> datetime | None:
    """A moment with an offset, ISO 8601; in addresses its plus may have become a space."""
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def amount_of(text: str, currency: str) -> Money | None:
    """An amount in whole units, with digits of any script, grouped or not."""
    digits = text.translate(_BETWEEN_DIGITS)
    try:
        return Money.from_decimal(Decimal(digits), currency) if len(digits) <= _LONGEST_AMOUNT else None
    except (InvalidOperation, InvalidValue):
        return None


def whole_of(text: str, field: str) -> int | None:
    """A whole number that a person has typed, with digits of any script; None of nothing.

    Raises:
        InvalidValue: it is none.
    """
    if not text:
        return None
    if not text.isdecimal() or len(text) > _LONGEST_NUMBER:
        raise InvalidValue(field=field, problem="a whole number")
    return int(text)


def typed_day(text: str, field: str) -> date | None:
    """A day that a person has typed, as 2026-11-28 or ۱۴۰۵/۰۹/۰۷, with digits of any script; None of nothing.

    Raises:
        InvalidValue: it is none.
    """
    if not text:
        return None
    try:
        year, month, day = map(int, split("[-/.]", text[: _LONGEST_DAY + 1]))
        return SolarDate(year, month, day).togregorian() if year < _SOLAR_YEARS else date(year, month, day)
    except (ValueError, OverflowError):
        raise InvalidValue(field=field, problem="a date") from None


def number_of(text: str) -> int | None:
    """A whole number."""
    return int(text) if text.isascii() and text.isdecimal() else None
