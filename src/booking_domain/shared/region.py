"""What the region of a platform decides where nobody has chosen."""

from dataclasses import dataclass
from enum import StrEnum

from booking_domain.shared.enums import checks_enums


class Digits(StrEnum):
    """The digits of times, dates, amounts and counts in texts for people."""

    LANGUAGE = "language"
    """Those of the language of the text."""
    LATIN = "latn"
    """0123456789."""
    ARABIC = "arab"
    """٠١٢٣٤٥٦٧٨٩."""
    PERSIAN = "arabext"
    """۰۱۲۳۴۵۶۷۸۹."""


class CalendarSystem(StrEnum):
    """The calendar of dates in texts for people."""

    LANGUAGE = "language"
    """That of the language of the text."""
    GREGORIAN = "gregorian"
    PERSIAN = "persian"
    """The solar calendar of Iran."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Region:
    """The region of the platform; the composition root gives it to the executor, and to what writes texts."""

    currency: str = "MNT"
    """The currency (ISO 4217) of profiles and of services of salons that name none."""
    digits: Digits = Digits.LANGUAGE
    calendar: CalendarSystem = CalendarSystem.LANGUAGE
