"""Show admins what people and programs do with the platform."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from booking_domain.shared.actor import Actor
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue, NotPermitted
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query
from booking_domain.shared.time import time_zone
from booking_domain.statistics.definitions import Dates, Interval
from booking_domain.usage.model import Measure, WaitingMoney
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.statistics.queries import StatisticsQuery
from booking_domain.use_cases.usage.counting import today

MOST_SERIES: Final = 100
"""How many series of a measure are shown: those that are largest in the whole time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One combination of labels."""

    labels: tuple[str, ...]
    total: int
    before: int
    """In as many days just before."""
    values: tuple[int, ...]
    """By period."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class MeasureReport:
    """A measure, all together and by labels."""

    measure: Measure
    total: int
    before: int
    series: tuple[Series, ...]
    """The largest first, at most `MOST_SERIES`."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class UsageReport:
    """Everything that a dashboard shows of a time."""

    time_zone: str
    dates: Dates
    interval: Interval
    starts: tuple[date, ...]
    """The first date of each period."""
    measures: tuple[MeasureReport, ...]
    waiting: tuple[WaitingMoney, ...]
    """What waits for a bank transfer now."""


async def _get(
    actor: Actor, query: StatisticsQuery, measures: Sequence[Measure], zone: str, reads: Reads, *, now: datetime
) -> UsageReport:
    """These measures on the days that the query asks for, in this time zone."""
    authorise(actor, Permission.SEE_BUSINESS)
    dates = query.dates(today(now, time_zone(zone)))
    starts = dates.starts(query.interval)
    values: dict[Measure, dict[tuple[str, ...], list[int]]] = {measure: {} for measure in measures}
    for each in await reads.usage.between(dates.before.first, dates.last, measures):
        of_measure = values[each.measure]
        row = of_measure.setdefault(each.labels, [0] * (len(starts) + 1))
        row[bisect_right(starts, each.day)] += each.value
    return UsageReport(
        time_zone=zone,
        dates=dates,
        interval=query.interval,
        starts=tuple(starts),
        measures=tuple(_report(measure, values[measure]) for measure in measures),
        waiting=tuple(await reads.usage.waiting()),
    )


def _report(measure: Measure, values: dict[tuple[str, ...], list[int]]) -> MeasureReport:
    series = [
        Series(labels=labels, total=sum(row[1:]), before=row[0], values=tuple(row[1:]))
        for labels, row in values.items()
    ]
    return MeasureReport(
        measure=measure,
        total=sum(each.total for each in series),
        before=sum(each.before for each in series),
        series=tuple(sorted(series, key=lambda each: (-each.total, each.labels))[:MOST_SERIES]),
    )


get_usage: Final = Query(_get, (NotPermitted, InvalidValue))
