"""Show the figures: of a provider to its owner, of a salon to its manager and admins."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from booking_domain.catalogue.model import ProfileMissing
from booking_domain.catalogue.salons import NotYourSalon, SalonNotFound
from booking_domain.shared.actor import Actor
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue, NotPermitted, required
from booking_domain.shared.ids import ProviderId, SalonId
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query
from booking_domain.shared.time import TimeRange, time_zone
from booking_domain.statistics.customers import (
    CustomerFigures,
    CustomerVisits,
    customer_figures,
    for_others,
    merged,
)
from booking_domain.statistics.definitions import LONGEST_BY_DAY, Dates, Interval, midnight, offsets
from booking_domain.statistics.model import Conversions, Figures, RosterDay
from booking_domain.statistics.ports import Grouping, Sum, Sums
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.salons.takings import visible_salon

SHOWN_DAYS: Final = 30
"""How many days are shown if none are asked for: today and those before."""
ByCurrency = Mapping[str, Figures]
Key = TypeVar("Key")


class GroupBy(StrEnum):
    """What the figures of the whole time are shown by, besides the periods."""

    SERVICE = "service"
    CHANNEL = "channel"
    ORIGIN = "origin"
    PROVIDER = "provider"
    WEEKDAY = "weekday"
    HOUR = "hour"


_ON_A_CLOCK: Final = frozenset({GroupBy.WEEKDAY, GroupBy.HOUR})


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class StatisticsQuery:
    """Which figures. Dates are local ones of the provider or salon, both included."""

    first: date | None = None
    last: date | None = None
    interval: Interval = Interval.DAY
    group_by: GroupBy | None = None

    def dates(self, today: date) -> Dates:
        """The dates: by default the last 30 days."""
        last = self.last or max(today, self.first or today)
        usual = min(timedelta(days=SHOWN_DAYS - 1), last - date.min)
        dates = Dates(self.first or last - usual, last)
        if self.interval is Interval.DAY and dates.days > LONGEST_BY_DAY:
            raise InvalidValue(field="to", problem=f"by day a period of at most {LONGEST_BY_DAY} days")
        return dates


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodFigures:
    """The figures of a period, by currency."""

    first: date
    last: date
    figures: ByCurrency
    rostered_minutes: int
    """How long the provider is open, or all members of the salon together, on the dates of which that is known."""
    revised_at: datetime | None
    """When something changed in it last that was closed already; None: nothing did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFigures:
    """The figures of a group, by currency."""

    key: str
    """The id of the service or provider, the channel, the origin, the weekday (0 is Monday) or the hour."""
    name: str | None
    figures: ByCurrency


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class StatisticsReport:
    """Everything that a dashboard shows of a time."""

    time_zone: str
    dates: Dates
    interval: Interval
    periods: tuple[PeriodFigures, ...]
    totals: ByCurrency
    rostered_minutes: int
    before: ByCurrency
    """Of as many days just before."""
    rostered_before: int
    customers: CustomerFigures
    conversions: Conversions | None = None
    """Of a provider."""
    groups: tuple[GroupFigures, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """Whose figures, and on whose clock."""

    provider_id: ProviderId | None = None
    salon_id: SalonId | None = None
    zone: ZoneInfo
    names: Mapping[str, str]
    """Of services and providers."""

    def sums(
        self, edges: Sequence[datetime], grouping: Grouping = Grouping.NOTHING, offsets: tuple[int, ...] = ()
    ) -> Sums:
        return Sums(
            provider_id=self.provider_id,
            salon_id=self.salon_id,
            edges=tuple(edges),
            grouping=grouping,
            offsets=offsets,
        )


async def _get_own(actor: Actor, query: StatisticsQuery, reads: Reads, *, now: datetime) -> StatisticsReport:
    """The figures of the actor's own profile."""
    authorise(actor, Permission.SEE_EARNINGS)
    view = required(await reads.providers.by_owner(actor.id), ProfileMissing)
    services = await reads.services.of_provider(view.profile.id) if query.group_by is GroupBy.SERVICE else ()
    names = {str(each.service.id): each.service.name for each in services}
    names[str(view.profile.id)] = view.profile.display_name
    subject = _Subject(provider_id=view.profile.id, zone=time_zone(view.time_zone), names=names)
    visits = merged(await reads.visits.of_provider(view.profile.id))
    report = await _report(subject, query, visits, reads, now)
    first, last = report.dates.first, report.dates.last
    period = TimeRange(midnight(first, subject.zone), midnight(last + timedelta(days=1), subject.zone))
    conversions = await reads.statistics.conversions(view.profile.id, period, first, last)
    return replace(report, conversions=conversions)


async def _get_of_salon(
    actor: Actor, salon_id: SalonId, query: StatisticsQuery, reads: Reads, *, now: datetime
) -> StatisticsReport:
    """The figures of a salon's members while they were members."""
    view, members = await visible_salon(actor, salon_id, reads.salons)
    services = await reads.services.of_salon(salon_id) if query.group_by is GroupBy.SERVICE else ()
    names = {str(each.service.id): each.service.name for each in services}
    names |= {str(each.provider_id): each.name for each in members}
    subject = _Subject(salon_id=salon_id, zone=view.hours.zone, names=names)
    visits = merged(await reads.visits.of_salon(salon_id))
    report = await _report(subject, query, visits, reads, now)
    return replace(report, customers=for_others(report.customers, visits))


async def _report(
    subject: _Subject, query: StatisticsQuery, visits: Sequence[CustomerVisits], reads: Reads, now: datetime
) -> StatisticsReport:
    today = now.astimezone(subject.zone).date()
    dates = query.dates(today)
    starts = dates.starts(query.interval)
    lasts = [each - timedelta(days=1) for each in (*starts[1:], dates.last + timedelta(days=1))]
    end = midnight(dates.last + timedelta(days=1), subject.zone)
    edges = [midnight(each, subject.zone) for each in (dates.before.first, *starts, dates.last + timedelta(days=1))]
    groups = await _groups(subject, query.group_by, edges[1], end, reads)
    stored = await reads.statistics.sums(subject.sums(edges))
    revisions = dict(await reads.statistics.revised(subject.sums(edges[1:])))
    by_period = _by(stored, lambda each: each.period)
    roster = await _roster(subject, dates.before.first, dates.last, reads)
    rostered: Counter[int] = Counter()
    for each in roster:
        rostered[bisect_right(starts, each.day)] += each.minutes
    return StatisticsReport(
        time_zone=subject.zone.key,
        dates=dates,
        interval=query.interval,
        periods=tuple(
            PeriodFigures(
                first=first,
                last=last,
                figures=by_period.get(number + 1, {}),
                rostered_minutes=rostered[number + 1],
                revised_at=revisions.get(number),
            )
            for number, (first, last) in enumerate(zip(starts, lasts, strict=True))
        ),
        totals=_added(each for each in stored if each.period),
        rostered_minutes=rostered.total() - rostered[0],
        before=by_period.get(0, {}),
        rostered_before=rostered[0],
        customers=customer_figures(visits, dates, today),
        groups=groups,
    )


async def _roster(subject: _Subject, first: date, last: date, reads: Reads) -> Sequence[RosterDay]:
    if subject.salon_id is not None:
        return await reads.rosters.of_salon(subject.salon_id, first, last)
    assert subject.provider_id is not None  # noqa: S101 - it is of one of the two
    return await reads.rosters.of_provider(subject.provider_id, first, last)


async def _groups(
    subject: _Subject, group_by: GroupBy | None, first: datetime, end: datetime, reads: Reads
) -> tuple[GroupFigures, ...]:
    if group_by is None:
        return ()
    on_a_clock = group_by in _ON_A_CLOCK
    local = offsets(first, end, subject.zone) if on_a_clock else {first: 0}
    stored = await reads.statistics.sums(subject.sums([*local, end], Grouping(group_by.value), tuple(local.values())))
    found = _by(stored, lambda each: each.group)

    def order(key: str) -> tuple[int, str]:
        return int(key) if on_a_clock else -sum(each.completed for each in found[key].values()), key

    return tuple(
        GroupFigures(key=key, name=subject.names.get(key), figures=found[key]) for key in sorted(found, key=order)
    )


def _by(sums: Iterable[Sum], key_of: Callable[[Sum], Key]) -> dict[Key, ByCurrency]:
    grouped: dict[Key, list[Sum]] = defaultdict(list)
    for each in sums:
        grouped[key_of(each)].append(each)
    return {key: _added(of) for key, of in grouped.items()}


def _added(sums: Iterable[Sum]) -> ByCurrency:
    found: dict[str, list[Figures]] = defaultdict(list)
    for each in sums:
        found[each.currency].append(each.figures)
    return {currency: Figures.total(found[currency]) for currency in sorted(found)}


get_own_statistics: Final = Query(_get_own, (NotPermitted, ProfileMissing, InvalidValue))
get_salon_statistics: Final = Query(_get_of_salon, (NotPermitted, SalonNotFound, NotYourSalon, InvalidValue))
