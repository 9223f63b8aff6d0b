"""The ports of statistics: what is counted, and the buckets of what was counted."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Protocol

from booking_domain.shared.contexts import DomainContext
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.ids import BookingId, ProviderId, SalonId, UserId
from booking_domain.shared.time import TimeRange
from booking_domain.statistics.customers import CustomerVisits
from booking_domain.statistics.events import EVENTS
from booking_domain.statistics.model import (
    Bucket,
    Conversions,
    CountedBooking,
    DueReport,
    Figures,
    Membership,
    MonthlyReport,
    ReportId,
    RosterDay,
    StatisticsFinding,
)


class Grouping(StrEnum):
    """What sums are kept apart by, besides the period and the currency."""

    NOTHING = "nothing"
    SERVICE = "service"
    CHANNEL = "channel"
    ORIGIN = "origin"
    PROVIDER = "provider"
    WEEKDAY = "weekday"
    HOUR = "hour"


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Sums:
    """Which sums: of a provider or of a salon, in periods that begin at `edges`. The last edge ends the last period."""

    provider_id: ProviderId | None = None
    salon_id: SalonId | None = None
    edges: tuple[datetime, ...]
    """In order, at least two."""
    grouping: Grouping = Grouping.NOTHING
    offsets: tuple[int, ...] = ()
    """Of weekdays and hours: how many seconds local time is ahead of UTC in each period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """The figures of one period, group and currency."""

    period: int
    """The position of the edge with which it begins."""
    group: str
    """The id of the service (empty: none) or provider, the channel, origin, weekday (0 is Monday) or hour."""
    currency: str
    figures: Figures


class Statistics(Protocol):
    """What is counted, and the buckets, inside a database transaction."""

    async def lock(self, provider_id: ProviderId) -> None:
        """Wait for other transactions that count the same provider, and make them wait."""
        ...

    async def provider_of(self, booking_id: BookingId) -> ProviderId | None:
        """The provider of a booking."""
        ...

    async def bookings(self, booking_ids: Collection[BookingId]) -> Sequence[CountedBooking]:
        """These bookings with their money as they are now, by id."""
        ...

    async def booking_ids(self, provider_id: ProviderId, after: BookingId | None, limit: int) -> Sequence[BookingId]:
        """The ids of the next bookings of a provider, in order."""
        ...

    async def memberships(self, provider_id: ProviderId) -> Sequence[Membership]:
        """The salons of a provider, the earliest first."""
        ...

    async def add_membership(self, membership: Membership) -> None:
        """Add or replace what is known from an instant on."""
        ...

    async def place(self, provider_id: ProviderId, booking_id: BookingId, days: Collection[date]) -> Sequence[date]:
        """Remember that a booking counts on these days, and return them with those on which it counted before."""
        ...

    async def place_all(self, provider_id: ProviderId, days: Mapping[BookingId, Collection[date]]) -> None:
        """Remember the days of many bookings."""
        ...

    async def placed(self, provider_id: ProviderId, day: date) -> Sequence[BookingId]:
        """The bookings that count on a day, or did."""
        ...

    async def forget_place(self, day: date, booking_ids: Collection[BookingId]) -> None:
        """Forget that these bookings counted on a day."""
        ...

    async def buckets(self, provider_id: ProviderId, day: date | None) -> Sequence[Bucket]:
        """The stored buckets of a day of UTC, or of all, in order."""
        ...

    async def put(self, provider_id: ProviderId, day: date | None, buckets: Sequence[Bucket]) -> None:
        """Replace the buckets of a day of UTC, or all."""
        ...

    async def revise(self, provider_id: ProviderId, changed: Mapping[datetime, SalonId | None], now: datetime) -> None:
        """Mark that the buckets that begin at these instants, of these salons, changed after they were closed."""
        ...

    async def changed_since(self, provider_id: ProviderId, since: datetime) -> bool:
        """Whether a booking of the provider has changed since: its figures may be on their way."""
        ...

    async def add_finding(self, finding: StatisticsFinding) -> None:
        """Add what a check found."""
        ...

    async def remove_findings(self, before: datetime) -> int:
        """Remove old findings and return how many there were."""
        ...


class StatisticsReads(Protocol):
    """Reads of what was counted, outside any database transaction."""

    async def sums(self, of: Sums) -> Sequence[Sum]:
        """The sums that are not zero, by period, group and currency."""
        ...

    async def revised(self, of: Sums) -> Sequence[tuple[int, datetime]]:
        """The periods that have changed after they were closed, and when they did last."""
        ...

    async def conversions(self, provider_id: ProviderId, period: TimeRange, first: date, last: date) -> Conversions:
        """What led to bookings in a period, whose local dates are from `first` to `last`."""
        ...

    async def providers(self, after: ProviderId | None, limit: int) -> Sequence[ProviderId]:
        """The next providers with bookings, in order."""
        ...

    async def sample(self, limit: int) -> Sequence[ProviderId]:
        """Some providers with bookings."""
        ...

    async def findings(self, since: datetime) -> Sequence[StatisticsFinding]:
        """What the checks have found since, newest first."""
        ...


class Visits(Protocol):
    """The visits of customers, inside a database transaction. `Statistics.lock` of the provider comes first."""

    async def booking_ids(self, booking_id: BookingId) -> Sequence[BookingId]:
        """The bookings of the same customer with the same provider, in order."""
        ...

    async def get(self, provider_id: ProviderId, customer_id: UserId | None) -> Sequence[CustomerVisits]:
        """The stored visits to a provider, of one customer or of all, in order."""
        ...

    async def put(self, provider_id: ProviderId, customer_id: UserId | None, visits: Sequence[CustomerVisits]) -> None:
        """Replace the visits of a customer, or of all."""
        ...


class VisitReads(Protocol):
    """Reads of the visits of customers, outside any database transaction."""

    async def of_provider(self, provider_id: ProviderId) -> Sequence[CustomerVisits]:
        """The visits to a provider, of each customer and salon."""
        ...

    async def of_salon(self, salon_id: SalonId) -> Sequence[CustomerVisits]:
        """The visits to the members of a salon while they were members."""
        ...


class Rosters(Protocol):
    """How long providers are open, by local date, inside a database transaction."""

    async def put(self, provider_id: ProviderId, days: Sequence[RosterDay], since: date) -> None:
        """Replace what is stored from a date on. Of earlier dates, only those are added that are not known."""
        ...


class RosterReads(Protocol):
    """Reads of rosters, outside any database transaction."""

    async def of_provider(self, provider_id: ProviderId, first: date, last: date) -> Sequence[RosterDay]:
        """The dates from `first` to `last` that are known, in order."""
        ...

    async def of_salon(self, salon_id: SalonId, first: date, last: date) -> Sequence[RosterDay]:
        """Those of the members of a salon while they were members, in order."""
        ...


class MonthlyReports(Protocol):
    """The monthly reports that were announced, inside a database transaction."""

    async def add(self, report: MonthlyReport) -> bool:
        """Add a report; return False, and add nothing, if its reader has one of this provider or salon and month."""
        ...


class MonthlyReportReads(Protocol):
    """Reads of monthly reports, outside any database transaction."""

    async def get(self, report_id: ReportId) -> MonthlyReport | None:
        """One report that was announced."""
        ...

    async def due(self, now: datetime, days: int, limit: int) -> Sequence[DueReport]:
        """The reports of last month that are not announced yet, within this many days of its end, by reader.

        Days are those of the provider's or salon's time zone. Readers are active, have subscribed, and have a verified
        e-mail address that takes mail: the owners of profiles, and the managers of salons.
        """
        ...


class StatisticsRepositories(Protocol):
    """The repositories of this context."""

    @property
    def statistics(self) -> Statistics: ...
    @property
    def visits(self) -> Visits: ...
    @property
    def rosters(self) -> Rosters: ...
    @property
    def monthly_reports(self) -> MonthlyReports: ...


class StatisticsReadGroup(Protocol):
    """The reads of this context."""

    @property
    def statistics(self) -> StatisticsReads: ...
    @property
    def visits(self) -> VisitReads: ...
    @property
    def rosters(self) -> RosterReads: ...
    @property
    def monthly_reports(self) -> MonthlyReportReads: ...


CONTEXT: Final = DomainContext(events=EVENTS)
