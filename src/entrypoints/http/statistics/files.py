"""Figures as files: a line for each period or group, and currency. Money is in whole units of the currency."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from litestar import Response

from booking_domain.shared.documents import Cell, Documents, Sheet
from booking_domain.statistics.model import AMOUNTS, Figures
from booking_domain.use_cases.statistics.queries import StatisticsReport
from entrypoints.http.earnings.statements import whole
from entrypoints.http.kit.csv_cells import attachment, csv_lines
from entrypoints.http.kit.turns import Turn
from entrypoints.http.statistics.schemas import AnalyticsFileQuery, FiguresFormat, FiguresSheet

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COLUMNS: Final[Mapping[str, Callable[[Figures, str], Cell]]] = {
    "bookings_made": lambda each, _: each.made,
    "lead_hours": lambda each, _: each.lead_hours,
    "booked": lambda each, _: each.booked,
    "booked_minutes": lambda each, _: each.booked_minutes,
    "buffer_minutes": lambda each, _: each.buffer_minutes,
    "completed": lambda each, _: each.completed,
    "walk_ins": lambda each, _: each.walk_ins,
    "no_shows": lambda each, _: each.no_shows,
    "no_show_rate": lambda each, _: each.no_show_rate,
    "cancelled_by_customer": lambda each, _: each.cancelled,
    "cancelled_late": lambda each, _: each.cancelled_late,
    "late_cancellation_rate": lambda each, _: each.late_cancellation_rate,
    "cancelled_by_provider": lambda each, _: each.cancelled_by_provider,
    **{name: partial(lambda name, each, currency: whole(getattr(each, name), currency), name) for name in AMOUNTS},
    "average_bill": lambda each, currency: None if each.average_bill is None else whole(each.average_bill, currency),
}
_PERIOD: Final = ("first", "last", "rostered_minutes", "utilisation", "currency", *_COLUMNS)
_GROUP: Final = ("group", "name", "currency", *_COLUMNS)
_COHORT: Final = ("month", "customers", "months_later", "active")
_ITEM: Final = ("item", "description", "views", "bookings", "paid")
FIGURES_CSV: Final = ",".join(_PERIOD) + "\r\n"


def _lines(by_currency: Mapping[str, Figures]) -> Iterator[tuple[Cell, ...]]:
    for currency, figures in by_currency.items():
        yield currency, *(cell(figures, currency) for cell in _COLUMNS.values())


def _periods(report: StatisticsReport) -> Iterator[Sequence[Cell]]:
    for each in report.periods:
        total = Figures.total(each.figures.values())
        utilisation = total.utilisation(each.rostered_minutes)
        for line in _lines(each.figures):
            yield each.first, each.last, each.rostered_minutes, utilisation, *line


def _groups(report: StatisticsReport) -> Iterator[Sequence[Cell]]:
    for each in report.groups:
        for line in _lines(each.figures):
            yield each.key, each.name, *line


def _cohorts(report: StatisticsReport) -> Iterator[Sequence[Cell]]:
    for each in report.customers.cohorts:
        yield each.month, each.customers, 0, each.customers
        for months, active in enumerate(each.active, start=1):
            yield each.month, each.customers, months, active


def _items(report: StatisticsReport) -> Iterator[Sequence[Cell]]:
    for each in () if report.conversions is None else report.conversions.items:
        yield str(each.item_id), each.description, each.views, each.bookings, each.paid


_TABLES: Final[Mapping[FiguresSheet, tuple[Sequence[str], Callable[[StatisticsReport], Iterator[Sequence[Cell]]]]]] = {
    FiguresSheet.PERIODS: (_PERIOD, _periods),
    FiguresSheet.GROUPS: (_GROUP, _groups),
    FiguresSheet.COHORTS: (_COHORT, _cohorts),
    FiguresSheet.PORTFOLIO: (_ITEM, _items),
}
_IF_ANY: Final = frozenset({FiguresSheet.GROUPS, FiguresSheet.PORTFOLIO})


def _sheets(report: StatisticsReport) -> list[Sheet]:
    found = (
        (each, Sheet(name=each.value.capitalize(), headings=headings, rows=tuple(rows(report))))
        for each, (headings, rows) in _TABLES.items()
    )
    return [sheet for each, sheet in found if sheet.rows or each not in _IF_ANY]


async def file_of(
    report: StatisticsReport, asked: AnalyticsFileQuery, *, documents: Documents, turn: Turn
) -> Response[str]:
    """The file of a report. A CSV file has one of the sheets."""
    if asked.format == FiguresFormat.CSV:
        usual = FiguresSheet.GROUPS if report.groups else FiguresSheet.PERIODS
        return attachment("figures", _csv(report, asked.sheet or usual))
    async with turn.dear() as computing:
        content: Any = await computing.run(partial(documents.spreadsheet, _sheets(report)))
    headers = {"Content-Disposition": 'attachment; filename="figures.xlsx"'}
    return Response(content, media_type=XLSX, headers=headers)


async def _csv(report: StatisticsReport, sheet: FiguresSheet) -> AsyncIterator[bytes]:
    headings, rows = _TABLES[sheet]
    yield csv_lines([headings])
    yield csv_lines(rows(report))
