"""Dates, times and amounts in texts for people, as each language writes them (CLDR).

- English: `Fri 27 Nov 2026, 10:00 (Ulaanbaatar)`, `MNT 15,000`, `$20`. The tögrög has its code: its sign is not in
  GSM 03.38, and one such letter makes a text message cost twice as much.
- Mongolian: `2026.11.27, баасан, 10:00 (Улаанбаатар)`, `15 000 ₮`.
- Persian: `جمعه ۶ آذر ۱۴۰۵، ساعت ۱۰:۰۰ (اولان‌باتور)`, by the solar calendar of Iran, and `۱۵٬۰۰۰ ₮`, isolated from what
  is around it, so that the currency stands to the left of the number everywhere (UAX 9).

The region of the platform may choose other digits and another calendar, for all languages.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from jdatetime import date as SolarDate  # noqa: N812 - beside the other class `date`

from booking_domain.notifications.notices import LocalTime, NoticeValue, TimeOfDay, zone_name
from booking_domain.shared.money import Money
from booking_domain.shared.region import CalendarSystem, Digits, Region
from booking_domain.shared.time import time_zone

_TO: Final = {"en": "to", "mn": "–", "fa": "تا"}
"""Between the start and the last day. A dash would make an English text message twice as long."""
_DAYS: Final = {"en": "EEE d MMM y", "mn": "y.MM.dd, EEEE", "fa": "EEEE d MMMM y"}
"""Patterns of CLDR, for the Gregorian calendar."""
_NO_BREAK: Final = "\u00a0"
_ISOLATE: Final = "\u2067"
"""Begins a part of a text that runs from right to left, whatever is around it; `_END` ends it."""
_END: Final = "\u2069"
_LEFT_TO_RIGHT: Final = "\u200e"
_WITHOUT: Final = str.maketrans("", "", _ISOLATE + _END)
_LATIN: Final = "0123456789"
_NUMERALS: Final = {Digits.LATIN: _LATIN, Digits.ARABIC: "٠١٢٣٤٥٦٧٨٩", Digits.PERSIAN: "۰۱۲۳۴۵۶۷۸۹"}
_SEPARATORS: Final = str.maketrans(",.", "٬٫")
"""Of thousands and decimals, among Arabic and Persian digits."""


class Values:
    """Writes values in one language."""

    def __init__(self, language: str, region: Region | None = None) -> None:
        """`language` is one of `LANGUAGES`."""
        region = region or Region()
        self._language = language
        self._locale = Locale.parse(language)
        own = Digits.PERSIAN if language == "fa" else Digits.LATIN
        digits = own if region.digits is Digits.LANGUAGE else region.digits
        self._latin = digits is Digits.LATIN
        self._numerals = str.maketrans(_LATIN, _NUMERALS[digits])
        calendar = CalendarSystem.PERSIAN if language == "fa" else CalendarSystem.GREGORIAN
        self._calendar = calendar if region.calendar is CalendarSystem.LANGUAGE else region.calendar

    def __call__(self, value: NoticeValue) -> str:
        """The value as people read it; a text as it is."""
        match value:
            case LocalTime():
                return self.time(value)
            case TimeOfDay():
                return self._clock(value.local) if value.today else self.moment(value.local)
            case Money():
                return self.money(value)
            case date():
                return self.day(value)
            case tuple():
                return self.listed(map(self, value))
            case _:
                return self.digits(str(value)) if isinstance(value, int) else str(value)

    def listed(self, texts: Iterable[str]) -> str:
        """Texts one after the other."""
        return ("، " if self._language == "fa" else ", ").join(texts)

    def day(self, day: date) -> str:
        """A date with its weekday."""
        if self._calendar is CalendarSystem.GREGORIAN:
            return self.digits(_gregorian(day, self._language))
        solar, names = SolarDate.fromgregorian(date=day), self._locale.days["format"]
        long, short = (names[width][day.weekday()] for width in ("wide", "abbreviated"))
        if self._language == "mn":
            return self.digits(f"{solar.year}.{solar.month:02}.{solar.day:02}, {long}")
        months = SolarDate.j_months_fa if self._language == "fa" else SolarDate.j_months_en
        weekday = long if self._language == "fa" else short
        return self.digits(f"{weekday} {solar.day} {months[solar.month - 1]} {solar.year}")

    def time(self, time: LocalTime) -> str:
        """A time with its last day and the name of its zone; the other clock stands beside it if it shows another time.

        The other clock repeats the date only if it is another day there.
        """
        here = time.instant.astimezone(time_zone(time.zone))
        names = self.zone(time.zone)
        if time.beside is not None:
            there = time.instant.astimezone(time_zone(time.beside))
            if there.replace(tzinfo=None) != here.replace(tzinfo=None):
                other = self._clock(there) if there.date() == here.date() else self.moment(there)
                names += f"{'؛' if self._language == 'fa' else ';'} {self.zone(time.beside)}: {other}"
        until = "" if time.last_day is None else f" {_TO[self._language]} {self.day(time.last_day)}"
        return f"{self.moment(here)}{until} ({names})"

    def moment(self, local: datetime) -> str:
        """Date and time without the zone, for where the zone is named once for all."""
        between = "، ساعت " if self._language == "fa" else ", "
        return f"{self.day(local.date())}{between}{self._clock(local)}"

    def zone(self, zone: str) -> str:
        """The city of a time zone in this language, or the name of the zone."""
        city = self._locale.time_zones.get(zone, {}).get("city")
        return zone_name(zone) if self._language == "en" or city is None else str(city)

    def money(self, money: Money, *, sign: str = "") -> str:
        """An amount with its currency, without decimals if they are zero; a sign says what it does to a sum."""
        symbol = self.currency(money.currency)
        number = self.number(money.decimal())
        if self._language == "fa":
            signed = f"{_LEFT_TO_RIGHT}{sign}{number}" if sign else number
            return f"{_ISOLATE}{signed}{_NO_BREAK}{symbol}{_END}"
        if self._language != "en":
            return f"{sign}{number}{_NO_BREAK}{symbol}"
        return f"{sign}{symbol} {number}" if symbol.isalpha() else f"{sign}{symbol}{number}"

    def number(self, amount: Decimal) -> str:
        """An amount in whole units without its currency; it may be negative."""
        places = 0 if amount == int(amount) else -int(amount.as_tuple().exponent)
        pattern = f"#,##0.{'0' * places}".rstrip(".")
        number = format_decimal(amount, pattern, locale=self._locale, numbering_system="latn")
        return self.decimal(number.replace(",", _NO_BREAK) if self._language == "mn" else number)

    def decimal(self, number: str) -> str:
        """A number that is written with Latin digits, in those of the language."""
        return number if self._latin else self.digits(number).translate(_SEPARATORS)

    def currency(self, currency: str) -> str:
        """What stands beside amounts in a currency (ISO 4217): its sign, or its code."""
        if currency == "MNT" and self._language != "en":
            return "₮"
        return str(self._locale.currency_symbols.get(currency, currency))

    def _clock(self, local: datetime) -> str:
        return self.digits(f"{local:%H:%M}")

    def digits(self, text: str) -> str:
        """The text with the digits of the language."""
        return text.translate(self._numerals)


# Babel takes as long for a day as a refusal for a tenth of its work; refusals and pages write the same days again.
@lru_cache(maxsize=1_024)
def _gregorian(day: date, language: str) -> str:
    return format_date(day, _DAYS[language], locale=language)


def without_isolates(text: str) -> str:
    """The text without what isolates its amounts, for text messages: there each character counts."""
    return text.translate(_WITHOUT)


class _Process:
    """What the start of the process has set."""

    region = Region()


@contextmanager
def written_for(region: Region) -> Iterator[None]:
    """Write times and amounts in this process as the region does, until the end of the block."""
    before, _Process.region = _Process.region, region
    try:
        yield
    finally:
        _Process.region = before


def values_of(language: str) -> Values:
    """The values of a language of `LANGUAGES`, in the region of the process."""
    return _values(language, _Process.region)


@lru_cache(maxsize=16)
def _values(language: str, region: Region) -> Values:
    return Values(language, region)
