"""Statistics in memory."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from booking_domain.bookings.model import Booking
from booking_domain.bookings.origins import BookingOrigin
from booking_domain.bookings.transitions import Status
from booking_domain.identity.model import UserStatus
from booking_domain.identity.preferences import NewsChannel, NewsKind
from booking_domain.portfolio.model import PortfolioItemId
from booking_domain.scheduling.waiting import WaitingStatus
from booking_domain.shared.ids import BookingId, ProviderId, SalonId, UserId
from booking_domain.shared.time import TimeRange, local_time
from booking_domain.statistics.customers import CustomerVisits, visits_order
from booking_domain.statistics.definitions import bucket_order
from booking_domain.statistics.model import (
    BookingChannel,
    Bucket,
    Conversions,
    CountedBooking,
    DueReport,
    Figures,
    ItemFigures,
    Membership,
    MonthlyReport,
    Moved,
    Outcome,
    ReportId,
    RosterDay,
    StatisticsFinding,
    StatisticsFindingId,
)
from booking_domain.statistics.ports import (
    Grouping,
    MonthlyReportReads,
    MonthlyReports,
    RosterReads,
    Rosters,
    Statistics,
    StatisticsReads,
    Sum,
    Sums,
    VisitReads,
    Visits,
)
from booking_domain.testing.bookings.memory.tables import BOOKING_EVENTS, BOOKINGS
from booking_domain.testing.catalogue.memory.tables import BOOKING_LINKS, LINK_DAYS, PROFILES, SALONS
from booking_domain.testing.identity.memory.tables import USERS
from booking_domain.testing.kit.tables import Group, InMemory, Part, State, Table, delete_rows
from booking_domain.testing.payments.memory.transactions import MemoryTransactionReads
from booking_domain.testing.portfolio.memory import PORTFOLIO_ITEMS, PORTFOLIO_VIEWS, ViewsOfDay
from booking_domain.testing.reviews.memory import REVIEWS
from booking_domain.testing.scheduling.memory.tables import CALENDARS, WAITING_LIST
from booking_domain.use_cases.platform.listings import TransactionFilter, TransactionType

_MOVES: Final = {TransactionType.PAYMENT, TransactionType.DESK_PAYMENT, TransactionType.REFUND}
_Stored = tuple[ProviderId, Bucket]
_BUCKETS: Final = Table[tuple[ProviderId, tuple[str, ...]], _Stored](
    "statistics_buckets", key=lambda row: (row[0], bucket_order(row[1])), refers=lambda row: ((PROFILES, row[0]),)
)
_PLACES: Final = Table[tuple[BookingId, date], tuple[ProviderId, BookingId, date]](
    "statistics_places", key=lambda row: (row[1], row[2]), refers=lambda row: ((BOOKINGS, row[1]),)
)


@dataclass(frozen=True, slots=True)
class _Revision:
    provider_id: ProviderId
    starts_at: datetime
    salon_id: SalonId | None
    at: datetime


_REVISIONS: Final = Table[tuple[ProviderId, datetime], _Revision](
    "statistics_revisions", key=lambda row: (row.provider_id, row.starts_at)
)
_MEMBERSHIPS: Final = Table[tuple[ProviderId, datetime], Membership](
    "statistics_memberships",
    key=lambda row: (row.provider_id, row.since),
    refers=lambda row: ((PROFILES, row.provider_id),),
)
_FINDINGS: Final = Table[StatisticsFindingId, StatisticsFinding](
    "statistics_findings", refers=lambda row: ((PROFILES, row.provider_id),)
)
_VISITS: Final = Table[tuple[ProviderId, tuple[str, str]], tuple[ProviderId, CustomerVisits]](
    "statistics_visits",
    key=lambda row: (row[0], visits_order(row[1])),
    refers=lambda row: ((PROFILES, row[0]), (USERS, row[1].customer_id)),
)
_ROSTERS: Final = Table[tuple[ProviderId, date], tuple[ProviderId, RosterDay]](
    "statistics_rosters", key=lambda row: (row[0], row[1].day), refers=lambda row: ((PROFILES, row[0]),)
)
_REPORTS: Final = Table[ReportId, MonthlyReport](
    "monthly_reports",
    refers=lambda row: ((USERS, row.user_id), (PROFILES, row.provider_id)),
    erase=delete_rows(lambda row: row.user_id),
)
TABLES: Final = (_BUCKETS, _PLACES, _REVISIONS, _MEMBERSHIPS, _FINDINGS, _VISITS, _ROSTERS, _REPORTS)


def _counted(state: State, booking: Booking, moves: tuple[Moved, ...]) -> CountedBooking:
    cancelled = [each for each in state[BOOKING_EVENTS].get(booking.id, ()) if each.type == "cancelled"]
    last = cancelled[-1] if cancelled else None
    direct = booking.origin in {BookingOrigin.DIRECT, BookingOrigin.DESK}
    online = BookingChannel.ONLINE if direct else BookingChannel(booking.origin.value)
    by_staff = BookingChannel.STAFF if booking.placed_by_staff else online
    return CountedBooking(
        id=booking.id,
        provider_id=booking.provider_id,
        customer_id=booking.customer_id,
        channel=BookingChannel.WALK_IN if booking.of_walk_in else by_staff,
        service_id=booking.services[0].id if booking.services else None,
        outcome=Outcome((booking.disputed_from or booking.status).value),
        made_at=booking.created_at,
        starts_at=booking.span.start,
        ends_at=booking.span.end,
        blocked_minutes=int((booking.blocked.end - booking.blocked.start).total_seconds()) // 60,
        whole_days=any(each.whole_days for each in booking.services),
        cancelled_at=None if last is None else last.at,
        cancelled_by_customer=last is not None and last.by.id == booking.customer_id and not booking.of_walk_in,
        time_zone=booking.time_zone,
        policy_start=booking.policy_start,
        notice_hours=min((tier.hours_before for tier in booking.cancellation.tiers), default=None),
        currency=booking.price.currency,
        price=booking.final_price.amount,
        tips=booking.tips.amount,
        outstanding=_outstanding(booking),
        moves=moves,
    )


def _outstanding(booking: Booking) -> int:
    owed = max(0, booking.final_price.amount - booking.conceded.amount)
    return max(0, owed - booking.received.amount - booking.authorised.amount)


class MemoryStatistics(InMemory, Statistics):
    """Those of one database transaction."""

    async def lock(self, _: ProviderId) -> None:
        self._state.lock()

    async def provider_of(self, booking_id: BookingId) -> ProviderId | None:
        booking = self._state[BOOKINGS].get(booking_id)
        return None if booking is None else booking.provider_id

    async def bookings(self, booking_ids: Collection[BookingId]) -> Sequence[CountedBooking]:
        moves: dict[BookingId, list[Moved]] = {}
        for each in await MemoryTransactionReads(self._current).page(TransactionFilter(limit=10**9)):
            if each.type in _MOVES and each.moved and each.processed_at is not None:
                name = "refunded" if each.type is TransactionType.REFUND else "received"
                moves.setdefault(each.booking_id, []).append(Moved(each.processed_at, **{name: each.moved.amount}))
        found = (self._state[BOOKINGS][each] for each in sorted(booking_ids))
        return [_counted(self._state, each, tuple(sorted(moves.get(each.id, ())))) for each in found]

    async def booking_ids(self, provider_id: ProviderId, after: BookingId | None, limit: int) -> Sequence[BookingId]:
        page = self._state[BOOKINGS].page(lambda each: each.provider_id == provider_id, after, limit)
        return [each.id for each in page]

    async def memberships(self, provider_id: ProviderId) -> Sequence[Membership]:
        return self._state[_MEMBERSHIPS].page(lambda each: each.provider_id == provider_id)

    async def add_membership(self, membership: Membership) -> None:
        self._state[_MEMBERSHIPS].put(membership)

    async def place(self, provider_id: ProviderId, booking_id: BookingId, days: Collection[date]) -> Sequence[date]:
        await self.place_all(provider_id, {booking_id: days})
        return sorted(day for of, day in self._state[_PLACES] if of == booking_id)

    async def place_all(self, provider_id: ProviderId, days: Mapping[BookingId, Collection[date]]) -> None:
        for booking_id, each in days.items():
            for day in each:
                self._state[_PLACES].put((provider_id, booking_id, day))

    async def placed(self, provider_id: ProviderId, day: date) -> Sequence[BookingId]:
        found = self._state[_PLACES].where(lambda row: row[0] == provider_id and row[2] == day)
        return sorted(booking_id for _, booking_id, _ in found)

    async def forget_place(self, day: date, booking_ids: Collection[BookingId]) -> None:
        self._state[_PLACES].delete(lambda row: row[2] == day and row[1] in booking_ids)

    async def buckets(self, provider_id: ProviderId, day: date | None) -> Sequence[Bucket]:
        stored = self._state[_BUCKETS].where(lambda row: row[0] == provider_id and day in {None, row[1].day})
        return sorted((bucket for _, bucket in stored), key=bucket_order)

    async def put(self, provider_id: ProviderId, day: date | None, buckets: Sequence[Bucket]) -> None:
        self._state[_BUCKETS].delete(lambda row: row[0] == provider_id and day in {None, row[1].day})
        for bucket in buckets:
            self._state[_BUCKETS].put((provider_id, bucket))

    async def revise(self, provider_id: ProviderId, changed: Mapping[datetime, SalonId | None], now: datetime) -> None:
        for starts_at, salon_id in changed.items():
            self._state[_REVISIONS].put(_Revision(provider_id, starts_at, salon_id, now))

    async def changed_since(self, provider_id: ProviderId, since: datetime) -> bool:
        return bool(
            self._state[BOOKINGS].where(lambda each: each.provider_id == provider_id and each.updated_at >= since)
        )

    async def add_finding(self, finding: StatisticsFinding) -> None:
        self._state[_FINDINGS].put(finding)

    async def remove_findings(self, before: datetime) -> int:
        return len(self._state[_FINDINGS].delete(lambda each: each.created_at < before))


class MemoryStatisticsReads(InMemory, StatisticsReads):
    """Those that are committed."""

    async def sums(self, of: Sums) -> Sequence[Sum]:
        found: dict[tuple[int, str, str], Figures] = {}
        for provider_id, bucket in self._state[_BUCKETS].values():
            mine = provider_id == of.provider_id if of.salon_id is None else bucket.salon_id == of.salon_id
            if mine and of.edges[0] <= bucket.starts_at < of.edges[-1]:
                key = (_period(of, bucket.starts_at), _group(of, provider_id, bucket), bucket.currency)
                found[key] = found.get(key, Figures()) + bucket.figures
        return [
            Sum(period=period, group=group, currency=currency, figures=figures)
            for (period, group, currency), figures in sorted(found.items(), key=lambda each: each[0])
        ]

    async def revised(self, of: Sums) -> Sequence[tuple[int, datetime]]:
        found: dict[int, datetime] = {}
        for each in self._revisions(of):
            period = _period(of, each.starts_at)
            found[period] = max(found.get(period, each.at), each.at)
        return sorted(found.items())

    def _revisions(self, of: Sums) -> Iterator[_Revision]:
        for each in self._state[_REVISIONS].values():
            mine = each.provider_id == of.provider_id if of.salon_id is None else each.salon_id == of.salon_id
            if mine and of.edges[0] <= each.starts_at < of.edges[-1]:
                yield each

    async def conversions(self, provider_id: ProviderId, period: TimeRange, first: date, last: date) -> Conversions:
        links = {each.id for each in self._state[BOOKING_LINKS].values() if each.provider_id == provider_id}
        days = [each for (of, day), each in self._state[LINK_DAYS].items() if of in links and first <= day <= last]
        waited = self._state[WAITING_LIST].where(
            lambda each: each.provider_id == provider_id and period.start <= each.created_at < period.end
        )
        came = self._state[BOOKINGS].where(
            lambda each: each.provider_id == provider_id and period.start <= each.created_at < period.end
        )
        of_links = [each for each in came if each.link_id is not None]
        opened = self._state[PORTFOLIO_VIEWS].where(
            lambda each: each.provider_id == provider_id and first <= each.day <= last
        )
        about = [self._state[BOOKINGS][each.booking_id] for each in self._state[REVIEWS].values()]
        return Conversions(
            link_visitors=sum(each.visitors for each in days),
            link_bookings=sum(each.bookings for each in days),
            link_paid=sum(map(_is_paid, of_links)),
            items=tuple(self._items(came, opened)),
            waited=len(waited),
            waited_and_booked=sum(each.status is WaitingStatus.BOOKED for each in waited),
            reviewed=sum(
                each.provider_id == provider_id
                and (each.disputed_from or each.status) is Status.COMPLETED
                and period.start <= each.span.start < period.end
                for each in about
            ),
        )

    def _items(self, came: Sequence[Booking], opened: Sequence[ViewsOfDay]) -> list[ItemFigures]:
        known = self._state[PORTFOLIO_ITEMS]
        found = []
        for item_id in {each.portfolio_item_id for each in came} | {each.item_id for each in opened}:
            if item_id is None:
                continue
            bookings = [each for each in came if each.portfolio_item_id == item_id]
            item = known.get(PortfolioItemId(item_id))
            found.append(
                ItemFigures(
                    item_id=item_id,
                    description=None if item is None else item.description,
                    views=sum(each.views for each in opened if each.item_id == item_id),
                    bookings=len(bookings),
                    paid=sum(map(_is_paid, bookings)),
                )
            )
        return sorted(found, key=lambda each: (-each.bookings, -each.views, each.item_id))

    async def providers(self, after: ProviderId | None, limit: int) -> Sequence[ProviderId]:
        with_bookings = {each.provider_id for each in self._state[BOOKINGS].values()}
        return sorted({each for each in with_bookings if after is None or each > after})[:limit]

    async def sample(self, limit: int) -> Sequence[ProviderId]:
        return await self.providers(None, limit)

    async def findings(self, since: datetime) -> Sequence[StatisticsFinding]:
        return self._state[_FINDINGS].page(lambda each: each.created_at >= since, newest_first=True)


def _is_paid(booking: Booking) -> bool:
    return booking.totals.kept.amount + booking.desk_paid.amount > 0


def _period(of: Sums, at: datetime) -> int:
    return bisect_right(of.edges, at) - 1


def _group(of: Sums, provider_id: ProviderId, bucket: Bucket) -> str:
    match of.grouping:
        case Grouping.NOTHING:
            return ""
        case Grouping.SERVICE:
            return "" if bucket.service_id is None else str(bucket.service_id)
        case Grouping.CHANNEL:
            return bucket.channel.side.value
        case Grouping.ORIGIN:
            return bucket.channel.origin
        case Grouping.PROVIDER:
            return str(provider_id)
        case Grouping.WEEKDAY | Grouping.HOUR:
            local = _local(of, bucket)
            return str(local.weekday() if of.grouping is Grouping.WEEKDAY else local.hour)


def _local(of: Sums, bucket: Bucket) -> datetime:
    return bucket.starts_at + timedelta(seconds=of.offsets[_period(of, bucket.starts_at)])


class MemoryVisits(InMemory, Visits):
    """Those of one database transaction."""

    async def booking_ids(self, booking_id: BookingId) -> Sequence[BookingId]:
        one = self._state[BOOKINGS][booking_id]
        same = self._state[BOOKINGS].page(
            lambda each: (each.customer_id, each.provider_id) == (one.customer_id, one.provider_id)
        )
        return [each.id for each in same]

    async def get(self, provider_id: ProviderId, customer_id: UserId | None) -> Sequence[CustomerVisits]:
        return _visits(self._state, lambda of, row: of == provider_id and customer_id in {None, row.customer_id})

    async def put(self, provider_id: ProviderId, customer_id: UserId | None, visits: Sequence[CustomerVisits]) -> None:
        self._state[_VISITS].delete(lambda row: row[0] == provider_id and customer_id in {None, row[1].customer_id})
        for each in visits:
            self._state[_VISITS].put((provider_id, each))


class MemoryVisitReads(InMemory, VisitReads):
    """Those that are committed."""

    async def of_provider(self, provider_id: ProviderId) -> Sequence[CustomerVisits]:
        return _visits(self._state, lambda of, _: of == provider_id)

    async def of_salon(self, salon_id: SalonId) -> Sequence[CustomerVisits]:
        return _visits(self._state, lambda _, row: row.salon_id == salon_id)


def _visits(state: State, matches: Callable[[ProviderId, CustomerVisits], bool]) -> list[CustomerVisits]:
    return [row for _, (of, row) in sorted(state[_VISITS].items()) if matches(of, row)]


class MemoryRosters(InMemory, Rosters):
    """Those of one database transaction."""

    async def put(self, provider_id: ProviderId, days: Sequence[RosterDay], since: date) -> None:
        for each in days:
            if each.day >= since or (provider_id, each.day) not in self._state[_ROSTERS]:
                self._state[_ROSTERS].put((provider_id, each))


class MemoryRosterReads(InMemory, RosterReads):
    """Those that are committed."""

    async def of_provider(self, provider_id: ProviderId, first: date, last: date) -> Sequence[RosterDay]:
        return self._days(lambda of, row: of == provider_id and first <= row.day <= last)

    async def of_salon(self, salon_id: SalonId, first: date, last: date) -> Sequence[RosterDay]:
        return self._days(lambda _, row: row.salon_id == salon_id and first <= row.day <= last)

    def _days(self, matches: Callable[[ProviderId, RosterDay], bool]) -> list[RosterDay]:
        found = [(row.day, of, row) for of, row in self._state[_ROSTERS].values() if matches(of, row)]
        return [row for _, _, row in sorted(found, key=lambda each: each[:2])]


def _subject(report: DueReport) -> tuple[UserId, ProviderId | None, SalonId | None, date]:
    return report.user_id, report.provider_id, report.salon_id, report.month


class MemoryMonthlyReports(InMemory, MonthlyReports):
    """Those of one database transaction."""

    async def add(self, report: MonthlyReport) -> bool:
        if any(_subject(each) == _subject(report) for each in self._state[_REPORTS].values()):
            return False
        self._state[_REPORTS].put(report)
        return True


class MemoryMonthlyReportReads(InMemory, MonthlyReportReads):
    """Those that are committed."""

    async def get(self, report_id: ReportId) -> MonthlyReport | None:
        return self._state[_REPORTS].get(report_id)

    async def due(self, now: datetime, days: int, limit: int) -> Sequence[DueReport]:
        announced = {_subject(each) for each in self._state[_REPORTS].values()}
        found = [each for each in self._of_last_month(now, days) if _subject(each) not in announced]
        return sorted(found, key=lambda each: (each.user_id, each.provider_id is None, str(each.salon_id)))[:limit]

    def _of_last_month(self, now: datetime, days: int) -> Iterator[DueReport]:
        for user in self._state[USERS].values():
            wants = user.preferences
            reached = user.email is not None and user.email_verified_at and not user.email_undeliverable_at
            wanted = wants.monthly_report and wants.allows(NewsKind.REPORTS, NewsChannel.EMAIL)
            if user.status is not UserStatus.ACTIVE or not (reached and wanted):
                continue
            for provider_id, salon_id, zone in self._subjects(user.id):
                today = local_time(now, zone).date()
                month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
                if today.day <= days:
                    yield DueReport(user_id=user.id, provider_id=provider_id, salon_id=salon_id, month=month)

    def _subjects(self, user_id: UserId) -> Iterator[tuple[ProviderId | None, SalonId | None, str]]:
        for profile in self._state[PROFILES].where(lambda each: each.owner_id == user_id):
            yield profile.id, None, self._state[CALENDARS][profile.id].time_zone
        for salon in self._state[SALONS].where(lambda each: each.manager_id == user_id):
            yield None, salon.id, salon.time_zone


class StatisticsRepositories(Group):
    """The repositories of this context."""

    statistics: Final = Part(MemoryStatistics)
    visits: Final = Part(MemoryVisits)
    rosters: Final = Part(MemoryRosters)
    monthly_reports: Final = Part(MemoryMonthlyReports)


class StatisticsReadGroup(Group):
    """The reads of this context."""

    statistics: Final = Part(MemoryStatisticsReads)
    visits: Final = Part(MemoryVisitReads)
    rosters: Final = Part(MemoryRosterReads)
    monthly_reports: Final = Part(MemoryMonthlyReportReads)
