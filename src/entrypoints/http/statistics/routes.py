"""`/analytics`: the figures of a provider and of a salon."""

from typing import Final

from litestar import Response, Router, get
from litestar.params import FromPath

from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.documents import Documents
from booking_domain.shared.ids import SalonId
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.statistics import queries, reports
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.documents import PDF
from entrypoints.http.kit.documents import file_of as pdf_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.turns import TURN_ERRORS, Turn
from entrypoints.http.statistics.files import FIGURES_CSV, XLSX, file_of
from entrypoints.http.statistics.report import report_document, report_name
from entrypoints.http.statistics.schemas import (
    AnalyticsFileQuery,
    AnalyticsQuery,
    MonthQuery,
    StatisticsJson,
    statistics_json,
)

REPORT_PDF: Final = "%PDF-1.7\n…"
"""An example for the API's documentation."""


@get("/analytics/providers/me", opt=documented(queries.get_own_statistics))
async def get_my_analytics(
    params: Injected[AnalyticsQuery], actor: Injected[Actor], replica_reads: Injected[Reads], clock: Injected[Clock]
) -> StatisticsJson:
    """Return the figures of your profile: booked time, appointments and money, by period, and of the time before.

    They follow what happens within seconds. docs/use/statistics.md defines each of them.
    """
    return statistics_json(await queries.get_own_statistics(actor, params.query, replica_reads, now=clock.now()))


@get(
    "/analytics/providers/me/export",
    media_type="text/csv",
    opt=documented(
        queries.get_own_statistics,
        raises=TURN_ERRORS,
        answer=FIGURES_CSV,
        files=(XLSX,),
        headers=("Content-Disposition",),
    ),
)
async def export_my_analytics(
    params: Injected[AnalyticsFileQuery],
    *,
    actor: Injected[Actor],
    replica_reads: Injected[Reads],
    clock: Injected[Clock],
    documents: Injected[Documents],
    turn: Injected[Turn],
) -> Response[str]:
    """Return the same figures as a CSV file (RFC 4180, UTF-8) or, with `format=xlsx`, as a spreadsheet.

    A CSV file has a line for each period, or with `groupBy` each group, and currency, or what `sheet` names; a
    spreadsheet has both, the cohorts and the items of the portfolio. Money is in whole units, as numbers.
    """
    report = await queries.get_own_statistics(actor, params.query, replica_reads, now=clock.now())
    return await file_of(report, params, documents=documents, turn=turn)


@get("/analytics/salons/{salon_id:str}", opt=documented(queries.get_salon_statistics))
async def get_analytics_of_salon(
    salon_id: FromPath[SalonId],
    params: Injected[AnalyticsQuery],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    clock: Injected[Clock],
) -> StatisticsJson:
    """Return the figures of your salon: what its members did while they were members; for its manager and admins."""
    return statistics_json(await queries.get_salon_statistics(actor, salon_id, params.query, reads, now=clock.now()))


@get(
    "/analytics/salons/{salon_id:str}/export",
    media_type="text/csv",
    opt=documented(
        queries.get_salon_statistics,
        raises=TURN_ERRORS,
        answer=FIGURES_CSV,
        files=(XLSX,),
        headers=("Content-Disposition",),
    ),
)
async def export_analytics_of_salon(
    salon_id: FromPath[SalonId],
    params: Injected[AnalyticsFileQuery],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    clock: Injected[Clock],
    documents: Injected[Documents],
    turn: Injected[Turn],
) -> Response[str]:
    """Return the figures of your salon as a CSV file or a spreadsheet, as those of a provider are."""
    report = await queries.get_salon_statistics(actor, salon_id, params.query, reads, now=clock.now())
    return await file_of(report, params, documents=documents, turn=turn)


@get(
    "/analytics/providers/me/report",
    media_type=PDF,
    opt=documented(reports.get_own_month, raises=TURN_ERRORS, answer=REPORT_PDF, headers=("Content-Disposition",)),
)
async def get_my_report(
    params: Injected[MonthQuery],
    *,
    actor: Injected[Actor],
    replica_reads: Injected[Reads],
    clock: Injected[Clock],
    documents: Injected[Documents],
    turn: Injected[Turn],
) -> Response[str]:
    """Return the figures of a month of your profile as a PDF file in your language, with charts of its days.

    It is the report that `monthlyReport` of your preferences sends by e-mail.
    """
    month = await reports.get_own_month(actor, params.first, replica_reads, now=clock.now())
    return await _pdf(month, clock, documents, turn)


@get(
    "/analytics/salons/{salon_id:str}/report",
    media_type=PDF,
    opt=documented(reports.get_salon_month, raises=TURN_ERRORS, answer=REPORT_PDF, headers=("Content-Disposition",)),
)
async def get_report_of_salon(
    salon_id: FromPath[SalonId],
    params: Injected[MonthQuery],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    clock: Injected[Clock],
    documents: Injected[Documents],
    turn: Injected[Turn],
) -> Response[str]:
    """Return the figures of a month of your salon as a PDF file in your language, with charts of its days."""
    month = await reports.get_salon_month(actor, salon_id, params.first, reads, now=clock.now())
    return await _pdf(month, clock, documents, turn)


async def _pdf(month: reports.MonthOfFigures, clock: Clock, documents: Documents, turn: Turn) -> Response[str]:
    document = report_document(month, clock.now())
    async with turn.dear() as computing:
        return await pdf_of(document, report_name(month), documents=documents, computing=computing)


routes: Final = Router(
    "/",
    route_handlers=[
        get_my_analytics,
        export_my_analytics,
        get_my_report,
        get_analytics_of_salon,
        export_analytics_of_salon,
        get_report_of_salon,
    ],
    opt=about("analytics", "Figures of booked time, customers and money."),
)
