"""The contract of `Statistics` and `StatisticsReads`."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from booking_domain.bookings.model import Booking
from booking_domain.bookings.origins import BookingOrigin
from booking_domain.bookings.transitions import Status
from booking_domain.catalogue.booking_links import BookingLink
from booking_domain.identity.model import UserStatus
from booking_domain.identity.preferences import Channels, NewsChannel, NewsKind, Preferences, Unsubscription
from booking_domain.portfolio.model import PortfolioItemId
from booking_domain.portfolio.views import ItemViews
from booking_domain.scheduling.services import OfferedService
from booking_domain.scheduling.waiting import WaitingStatus
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.ids import EventId, ProviderId, SalonId, ServiceId, UserId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.statistics.customers import CustomerVisits, visits_order
from booking_domain.statistics.definitions import bucket_order, buckets_of, days_of
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
from booking_domain.testing.builders import HOUR, NOW, Builder
from booking_domain.testing.disputes.contracts import a_dispute
from booking_domain.testing.kit.storage import Cast, StorageContract, jumbled, present
from booking_domain.testing.portfolio.contracts import an_item
from booking_domain.testing.reviews.contracts import a_review

_QUARTER: Final = timedelta(minutes=15)
_AT: Final = datetime(2026, 11, 2, 20, 30, tzinfo=UTC)


def _bucket(at: datetime = _AT, **values: object) -> Bucket:
    of = {"salon_id": None, "service_id": None, "channel": BookingChannel.ONLINE, "currency": "MNT"}
    return Bucket(starts_at=at, **{**of, "figures": Figures(completed=1, earned=5_000), **values})  # type: ignore[arg-type]


class StatisticsContract(StorageContract):
    """What is counted, and the buckets, in a database transaction; reads of the buckets."""

    async def _counted(self, booking: Booking) -> CountedBooking:
        (found,) = await self.alone.statistics.bookings([booking.id])
        return found

    async def test_a_booking_is_read_as_a_plain_row(self, cast: Cast) -> None:
        booking = self.make.booking(cast.profile, cast.customer)
        paid = replace(
            booking,
            status=Status.DISPUTED,
            disputed_from=Status.COMPLETED,
            desk_paid=Money(amount=300, currency="MNT"),
            extra=Money(amount=50, currency="MNT"),
            tips=Money(amount=7, currency="MNT"),
            price=Money(amount=1_000, currency="MNT"),
            deposit=Money(amount=0, currency="MNT"),
        )
        await self.store_bookings(paid)
        assert await self._counted(paid) == CountedBooking(
            id=paid.id,
            provider_id=cast.profile.id,
            customer_id=cast.customer.id,
            channel=BookingChannel.STAFF if paid.placed_by_staff else BookingChannel.ONLINE,
            service_id=None,
            outcome=Outcome.COMPLETED,
            made_at=paid.created_at,
            starts_at=paid.span.start,
            ends_at=paid.span.end,
            blocked_minutes=int((paid.blocked.end - paid.blocked.start).total_seconds()) // 60,
            time_zone=paid.time_zone,
            policy_start=paid.policy_start,
            notice_hours=min((tier.hours_before for tier in paid.cancellation.tiers), default=None),
            currency="MNT",
            price=1_050,
            tips=7,
            outstanding=750,
        )
        assert await self.alone.statistics.provider_of(paid.id) == cast.profile.id

    async def test_a_booking_of_whole_days_is_marked(self, cast: Cast) -> None:
        zero = Money(amount=0, currency="MNT")
        studio = OfferedService(
            id=ServiceId(UUID(int=1)), name="Studio", minutes=2_880, price=zero, deposit=zero, whole_days=True
        )
        for services in ((), (replace(studio, whole_days=False),), (studio,)):
            booking = replace(self.make.booking(cast.profile, cast.customer), services=services)
            await self.store_bookings(booking)
            assert (await self._counted(booking)).whole_days is (services == (studio,))

    async def test_the_channel_of_a_booking_says_where_its_customer_came_from(self, cast: Cast) -> None:
        for origin, customer, channel in (
            (BookingOrigin.SEARCH, cast.customer, BookingChannel.SEARCH),
            (BookingOrigin.WAITING_LIST, cast.customer, BookingChannel.WAITING_LIST),
            (BookingOrigin.DIRECT, cast.customer, BookingChannel.ONLINE),
            (BookingOrigin.DESK, cast.customer, BookingChannel.STAFF),
            (BookingOrigin.DESK, cast.owner, BookingChannel.WALK_IN),
        ):
            booking = replace(
                self.make.booking(cast.profile, cast.customer),
                origin=origin,
                customer_id=customer.id,
                placed_by_staff=channel is BookingChannel.STAFF,
            )
            await self.store_bookings(booking)
            assert (await self._counted(booking)).channel is channel

    async def test_figures_are_kept_apart_by_where_customers_came_from(self, cast: Cast) -> None:
        channels = (BookingChannel.ONLINE, BookingChannel.LINK, BookingChannel.STAFF, BookingChannel.WALK_IN)
        buckets = [_bucket(channel=each) for each in channels]
        await self.alone.statistics.put(cast.profile.id, None, sorted(buckets, key=bucket_order))
        edges = (_AT - timedelta(days=1), _AT + timedelta(days=1))
        for grouping, groups in (
            (Grouping.ORIGIN, {"desk": 2, "direct": 1, "link": 1}),
            (Grouping.CHANNEL, {"online": 2, "staff": 1, "walk_in": 1}),
        ):
            found = await self.reads.statistics.sums(Sums(provider_id=cast.profile.id, edges=edges, grouping=grouping))
            assert {each.group: each.figures.completed for each in found} == groups

    async def test_bookings_of_links_and_portfolio_items_are_counted_with_those_that_are_paid(
        self, cast: Cast, other: Cast
    ) -> None:
        unpaid = replace(self.make.booking(cast.profile, cast.customer), created_at=NOW, link_id=UUID(int=1))
        money = Money(amount=500, currency=unpaid.price.currency)
        link, item = UUID(int=1), UUID(int=2)
        paid = [
            replace(
                self.make.booking(of.profile, of.customer),
                created_at=NOW,
                desk_paid=money,
                link_id=link_id,
                portfolio_item_id=item_id,
            )
            for of, link_id, item_id in (
                (cast, link, item),
                (cast, None, item),
                (cast, None, None),
                (other, link, None),
            )
        ]
        await self.store_bookings(unpaid, *paid)
        shown = an_item(self.make, cast.profile.id, description="A swallow")
        async with self.begin() as tx:
            await tx.portfolio_items.add(shown)
            for of, item_id, at, views in (
                (cast, shown.id, NOW, 2),
                (cast, shown.id, NOW, 1),
                (cast, shown.id, NOW - timedelta(days=1), 9),
                (cast, item, NOW, 4),
                (other, item, NOW, 7),
            ):
                opened = ItemViews(provider_id=of.profile.id, item_id=PortfolioItemId(item_id), at=at, views=views)
                await tx.portfolio_views.add([opened])
        period = TimeRange(NOW - HOUR, NOW + HOUR)
        found = await self.reads.statistics.conversions(cast.profile.id, period, NOW.date(), NOW.date())
        assert (found.link_paid, found.portfolio_bookings, found.portfolio_paid) == (1, 2, 2)
        assert found.items == (
            ItemFigures(item_id=item, description=None, views=4, bookings=2, paid=2),
            ItemFigures(item_id=shown.id, description="A swallow", views=3),
        )
        after = TimeRange(NOW + HOUR, NOW + 2 * HOUR)
        tomorrow = NOW.date() + timedelta(days=1)
        assert await self.reads.statistics.conversions(cast.profile.id, after, tomorrow, tomorrow) == Conversions()

    async def test_who_cancelled_when_is_read_from_the_trail(self, cast: Cast) -> None:
        booking = replace(self.make.booking(cast.profile, cast.customer), status=Status.CANCELLED)
        by_staff = replace(self.make.booking(cast.profile, cast.customer), status=Status.CANCELLED)
        walk_in = replace(self.make.booking(cast.profile, cast.customer), customer_id=cast.owner.id)
        await self.store_bookings(booking, by_staff, walk_in)
        async with self.begin() as tx:
            for each, who in ((booking, cast.customer), (by_staff, cast.owner)):
                entry = replace(
                    self.make.event(each),
                    id=EventId(self.make.entropy.new_id()),
                    type="cancelled",
                    to_status=Status.CANCELLED,
                    by=Actor(who.id, Role(who.role)),
                    at=NOW + HOUR,
                )
                await tx.bookings.save(replace(each, version=2), was=each, events=[entry])
        ours, theirs, other = [await self._counted(each) for each in (booking, by_staff, walk_in)]
        assert (ours.cancelled_at, ours.cancelled_by_customer) == (NOW + HOUR, True)
        assert (theirs.cancelled_at, theirs.cancelled_by_customer) == (NOW + HOUR, False)
        assert (other.channel, other.cancelled_at) == (BookingChannel.WALK_IN, None)

    async def test_bookings_of_a_provider_are_listed_in_order(self, cast: Cast, other: Cast) -> None:
        bookings = [self.make.booking(cast.profile, cast.customer) for _ in range(3)]
        await self.store_bookings(self.make.booking(other.profile, other.customer), *jumbled(*bookings))
        ids = sorted(each.id for each in bookings)
        assert await self.alone.statistics.booking_ids(cast.profile.id, None, 2) == ids[:2]
        assert await self.alone.statistics.booking_ids(cast.profile.id, ids[1], 2) == ids[2:]
        assert [each.id for each in await self.alone.statistics.bookings(list(reversed(ids)))] == ids
        assert await self.reads.statistics.providers(None, 5) == sorted([cast.profile.id, other.profile.id])
        assert len(await self.reads.statistics.sample(1)) == 1
        assert sorted(await self.reads.statistics.sample(2)) == sorted([cast.profile.id, other.profile.id])
        assert await self.alone.statistics.changed_since(cast.profile.id, bookings[0].updated_at)
        assert not await self.alone.statistics.changed_since(cast.profile.id, NOW + timedelta(days=9))

    async def test_a_booking_stays_placed_until_a_day_forgets_it(self, cast: Cast) -> None:
        booking = await self.a_booking(cast)
        first, second = _AT.date(), _AT.date() + timedelta(days=1)
        async with self.begin() as tx:
            await tx.statistics.lock(cast.profile.id)
            assert await tx.statistics.place(cast.profile.id, booking.id, {first}) == [first]
            assert await tx.statistics.place(cast.profile.id, booking.id, {second}) == [first, second]
            await tx.statistics.place_all(cast.profile.id, {booking.id: {first, second}})
        await self.excludes(lambda tx: tx.statistics.lock(cast.profile.id))
        assert await self.alone.statistics.placed(cast.profile.id, first) == [booking.id]
        another = await self.a_booking(cast)
        await self.alone.statistics.place_all(cast.profile.id, {another.id: {first}})
        assert sorted(await self.alone.statistics.placed(cast.profile.id, first)) == sorted([booking.id, another.id])
        await self.alone.statistics.forget_place(first, [booking.id, another.id])
        assert await self.alone.statistics.placed(cast.profile.id, first) == []
        assert await self.alone.statistics.placed(cast.profile.id, second) == [booking.id]

    async def test_buckets_are_replaced_by_day(self, cast: Cast) -> None:
        provider_id, later = cast.profile.id, _AT + timedelta(days=1)
        first = [_bucket(), _bucket(_AT + _QUARTER)]
        repository = self.alone.statistics
        await repository.put(provider_id, _AT.date(), first)
        await repository.put(provider_id, later.date(), [_bucket(later)])
        await repository.put(provider_id, _AT.date(), first[1:])
        assert await repository.buckets(provider_id, _AT.date()) == first[1:]
        assert await repository.buckets(provider_id, None) == [first[1], _bucket(later)]
        await repository.put(provider_id, None, [])
        assert await repository.buckets(provider_id, None) == []

    async def test_sums_are_by_period_group_and_currency(self, cast: Cast, other: Cast) -> None:
        salon, service = SalonId(self.make.entropy.new_id()), ServiceId(self.make.entropy.new_id())
        mine = sorted(
            [
                _bucket(salon_id=salon, service_id=service),
                _bucket(_AT + _QUARTER, channel=BookingChannel.STAFF),
                _bucket(_AT + HOUR, currency="USD", salon_id=salon),
            ],
            key=lambda each: each.starts_at,
        )
        await self.alone.statistics.put(cast.profile.id, None, mine)
        await self.alone.statistics.put(other.profile.id, None, [_bucket(salon_id=salon)])
        one, two = Figures(completed=1, earned=5_000), Figures(completed=2, earned=10_000)
        of = Sums(provider_id=cast.profile.id, edges=(_AT, _AT + HOUR, _AT + 2 * HOUR))
        sums = self.reads.statistics.sums
        assert await sums(of) == [
            Sum(period=0, group="", currency="MNT", figures=two),
            Sum(period=1, group="", currency="USD", figures=one),
        ]
        assert [(each.group, each.period) for each in await sums(replace(of, grouping=Grouping.SERVICE))] == [
            ("", 0),
            (str(service), 0),
            ("", 1),
        ]
        assert [each.group for each in await sums(replace(of, grouping=Grouping.CHANNEL))] == [
            "online",
            "staff",
            "online",
        ]
        tehran = replace(of, offsets=(12_600, 12_600))  # from 20:30 UTC it is Tuesday there
        days = await sums(replace(tehran, grouping=Grouping.WEEKDAY))
        assert [(each.group, each.figures) for each in days] == [("1", two), ("1", one)]
        hours = await sums(replace(tehran, grouping=Grouping.HOUR))
        assert [(each.group, each.figures) for each in hours] == [("0", two), ("1", one)]
        ours = replace(of, provider_id=None, salon_id=salon, grouping=Grouping.PROVIDER)
        providers = sorted([(0, str(cast.profile.id)), (0, str(other.profile.id))])
        assert [(each.period, each.group) for each in await sums(ours)] == [*providers, (1, str(cast.profile.id))]
        assert await sums(replace(of, edges=(_AT + _QUARTER, _AT + HOUR))) == [
            Sum(period=0, group="", currency="MNT", figures=one)
        ]

    async def test_days_that_periods_cut_are_summed_exactly(self, cast: Cast) -> None:
        midnight = _AT.replace(hour=0, minute=0)
        stored = [_bucket(midnight + number * 5 * HOUR + _QUARTER) for number in range(20)]
        repository, sums = self.alone.statistics, self.reads.statistics.sums
        await repository.put(cast.profile.id, None, stored)
        day = midnight + timedelta(days=1)
        await repository.put(cast.profile.id, day.date(), stored[5:7])  # of five that began on it
        stored = [*stored[:7], *(each for each in stored[7:] if each.day != day.date())]
        for hours in (
            (0, 24, 48, 96),  # days of UTC
            (16, 40, 64, 88),  # days that begin elsewhere
            (16, 96),
            (1, 2, 3, 23),
            (-100, 5, 29, 30, 200),
        ):
            edges = tuple(midnight + each * HOUR for each in hours)
            counts = [sum(start <= each.starts_at < end for each in stored) for start, end in pairwise(edges)]
            found = await sums(Sums(provider_id=cast.profile.id, edges=edges))
            expected = [(number, count) for number, count in enumerate(counts) if count]
            assert [(each.period, each.figures.completed) for each in found] == expected, hours

    async def test_late_changes_are_marked(self, cast: Cast) -> None:
        salon = SalonId(self.make.entropy.new_id())
        await self.alone.statistics.revise(cast.profile.id, {_AT: salon, _AT + HOUR: None}, NOW)
        await self.alone.statistics.revise(cast.profile.id, {_AT: salon}, NOW + HOUR)
        of = Sums(provider_id=cast.profile.id, edges=(_AT - HOUR, _AT, _AT + HOUR, _AT + 2 * HOUR))
        assert await self.reads.statistics.revised(of) == [(1, NOW + HOUR), (2, NOW)]
        assert await self.reads.statistics.revised(replace(of, provider_id=None, salon_id=salon)) == [(1, NOW + HOUR)]

    async def test_conversions_of_a_time_are_counted(self, cast: Cast, other: Cast) -> None:
        entropy, day = self.make.entropy, NOW.date()
        mine, theirs = (BookingLink.make(each.profile.id, "Flyer", entropy=entropy, now=NOW) for each in (cast, other))
        booking = replace(self.make.booking(cast.profile, cast.customer), status=Status.COMPLETED)
        others = [self.make.booking(cast.profile, cast.customer) for _ in range(2)]
        open_ = replace(others[0], status=Status.DISPUTED, disputed_from=Status.COMPLETED)
        missed = replace(others[1], status=Status.NO_SHOW)
        await self.store_bookings(booking, open_, missed)
        waiting = [self.make.waiting(cast.profile, cast.customer, booking.span) for _ in range(2)]
        booked = replace(waiting[0], status=WaitingStatus.BOOKED)
        async with self.begin() as tx:
            for link in (mine, theirs):
                await tx.booking_links.add(link)
                await tx.booking_links.count_booking(link.id, day)
                await tx.booking_links.count_visitor(link.id, day, b"one")
            await tx.booking_links.count_visitor(mine.id, day - timedelta(days=9), b"two")
            for each in waiting:
                await tx.waiting_list.add(each)
            await tx.waiting_list.save(booked)
            for reviewed in (booking, open_, missed):
                await tx.reviews.add(a_review(self.make, reviewed))
            for disputed in (open_, missed):
                await tx.disputes.add(a_dispute(self.make, disputed))
        conversions = self.reads.statistics.conversions
        time = TimeRange(min(booking.span.start, waiting[0].created_at), booking.span.end)
        assert await conversions(cast.profile.id, time, day, day) == Conversions(
            link_visitors=1, link_bookings=1, waited=2, waited_and_booked=1, reviewed=2
        )
        later, after = TimeRange(booking.span.end, booking.span.end + HOUR), day + timedelta(days=1)
        assert await conversions(cast.profile.id, later, after, after) == Conversions()

    async def test_memberships_are_in_order(self, cast: Cast) -> None:
        later = Membership(provider_id=cast.profile.id, since=NOW + HOUR, salon_id=None)
        first = Membership(provider_id=cast.profile.id, since=NOW, salon_id=SalonId(self.make.entropy.new_id()))
        for each in (later, first, first):
            await self.alone.statistics.add_membership(each)
        assert await self.alone.statistics.memberships(cast.profile.id) == [first, later]

    async def test_findings_are_kept_for_a_while(self, cast: Cast) -> None:
        finding = StatisticsFinding(
            id=StatisticsFindingId(self.make.entropy.new_id()),
            provider_id=cast.profile.id,
            days=2,
            first_day=_AT.date(),
            created_at=NOW,
        )
        later, last = (
            replace(
                finding, id=StatisticsFindingId(self.make.entropy.new_id()), created_at=NOW + timedelta(minutes=minutes)
            )
            for minutes in (1, 2)
        )
        for each in jumbled(finding, later, last):
            await self.alone.statistics.add_finding(each)
        assert await self.reads.statistics.findings(NOW) == [last, later, finding]
        assert await self.reads.statistics.findings(NOW + HOUR) == []
        assert await self.alone.statistics.remove_findings(NOW) == 0
        assert await self.alone.statistics.remove_findings(NOW + HOUR) == 3

    async def test_the_buckets_of_a_stored_booking_can_be_stored(self, cast: Cast) -> None:
        booking = await self._counted(await self.a_booking(cast))
        buckets = buckets_of([booking], [])
        await self.alone.statistics.put(cast.profile.id, None, buckets)
        assert await self.alone.statistics.buckets(cast.profile.id, None) == buckets
        assert {each.day for each in buckets} == days_of(booking)


class VisitsContract(StorageContract):
    """Visits of customers and rosters."""

    async def test_visits_are_replaced_by_customer(self, cast: Cast, other: Cast) -> None:
        salon = SalonId(self.make.entropy.new_id())
        mine = [_visits(cast, None, 1), _visits(cast, salon, 2)]
        mine.sort(key=visits_order)
        theirs = [_visits(other, salon, 3)]
        provider_id, repository = cast.profile.id, self.alone.visits
        await repository.put(provider_id, cast.customer.id, mine)
        await repository.put(provider_id, other.customer.id, theirs)
        assert await repository.get(provider_id, cast.customer.id) == mine
        assert await repository.get(provider_id, None) == [*mine, *theirs]
        assert await self.reads.visits.of_provider(provider_id) == [*mine, *theirs]
        assert await self.reads.visits.of_provider(other.profile.id) == []
        assert await self.reads.visits.of_salon(salon) == [each for each in [*mine, *theirs] if each.salon_id == salon]
        await repository.put(provider_id, cast.customer.id, mine[:1])
        assert await repository.get(provider_id, None) == [*mine[:1], *theirs]
        await repository.put(provider_id, None, theirs)
        assert await repository.get(provider_id, None) == theirs

    async def test_bookings_of_the_same_customer_and_provider_are_found(self, cast: Cast, other: Cast) -> None:
        mine = [self.make.booking(cast.profile, cast.customer) for _ in range(2)]
        more = [self.make.booking(other.profile, cast.customer), self.make.booking(cast.profile, other.customer)]
        await self.store_bookings(*jumbled(*mine), *more)
        assert await self.alone.visits.booking_ids(mine[0].id) == sorted(each.id for each in mine)

    async def test_what_is_past_of_a_roster_stays(self, cast: Cast, other: Cast) -> None:
        salon, day = SalonId(self.make.entropy.new_id()), _AT.date()
        days = [RosterDay(day=day + timedelta(days=number), salon_id=salon, minutes=60) for number in range(3)]
        await self.alone.rosters.put(cast.profile.id, jumbled(*days[:2]), day)
        later = [replace(each, minutes=90, salon_id=None) for each in days]
        await self.alone.rosters.put(cast.profile.id, jumbled(*later), day + timedelta(days=1))
        await self.alone.rosters.put(other.profile.id, days[1:2], day)
        last = days[-1].day
        assert await self.reads.rosters.of_provider(cast.profile.id, day, last) == [days[0], *later[1:]]
        assert await self.reads.rosters.of_provider(cast.profile.id, last, last) == later[2:]
        assert await self.reads.rosters.of_salon(salon, day, last) == days[:2]
        await self.alone.rosters.put(other.profile.id, jumbled(*days[:2]), day)
        assert await self.reads.rosters.of_salon(salon, day, last) == [days[0], days[0], days[1]]


def _visits(cast: Cast, salon_id: SalonId | None, number: int) -> CustomerVisits:
    return CustomerVisits(
        customer_id=cast.customer.id,
        salon_id=salon_id,
        days=(739_000, 739_000 + number),
        rebooked=(739_000,),
        cycle=number + 0.5,
        earned={"MNT": number, "USD": 5},
    )


def a_report(make: Builder, user_id: UserId, provider_id: ProviderId, month: date = date(2026, 10, 1)) -> MonthlyReport:
    """A monthly report of a provider."""
    report_id = ReportId(make.entropy.new_id())
    return MonthlyReport(
        id=report_id, user_id=user_id, provider_id=provider_id, salon_id=None, month=month, created_at=NOW
    )


class MonthlyReportsContract(StorageContract):
    """Who is due a monthly report, and that each is announced once."""

    async def _subscribe(self, user_id: UserId, **members: Any) -> None:
        async with self.begin() as tx:
            user = present(await tx.users.lock(user_id))
            wanted = {"email_verified_at": NOW, "preferences": Preferences(monthly_report=True), **members}
            await tx.users.save(replace(user, version=user.version + 1, **wanted))

    async def _due(self, now: datetime, limit: int = 10) -> list[DueReport]:
        return list(await self.reads.monthly_reports.due(now, 7, limit))

    async def test_a_report_is_due_in_the_week_after_the_month_ends_in_its_zone(self, cast: Cast) -> None:
        await self._subscribe(cast.owner.id)
        ends = datetime(2026, 10, 31, 16, tzinfo=UTC)  # midnight there
        [due] = await self._due(ends)
        assert due == DueReport(
            user_id=cast.owner.id, provider_id=cast.profile.id, salon_id=None, month=date(2026, 10, 1)
        )
        assert await self._due(ends + timedelta(days=7) - timedelta(seconds=1)) == [due]
        assert await self._due(ends + timedelta(days=7)) == []
        assert [each.month for each in await self._due(ends - timedelta(seconds=1))] == []
        assert [each.month for each in await self._due(ends + timedelta(days=30))] == [date(2026, 11, 1)]

    async def test_managers_get_one_of_each_salon_and_only_subscribers_who_can_be_reached_get_any(self) -> None:
        manager = self.make.user(Role.MANAGER)
        salons = [self.make.salon(manager) for _ in range(2)]
        async with self.begin() as tx:
            await tx.users.add(manager)
            for each in jumbled(*salons):
                await tx.salons.add(each)
        await self._subscribe(manager.id)
        off = Unsubscription(kind=NewsKind.REPORTS, channel=NewsChannel.EMAIL)
        for members in (
            {"preferences": Preferences()},
            {"preferences": Preferences(monthly_report=True, channels=Channels(email=False))},
            {"preferences": Preferences(monthly_report=True, unsubscribed=(off,))},
            {"email_verified_at": None},
            {"email_undeliverable_at": NOW},
            {"status": UserStatus.DISABLED},
        ):
            await self._subscribe((await self.a_salon()).manager_id, **members)
        found = await self._due(datetime(2026, 11, 3, tzinfo=UTC))
        assert [each.salon_id for each in found] == sorted(each.id for each in salons)
        assert {each.user_id for each in found} == {manager.id}
        assert await self._due(datetime(2026, 11, 3, tzinfo=UTC), limit=1) == found[:1]

    async def test_a_report_is_announced_once(self, cast: Cast) -> None:
        await self._subscribe(cast.owner.id)
        report = a_report(self.make, cast.owner.id, cast.profile.id)
        assert await self.alone.monthly_reports.add(report)
        assert not await self.alone.monthly_reports.add(replace(report, id=ReportId(self.make.entropy.new_id())))
        assert await self.reads.monthly_reports.get(report.id) == report
        assert await self._due(datetime(2026, 11, 3, tzinfo=UTC)) == []
        assert len(await self._due(datetime(2026, 12, 3, tzinfo=UTC))) == 1

    async def test_of_two_announcements_at_once_one_is_made(self, cast: Cast) -> None:
        reports = [a_report(self.make, cast.owner.id, cast.profile.id) for _ in range(2)]

        async def add(report: MonthlyReport) -> bool:
            async with self.begin() as tx:
                return await tx.monthly_reports.add(report)

        assert sorted(await asyncio.gather(*map(add, reports))) == [False, True]


CONTRACTS: Final[dict[type, type]] = {
    Statistics: StatisticsContract,
    StatisticsReads: StatisticsContract,
    Visits: VisitsContract,
    VisitReads: VisitsContract,
    Rosters: VisitsContract,
    RosterReads: VisitsContract,
    MonthlyReports: MonthlyReportsContract,
    MonthlyReportReads: MonthlyReportsContract,
}
