"""`/admin/analytics`: what people and programs do with the platform."""

from datetime import date
from typing import Annotated, Final

from litestar import Router, get
from msgspec import Meta, field

from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.statistics.definitions import Interval
from booking_domain.usage.model import LABELS, Measure, Transfer
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.statistics.queries import StatisticsQuery
from booking_domain.use_cases.usage import queries
from booking_domain.use_cases.usage.queries import MeasureReport, UsageReport
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.fields import Json, Query
from entrypoints.http.kit.injection import Injected
from entrypoints.settings.main import Settings


class PlatformAnalyticsQuery(Query, frozen=True, kw_only=True):
    """Dates of the platform's time zone, both included; by default the last 30 days, by day."""

    from_: date | None = field(default=None, name="from")
    to: date | None = None
    interval: Interval = Interval.DAY
    """The length of the periods. Days are shown of at most 366 days."""
    measure: Annotated[tuple[Measure, ...], Meta(max_length=len(Measure))] = ()
    """Which measures; by default all."""


class UsageSeriesJson(Json, frozen=True, kw_only=True):
    """What was counted with these labels."""

    labels: dict[str, str]
    """By what the measure is counted, such as `{"method": "password", "outcome": "failed"}`."""
    total: int
    """In the whole time."""
    previous: int
    """In as many days just before."""
    values: tuple[int, ...]
    """In each period."""


class UsageMeasureJson(Json, frozen=True, kw_only=True):
    """A measure."""

    measure: Measure
    """What is counted."""
    total: int
    """In the whole time, with all labels. Amounts in different currencies have no meaning together."""
    previous: int
    """In as many days just before."""
    series: tuple[UsageSeriesJson, ...]
    """By labels, the largest first, at most 100."""


class WaitingMoneyJson(Json, frozen=True, kw_only=True):
    """Money that waits for bank transfers by an admin."""

    kind: Transfer
    """To providers (`payout`), or to customers whose gateway sends nothing back (`refund`)."""
    currency: str
    count: int
    """How many transfers."""
    amount: int
    """How much, in minor units."""


class PlatformAnalyticsJson(Json, frozen=True, kw_only=True):
    """What people and programs did with the platform."""

    first: date
    """The first date that counts."""
    last: date
    """The last date that counts."""
    time_zone: str
    """The zone of the dates: that of the platform's region."""
    interval: Interval
    """The length of the periods."""
    periods: tuple[date, ...]
    """The first date of each period."""
    measures: tuple[UsageMeasureJson, ...]
    """What was counted."""
    waiting: tuple[WaitingMoneyJson, ...]
    """What waits for a bank transfer now."""


def _measure(report: MeasureReport) -> UsageMeasureJson:
    names = LABELS[report.measure]
    return UsageMeasureJson(
        measure=report.measure,
        total=report.total,
        previous=report.before,
        series=tuple(
            UsageSeriesJson(
                labels=dict(zip(names, each.labels, strict=True)),
                total=each.total,
                previous=each.before,
                values=each.values,
            )
            for each in report.series
        ),
    )


def _json(report: UsageReport) -> PlatformAnalyticsJson:
    return PlatformAnalyticsJson(
        first=report.dates.first,
        last=report.dates.last,
        time_zone=report.time_zone,
        interval=report.interval,
        periods=report.starts,
        measures=tuple(_measure(each) for each in report.measures),
        waiting=tuple(
            WaitingMoneyJson(kind=each.kind, currency=each.currency, count=each.count, amount=each.amount)
            for each in report.waiting
        ),
    )


@get("/admin/analytics", opt=documented(queries.get_usage))
async def get_platform_analytics(
    params: Injected[PlatformAnalyticsQuery],
    *,
    actor: Injected[Actor],
    replica_reads: Injected[Reads],
    clock: Injected[Clock],
    settings: Injected[Settings],
) -> PlatformAnalyticsJson:
    """Return what people and programs do with the platform: sign-ups, codes, messages, payments, requests, and more.

    docs/use/statistics.md defines each measure. Requests are counted within a minute, all else within an hour.
    """
    query = StatisticsQuery(first=params.from_, last=params.to, interval=params.interval)
    measures, zone = params.measure or tuple(Measure), settings.default_time_zone
    return _json(await queries.get_usage(actor, query, measures, zone, replica_reads, now=clock.now()))


routes: Final = Router(
    "/",
    route_handlers=[get_platform_analytics],
    opt=about("analytics", "Figures of booked time, customers and money."),
)
