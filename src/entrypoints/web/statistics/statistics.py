"""The figures of a provider or a salon: time, money and customers of a period, beside those of the period before."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import ClassVar, Final
from urllib.parse import urlencode

from booking_domain.shared.money import Money
from booking_domain.shared.time import time_zone
from booking_domain.statistics.definitions import Interval
from booking_domain.statistics.model import Figures
from booking_domain.use_cases.statistics.queries import PeriodFigures, StatisticsQuery, StatisticsReport
from entrypoints.languages.documents import Phrase, Plural
from entrypoints.web.components.bars import Bars
from entrypoints.web.components.table import Table
from entrypoints.web.components.tabs import Tabs
from entrypoints.web.kit.formats import isolated
from entrypoints.web.kit.pages import Page, PageModel
from entrypoints.web.kit.typed import day_of, number_of

PATH: Final = "/account/statistics"
_USUAL: Final = 30
_PERIODS: Final = {
    7: (Interval.DAY, Phrase("7 days")),
    _USUAL: (Interval.DAY, Phrase("30 days")),
    91: (Interval.WEEK, Phrase("3 months")),
    365: (Interval.MONTH, Phrase("12 months")),
}
"""How many days, and the periods of which the charts have a bar."""
_BOOKED: Final = {
    Interval.DAY: Phrase("Booked hours by day"),
    Interval.WEEK: Phrase("Booked hours by week"),
    Interval.MONTH: Phrase("Booked hours by month"),
}
_EARNED: Final = {
    Interval.DAY: Phrase("Earned by day"),
    Interval.WEEK: Phrase("Earned by week"),
    Interval.MONTH: Phrase("Earned by month"),
}
_AMOUNTS: Final[tuple[tuple[Phrase, Phrase, Callable[[Figures], int]], ...]] = (
    (Phrase("Revenue"), Phrase("The prices of what took place"), attrgetter("earned")),
    (Phrase("Received"), Phrase("What was paid, without tips"), attrgetter("received")),
    (Phrase("Refunded"), Phrase("What was given back"), attrgetter("refunded")),
    (Phrase("Still to be paid"), Phrase("For what took place"), attrgetter("outstanding")),
)
"""The amounts: their names, what they are, and where they are among the figures."""
_APPOINTMENTS: Final = Plural("for {count} appointment", "for {count} appointments")
_NOTHING: Final = "–"
_MOST_WORKS: Final = 10
_EARLIEST: Final = date(2010, 1, 1)
_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose figures they are, and where they and their files are."""

    name: str
    zone: str
    path: str
    figures: str
    """Where the API has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which days; what cannot be understood counts as not asked."""

    days: int
    last: date
    today: date

    @classmethod
    def of(cls, page: Page, place: Place, now: datetime) -> "Asked":
        """What the address asks for: so many days until today, or until an earlier day."""
        today = now.astimezone(time_zone(place.zone)).date()
        days, until = number_of(page.asked("days")), day_of(page.asked("until"))
        return cls(
            days=days if days in _PERIODS else _USUAL,
            last=until if until is not None and _EARLIEST <= until < today else today,
            today=today,
        )

    @property
    def query(self) -> StatisticsQuery:
        """Which figures."""
        first = self.last - timedelta(days=self.days - 1)
        return StatisticsQuery(first=first, last=self.last, interval=_PERIODS[self.days][0])

    def link(self, place: Place, page: Page, *, days: int | None = None, last: date | None = None) -> str:
        """The address of these figures, of other days, or of another place."""
        days, last = days or self.days, last or self.last
        until = last.isoformat() if last < self.today else ""
        return page.link(place.path, days="" if days == _USUAL else days, until=until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of the period."""

    name: str
    value: str
    about: str
    before: str
    """Of the period before, and how it has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureGroup:
    """Figures that belong together."""

    title: str
    figures: tuple[Figure, ...]
    chart: Bars | None = None


@dataclass(frozen=True, kw_only=True)
class StatisticsPage(PageModel):
    """The figures of a provider or a salon."""

    template: ClassVar = "statistics/statistics.html"
    robots: str = "noindex"
    name: str = ""
    """Of the provider or salon."""
    lead: str = ""
    places: Tabs | None = None
    """The salons of a manager who has several."""
    periods: Tabs | None = None
    ways: tuple[tuple[str, str], ...] = ()
    """To the period before and the next one."""
    groups: tuple[FigureGroup, ...] = ()
    works: Table | None = None
    """The items of the portfolio that were opened or led to bookings."""
    table: Table | None = None
    files: tuple[tuple[str, str], ...] = ()
    nothing: str = ""
    """What is said without figures."""
    account: str


def without_figures(page: Page, nothing: Phrase) -> StatisticsPage:
    """The page of who has neither a profile nor a salon."""
    return StatisticsPage(
        title=page.say(Phrase("Statistics")), nothing=page.say(nothing), account=page.link("/account")
    )


def statistics_page(
    report: StatisticsReport, asked: Asked, place: Place, places: Sequence[Place], page: Page
) -> StatisticsPage:
    """The page; `places`: all of which who looks may see the figures."""
    say, dates = page.say, report.dates
    first, last = say.values.day(dates.first), say.values.day(dates.last)
    period = say(Phrase("{first} to {last}"), first=isolated(first), last=isolated(last))
    return StatisticsPage(
        title=say(Phrase("Statistics")),
        name=place.name,
        lead=isolated(period, page.formats.zone(report.time_zone)),
        places=_places(asked, place, places, page) if len(places) > 1 else None,
        periods=_periods(asked, place, page),
        ways=tuple(_ways(asked, place, page)),
        groups=(_time(report, page), *_money(report, page), _customers(report, page)),
        works=_works(report, page),
        table=_table(report, page),
        files=tuple(_files(report, place, page)),
        account=page.link("/account"),
    )


def _places(asked: Asked, place: Place, places: Sequence[Place], page: Page) -> Tabs:
    return Tabs(
        label=page.say(Phrase("Salons")),
        items=tuple((each.name, asked.link(each, page)) for each in places),
        current=asked.link(place, page),
    )


def _periods(asked: Asked, place: Place, page: Page) -> Tabs:
    return Tabs(
        label=page.say(Phrase("Period")),
        items=tuple((page.say(name), asked.link(place, page, days=days)) for days, (_, name) in _PERIODS.items()),
        current=asked.link(place, page),
    )


def _ways(asked: Asked, place: Place, page: Page) -> Iterator[tuple[str, str]]:
    length = timedelta(days=asked.days)
    if asked.last - length >= _EARLIEST:
        yield page.say(Phrase("The period before")), asked.link(place, page, last=asked.last - length)
    if asked.last < asked.today:
        yield page.say(Phrase("The next period")), asked.link(place, page, last=asked.last + length)


def _time(report: StatisticsReport, page: Page) -> FigureGroup:
    say, formats = page.say, page.formats
    now, before = Figures.total(report.totals.values()), Figures.total(report.before.values())
    used, used_before = now.utilisation(report.rostered_minutes), before.utilisation(report.rostered_before)
    return FigureGroup(
        title=say(Phrase("Time")),
        figures=(
            Figure(
                name=say(Phrase("Booked hours")),
                value=formats.hours(now.booked_minutes),
                about=say.count(_APPOINTMENTS, now.booked),
                before=_before(now.booked_minutes, before.booked_minutes, formats.hours(before.booked_minutes), page),
            ),
            Figure(
                name=say(Phrase("Utilisation")),
                value=_NOTHING if used is None else formats.percent(used),
                about=say(Phrase("Of the time that was open")),
                before=_of_before(_NOTHING if used_before is None else formats.percent(used_before), page),
            ),
        ),
        chart=_booked_chart(report, page),
    )


def _money(report: StatisticsReport, page: Page) -> Iterator[FigureGroup]:
    """The money in each currency."""
    say, currencies = page.say, sorted({*report.totals, *report.before})
    for currency in currencies:
        now, before = (each.get(currency, Figures()) for each in (report.totals, report.before))
        yield FigureGroup(
            title=say(Phrase("Money"))
            if len(currencies) == 1
            else say(Phrase("Money in {currency}"), currency=isolated(currency)),
            figures=tuple(
                Figure(
                    name=say(name),
                    value=_written(amount_of(now), currency, page),
                    about=say(about),
                    before=_before(
                        amount_of(now), amount_of(before), _written(amount_of(before), currency, page), page
                    ),
                )
                for name, about, amount_of in _AMOUNTS
            ),
            chart=_earned_chart(report, currency, page),
        )


def _customers(report: StatisticsReport, page: Page) -> FigureGroup:
    say, number, found = page.say, page.formats.number, report.customers
    now, before = Figures.total(report.totals.values()), Figures.total(report.before.values())
    missed = "" if now.no_show_rate is None else page.formats.percent(now.no_show_rate)
    return FigureGroup(
        title=say(Phrase("Customers")),
        figures=tuple(
            Figure(name=say(name), value=number(count), about=about, before=_before(count, was, number(was), page))
            for name, about, count, was in (
                (Phrase("New customers"), say(Phrase("Their first visit")), found.new, found.new_before),
                (
                    Phrase("Returning customers"),
                    say(Phrase("They had come before")),
                    found.returning,
                    found.returning_before,
                ),
                (
                    Phrase("Missed appointments"),
                    missed and say(Phrase("{percent} of those who were due"), percent=missed),
                    now.no_shows,
                    before.no_shows,
                ),
            )
        ),
    )


def _before(count: int, before: int, written: str, page: Page) -> str:
    """What it was before, and the change, if there is a number to compare with."""
    said = _of_before(written, page)
    if not before or count == before:
        return said
    change = page.formats.percent(abs(count - before) / before)
    return isolated(("+" if count > before else "−") + change, said)


def _of_before(written: str, page: Page) -> str:
    return page.say(Phrase("before: {figure}"), figure=isolated(written))


def _written(amount: int, currency: str, page: Page) -> str:
    return page.say.values.money(Money(amount=amount, currency=currency))


def _booked_chart(report: StatisticsReport, page: Page) -> Bars | None:
    counts = [Figures.total(each.figures.values()).booked_minutes for each in report.periods]
    texts = [page.formats.hours(each) for each in counts]
    return _chart(_BOOKED[report.interval], report, counts, texts, page)


def _earned_chart(report: StatisticsReport, currency: str, page: Page) -> Bars | None:
    counts = [each.figures.get(currency, Figures()).earned for each in report.periods]
    return _chart(_EARNED[report.interval], report, counts, [_written(each, currency, page) for each in counts], page)


def _chart(
    name: Phrase, report: StatisticsReport, counts: Sequence[int], texts: Sequence[str], page: Page
) -> Bars | None:
    """The bars; none of nothing."""
    most = max(counts)
    if most <= 0:
        return None
    names = [_period(each, page) for each in report.periods]
    return Bars(
        name=page.say(name),
        most=texts[counts.index(most)],
        bars=tuple(
            (max(0, round(100 * count / most)), isolated(period, text))
            for count, period, text in zip(counts, names, texts, strict=True)
        ),
        first=names[0],
        last=names[-1],
    )


def _period(period: PeriodFigures, page: Page) -> str:
    """A day, a month of the calendar of the language, or the first and the last day."""
    formats, first = page.formats, page.formats.short_day(period.first)
    if period.first == period.last:
        return first
    month = formats.month(period.first)
    if (month.before, month.after) == (period.first - _A_DAY, period.last + _A_DAY):
        return month.name
    return page.say(Phrase("{first} to {last}"), first=first, last=formats.short_day(period.last))


def _table(report: StatisticsReport, page: Page) -> Table:
    say = page.say
    return Table(
        caption=say(Phrase("All figures")),
        head=tuple(
            map(
                say,
                (
                    Phrase("Period"),
                    Phrase("Booked hours"),
                    Phrase("Utilisation"),
                    Phrase("Missed appointments"),
                    *(name for name, _, _ in _AMOUNTS),
                ),
            )
        ),
        rows=tuple(_row(each, page) for each in report.periods),
    )


def _works(report: StatisticsReport, page: Page) -> Table | None:
    """The items with the most bookings, and then views."""
    items, say, number = () if report.conversions is None else report.conversions.items, page.say, page.formats.number
    if not items:
        return None
    unnamed = {True: say(Phrase("Deleted")), False: say(Phrase("Without a description"))}
    return Table(
        caption=say(Phrase("Works that were opened, and bookings that came from them")),
        head=(say(Phrase("Work")), say(Phrase("Views")), say(Phrase("Bookings"))),
        rows=tuple(
            (each.description or unnamed[each.description is None], number(each.views), number(each.bookings))
            for each in items[:_MOST_WORKS]
        ),
    )


def _row(period: PeriodFigures, page: Page) -> tuple[str, ...]:
    total, formats = Figures.total(period.figures.values()), page.formats
    used = total.utilisation(period.rostered_minutes)
    return (
        _period(period, page),
        formats.hours(total.booked_minutes) if total.booked_minutes else _NOTHING,
        _NOTHING if used is None else formats.percent(used),
        formats.number(total.no_shows) if total.no_shows else _NOTHING,
        *(_amounts(period.figures, amount_of, page) for _, _, amount_of in _AMOUNTS),
    )


def _amounts(figures: Mapping[str, Figures], amount_of: Callable[[Figures], int], page: Page) -> str:
    found = {currency: amount_of(each) for currency, each in figures.items()}
    return " · ".join(_written(each, currency, page) for currency, each in found.items() if each) or _NOTHING


def _files(report: StatisticsReport, place: Place, page: Page) -> Iterator[tuple[str, str]]:
    dates = {"from": report.dates.first, "to": report.dates.last, "interval": report.interval}
    for text, format_ in ((Phrase("Download as CSV"), "csv"), (Phrase("Download for Excel"), "xlsx")):
        yield page.say(text), f"{place.figures}/export?{urlencode(dates | {'format': format_})}"
    yield page.say(Phrase("Last month as PDF")), f"{place.figures}/report"
