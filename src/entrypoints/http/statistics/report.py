"""The monthly report: the figures of a month as a document, with charts of its days."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from booking_domain.notifications.model import Notification
from booking_domain.notifications.ports import AttachedFile
from booking_domain.shared.documents import Chart, Column, Document, Fact
from booking_domain.shared.money import Money
from booking_domain.statistics.customers import CustomerFigures
from booking_domain.statistics.events import ReportReady
from booking_domain.statistics.model import Conversions, Figures, ReportId
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.statistics.queries import StatisticsReport
from booking_domain.use_cases.statistics.reports import MonthOfFigures, month_of
from entrypoints.languages.documents import Phrase, Wording

_Show = Callable[[Figures, int, Wording], str]
_NOTHING: Final = "–"
_PERCENT: Final = 100


def _hours(minutes: int, say: Wording) -> str:
    return say.values.number(round(Decimal(minutes) / 60, 1))


def _percent(part: float | None, say: Wording) -> str:
    return _NOTHING if part is None else f"{say.values.number(round(Decimal(str(part)) * _PERCENT, 1))} %"


def _count(number: int | None, say: Wording) -> str:
    return _NOTHING if number is None else say.values(number)


_FIGURES: Final[tuple[tuple[Phrase, _Show], ...]] = (
    (Phrase("Bookings made"), lambda each, _, say: _count(each.made, say)),
    (Phrase("Appointments that took place"), lambda each, _, say: _count(each.completed, say)),
    (Phrase("Of them by walk-ins"), lambda each, _, say: _count(each.walk_ins, say)),
    (Phrase("Missed appointments"), lambda each, _, say: _count(each.no_shows, say)),
    (Phrase("Share of missed appointments"), lambda each, _, say: _percent(each.no_show_rate, say)),
    (Phrase("Cancelled by customers"), lambda each, _, say: _count(each.cancelled, say)),
    (Phrase("Share of late cancellations"), lambda each, _, say: _percent(each.late_cancellation_rate, say)),
    (Phrase("Cancelled by your side"), lambda each, _, say: _count(each.cancelled_by_provider, say)),
    (Phrase("Booked hours"), lambda each, _, say: _hours(each.booked_minutes, say)),
    (Phrase("Open hours"), lambda _, rostered, say: _hours(rostered, say)),
    (Phrase("Utilisation"), lambda each, rostered, say: _percent(each.utilisation(rostered), say)),
)
_MONEY: Final[tuple[tuple[Phrase, Callable[[Figures], int | None]], ...]] = (
    (Phrase("Revenue"), lambda each: each.earned),
    (Phrase("Average bill"), lambda each: each.average_bill),
    (Phrase("Tips"), lambda each: each.tips),
    (Phrase("Received"), lambda each: each.received),
    (Phrase("Refunded"), lambda each: each.refunded),
    (Phrase("Still to be paid"), lambda each: each.outstanding),
)


def report_document(month: MonthOfFigures, created_at: datetime) -> Document:
    """Write the report in the language of its reader."""
    say, report = Wording(month.language), month.report
    first, last = say.values.day(report.dates.first), say.values.day(report.dates.last)
    return Document(
        language=say.language,
        title=say(Phrase("Monthly report")),
        number=f"{report.dates.first:%Y-%m}",
        created_at=created_at,
        facts=(
            Fact(label=say(Phrase("Of")), value=month.name),
            Fact(label=say(Phrase("Month")), value=f"{first} – {last}"),
            Fact(label=say(Phrase("Time zone")), value=report.time_zone),
        ),
        columns=(
            Column(heading=say(Phrase("Figure"))),
            Column(heading=say(Phrase("This month")), numeric=True),
            Column(heading=say(Phrase("As many days before")), numeric=True),
        ),
        rows=tuple(_rows(report, say)),
        charts=tuple(_charts(report, first, last, say)),
        notes=(say(Phrase("Appointments count when they begin, money when it moves.")),),
    )


def _rows(report: StatisticsReport, say: Wording) -> Iterator[Sequence[str]]:
    now, before = (Figures.total(each.values()) for each in (report.totals, report.before))
    for label, show in _FIGURES:
        yield say(label), show(now, report.rostered_minutes, say), show(before, report.rostered_before, say)
    for currency in sorted({*report.totals, *report.before}):
        both = [each.get(currency, Figures()) for each in (report.totals, report.before)]
        for label, amount_of in _MONEY:
            yield say(label), *(_money(amount_of(each), currency, say) for each in both)
    for text, shown in (*_of_customers(report.customers, say), *_of_conversions(report, say)):
        yield text, shown, ""


def _money(amount: int | None, currency: str, say: Wording) -> str:
    return _NOTHING if amount is None else say.values.money(Money(amount=amount, currency=currency))


def _of_customers(customers: CustomerFigures, say: Wording) -> Iterator[tuple[str, str]]:
    yield say(Phrase("New customers")), _count(customers.new, say)
    yield say(Phrase("Returning customers")), _count(customers.returning, say)
    yield say(Phrase("Visits after which the next was booked")), _percent(customers.rebooking_rate, say)
    yield say(Phrase("Customers of the time before who came again")), _percent(customers.retention_rate, say)
    yield say(Phrase("Lost customers")), _count(customers.churned, say)


def _of_conversions(report: StatisticsReport, say: Wording) -> Iterator[tuple[str, str]]:
    found = report.conversions or Conversions()
    for label, part, of in (
        (Phrase("Visitors of booking links who booked"), found.link_bookings, found.link_visitors),
        (Phrase("Places on the waiting list that were booked"), found.waited_and_booked, found.waited),
        (Phrase("Visits that were reviewed"), found.reviewed, report.customers.visits if report.conversions else 0),
    ):
        if of:
            yield say(label), f"{_count(part, say)} / {_count(of, say)}"


def _charts(report: StatisticsReport, first: str, last: str, say: Wording) -> Iterator[Chart]:
    """Booked hours by day, and what was earned in each currency; nothing of what is 0."""
    minutes = [sum(each.booked_minutes for each in period.figures.values()) for period in report.periods]
    if any(minutes):
        title, most = say(Phrase("Booked hours by day")), _hours(max(minutes), say)
        yield Chart(title=title, bars=minutes, most=most, first=first, last=last)
    for currency in report.totals:
        earned = [period.figures.get(currency, Figures()).earned for period in report.periods]
        if any(earned):
            title, most = say(Phrase("Earned by day")), _money(max(earned), currency, say)
            yield Chart(title=title, bars=[max(0, each) for each in earned], most=most, first=first, last=last)


def report_name(month: MonthOfFigures) -> str:
    """The name of the file, without its ending."""
    return f"report-{month.report.dates.first:%Y-%m}"


async def report_file(
    notification: Notification, reads: Reads, now: datetime, *, pdf: Callable[[Document], Awaitable[bytes]]
) -> AttachedFile | None:
    """The report that a notification announces, with the figures of now; None if it announces none."""
    if notification.type != ReportReady.topic:
        return None
    report = await reads.monthly_reports.get(ReportId(notification.about_id))
    month = None if report is None else await month_of(report, reads, now=now)
    if month is None:
        return None
    return AttachedFile(name=f"{report_name(month)}.pdf", content=await pdf(report_document(month, now)))
