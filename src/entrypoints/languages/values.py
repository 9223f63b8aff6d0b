"""Dates, times and amounts in texts for people, as each language writes them (CLDR).

- English: `Fri 27 Nov 2026, 10:00 (Ulaanbaatar)`, `MNT 15,000`, `$20`. The tögrög has its code: its sign is not in
  GSM 03.38, and one such letter makes a text message cost twice as much.
- Mongolian: `2026.11.27, баасан, 10:00 (Улаанбаатар)`, `15 000 ₮`.
- Persian: `جمعه ۶ آذر ۱۴۰۵، ساعت ۱۰:۰۰ (اولان‌باتور)`, by the solar calendar of Iran, and `۱۵٬۰۰۰ ₮`.
"""

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
from booking_domain.shared.time import time_zone

_DAYS: Final = {"en": "EEE d MMM y", "mn": "y.MM.dd, EEEE"}
"""Patterns of CLDR, for languages of the Gregorian calendar."""
_NO_BREAK: Final = "\u00a0"
_PERSIAN_DIGITS: Final = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


class Values:
    """Writes values in one language."""

    def __init__(self, language: str) -> None:
        """`language` is one of `LANGUAGES`."""
        self._language = language
        self._locale = Locale.parse(language)

    def __call__(self, value: NoticeValue | int) -> str:
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
                return ("، " if self._language == "fa" else ", ").join(map(self, value))
            case _:
                return self._digits(str(value)) if isinstance(value, int) else str(value)

    def day(self, day: date) -> str:
        """A date with its weekday."""
        if self._language != "fa":
            return format_date(day, _DAYS[self._language], locale=self._locale)
        solar = SolarDate.fromgregorian(date=day)
        weekday = self._locale.days["format"]["wide"][day.weekday()]
        return self._digits(f"{weekday} {solar.day} {SolarDate.j_months_fa[solar.month - 1]} {solar.year}")

    def time(self, time: LocalTime) -> str:
        """A time with the name of its zone; the other clock stands beside it if it shows another time.

        The other clock repeats the date only if it is another day there.
        """
        here = time.instant.astimezone(time_zone(time.zone))
        names = self.zone(time.zone)
        if time.beside is not None:
            there = time.instant.astimezone(time_zone(time.beside))
            if there.replace(tzinfo=None) != here.replace(tzinfo=None):
                other = self._clock(there) if there.date() == here.date() else self.moment(there)
                names += f"{'؛' if self._language == 'fa' else ';'} {self.zone(time.beside)}: {other}"
        return f"{self.moment(here)} ({names})"

    def moment(self, local: datetime) -> str:
        """Date and time without the zone, for where the zone is named once for all."""
        between = "، ساعت " if self._language == "fa" else ", "
        return f"{self.day(local.date())}{between}{self._clock(local)}"

    def zone(self, zone: str) -> str:
        """The city of a time zone in this language, or the name of the zone."""
        city = self._locale.time_zones.get(zone, {}).get("city")
        return zone_name(zone) if self._language == "en" or city is None else str(city)

    def money(self, money: Money) -> str:
        """An amount with its currency, without decimals if they are zero."""
        symbol = self._symbol(money.currency)
        number = self.number(money.decimal())
        if self._language != "en":
            return f"{number}{_NO_BREAK}{symbol}"
        return f"{symbol} {number}" if symbol.isalpha() else f"{symbol}{number}"

    def number(self, amount: Decimal) -> str:
        """An amount in whole units without its currency; it may be negative."""
        places = 0 if amount == int(amount) else -int(amount.as_tuple().exponent)
        pattern = f"#,##0.{'0' * places}".rstrip(".")
        number = format_decimal(amount, pattern, locale=self._locale, numbering_system="default")
        return self._digits(number.replace(",", _NO_BREAK) if self._language == "mn" else number)

    def _symbol(self, currency: str) -> str:
        if currency == "MNT" and self._language != "en":
            return "₮"
        return str(self._locale.currency_symbols.get(currency, currency))

    def _clock(self, local: datetime) -> str:
        return self._digits(f"{local:%H:%M}")

    def _digits(self, text: str) -> str:
        return text.translate(_PERSIAN_DIGITS) if self._language == "fa" else text


@lru_cache(maxsize=8)
def values_of(language: str) -> Values:
    """The values of a language of `LANGUAGES`."""
    return Values(language)
