"""Dates, lengths and prices as pages write them: shorter than messages, and without the year where it is plain."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from babel.dates import format_date
from jdatetime import date as SolarDate  # noqa: N812 - beside the other class `date`

from booking_domain.notifications.notices import LocalTime
from booking_domain.shared.money import Money
from booking_domain.shared.time import MINUTES_A_DAY, TimeRange
from entrypoints.languages.documents import Phrase, Plural, Wording

DAYS: Final = Plural("{count} day", "{count} days")
_A_DAY: Final = timedelta(days=1)
_FIRST_WEEKDAY: Final = {"en": 0, "mn": 0, "fa": 5}
"""As `date.weekday` counts: weeks begin on Monday, in Iran on Saturday."""
_SHORT: Final = {"en": "EEE d MMM", "mn": "MM.dd, EEEE"}
_LONG: Final = {"en": "EEEE d MMMM", "mn": "M-'р' 'сарын' d, EEEE"}
_MONTH: Final = {"en": "LLLL y", "mn": "y 'оны' M-'р' 'сар'"}


def isolated(*parts: str) -> str:
    """Texts in one line, each with its own direction (UAX 9)."""
    return " · ".join(f"\u2068{part}\u2069" for part in parts)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar of a language, in whole weeks."""

    name: str
    weekdays: tuple[tuple[str, str], ...]
    """Short and whole names, in the order of the week."""
    weeks: tuple[tuple[date | None, ...], ...]
    """None: a day of another month."""
    before: date
    """The last day of the month before."""
    after: date
    """The first day of the month after."""


class Formats:
    """Writes values of pages in one language."""

    def __init__(self, language: str, say: Wording) -> None:
        self._language = language
        self._say = say
        self._values = say.values

    def money(self, money: Money) -> str:
        """A price, or that it is free."""
        return self._values.money(money) if money.amount else self._say(Phrase("Free"))

    def less(self, money: Money) -> str:
        """What is taken off a price."""
        return self._values.money(money, sign="−")

    def number(self, number: int) -> str:
        """A whole number."""
        return self._values(number)

    def clock(self, at: datetime) -> str:
        """A local time."""
        return self._values.digits(f"{at:%H:%M}")

    def percent(self, part: float) -> str:
        """A part of a whole."""
        return self._say(Phrase("{number} %"), number=self._values(round(100 * part)))

    def rating(self, average: float) -> str:
        """Stars with one decimal."""
        return self._values.decimal(f"{average:.1f}")

    def length(self, minutes: int) -> str:
        """How long an appointment takes, in days if it is so many."""
        days, rest = divmod(minutes, MINUTES_A_DAY)
        return self._say.count(DAYS, days) if days and not rest else self.hours(minutes)

    def hours(self, minutes: int) -> str:
        """How long something takes, in hours and minutes."""
        hours, rest = divmod(minutes, 60)
        values = {"hours": self.number(hours), "minutes": self.number(rest)}
        if not hours:
            return self._say(Phrase("{minutes} min"), minutes=values["minutes"])
        if not rest:
            return self._say(Phrase("{hours} h"), hours=values["hours"])
        return self._say(Phrase("{hours} h {minutes} min"), **values)

    def distance(self, metres: int) -> str:
        """How far away something is."""
        if metres < 950:  # noqa: PLR2004 - rounded to a kilometre
            return self._say(Phrase("{metres} m"), metres=self.number(round(metres, -1)))
        return self._say(Phrase("{kilometres} km"), kilometres=self._values.decimal(f"{metres / 1_000:.1f}"))

    def day(self, day: date, today: date, *, whole: bool = False) -> str:
        """A day in few words: today, tomorrow, or weekday, day and month, which may be whole words."""
        if day == today:
            return self._say(Phrase("Today"))
        if day == today + _A_DAY:
            return self._say(Phrase("Tomorrow"))
        return self.whole_day(day) if whole else self.short_day(day)

    def short_day(self, day: date) -> str:
        """A day in few words, whatever day it is today."""
        return self._written(day, _SHORT)

    def whole_day(self, day: date) -> str:
        """A day in full: weekday, day and month."""
        return self._written(day, _LONG)

    def moment(self, at: datetime, today: date) -> str:
        """A local day and time in few words."""
        return self._say(Phrase("{day}, {time}"), day=self.day(at.date(), today), time=self.clock(at))

    def span(self, span: TimeRange, zone: str) -> str:
        """When an appointment begins, and the last day of one that takes several."""
        return self._values.time(LocalTime.of(span, zone))

    def zone(self, zone: str) -> str:
        """What stands beside times."""
        return self._say(Phrase("{city} time"), city=self._values.zone(zone))

    def ago(self, day: date) -> str:
        """The month of something that has happened."""
        return self.month(day).name

    def weekdays(self) -> Iterator[tuple[int, str, str]]:
        """The days of the week in order, as `date.weekday` counts, with short and whole names."""
        for number in range(7):
            day = (_FIRST_WEEKDAY[self._language] + number) % 7
            monday = date(2024, 1, 1)
            names = (
                format_date(monday + timedelta(days=day), pattern, locale=self._language)
                for pattern in ("cccccc" if self._language != "fa" else "ccccc", "cccc")
            )
            short, whole = names
            yield day, short, whole

    def month(self, day: date) -> Month:
        """The month of a day."""
        if self._language == "fa":
            solar = SolarDate.fromgregorian(date=day)
            first = SolarDate(solar.year, solar.month, 1).togregorian()
            after_year, after_month = (solar.year + 1, 1) if solar.month == 12 else (solar.year, solar.month + 1)  # noqa: PLR2004
            after = SolarDate(after_year, after_month, 1).togregorian()
            name = self._values.digits(f"{SolarDate.j_months_fa[solar.month - 1]} {solar.year}")
        else:
            first = day.replace(day=1)
            after = (first + timedelta(days=32)).replace(day=1)
            name = format_date(first, _MONTH[self._language], locale=self._language)
        lead = (first.weekday() - _FIRST_WEEKDAY[self._language]) % 7
        days = [None] * lead + [first + timedelta(days=each) for each in range((after - first).days)]
        days += [None] * (-len(days) % 7)
        return Month(
            name=name,
            weekdays=tuple((short, whole) for _, short, whole in self.weekdays()),
            weeks=tuple(tuple(days[at : at + 7]) for at in range(0, len(days), 7)),
            before=first - _A_DAY,
            after=after,
        )

    def day_of_month(self, day: date) -> str:
        """The number of a day in its month."""
        return self.number(SolarDate.fromgregorian(date=day).day if self._language == "fa" else day.day)

    def _written(self, day: date, patterns: dict[str, str]) -> str:
        if self._language != "fa":
            return format_date(day, patterns[self._language], locale=self._language)
        solar = SolarDate.fromgregorian(date=day)
        weekday = format_date(day, "EEEE", locale="fa")
        return f"{weekday} {self.number(solar.day)} {SolarDate.j_months_fa[solar.month - 1]}"
