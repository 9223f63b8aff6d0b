"""Statistics on PostgreSQL: what is counted, read from bookings and their money; buckets, and what sums need."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    CompoundSelect,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Select,
    Table,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    delete,
    exists,
    extract,
    func,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONPATH, TIMESTAMP, insert
from sqlalchemy.schema import SchemaItem

from adapters.postgres.bookings.tables import FINAL_PRICE, OUTSTANDING, booking_events, bookings
from adapters.postgres.catalogue.profiles import policy_of
from adapters.postgres.catalogue.tables import booking_link_days, booking_links, providers
from adapters.postgres.disputes import disputes
from adapters.postgres.kit.advisory_locks import lock_key
from adapters.postgres.kit.codec import Columns, Mapper
from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part
from adapters.postgres.kit.metadata import instant, metadata, one_of
from adapters.postgres.kit.personal_data import Kept, NotExported, personal_data
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import Row, WithWork
from adapters.postgres.monthly_reports import (
    PostgresMonthlyReportReads,
    PostgresMonthlyReports,
    monthly_reports,
)
from adapters.postgres.payments.transactions import MOVES
from adapters.postgres.portfolio import portfolio_items, portfolio_views
from adapters.postgres.reviews import reviews
from adapters.postgres.scheduling.tables import waiting_list
from adapters.postgres.visit_statistics import (
    PostgresRosterReads,
    PostgresRosters,
    PostgresVisitReads,
    PostgresVisits,
    statistics_rosters,
    statistics_visits,
)
from booking_domain.bookings.origins import BookingOrigin
from booking_domain.bookings.transitions import Status
from booking_domain.scheduling.waiting import WaitingStatus
from booking_domain.shared.ids import BookingId, ProviderId, SalonId, ServiceId, UserId
from booking_domain.shared.time import TimeRange
from booking_domain.statistics.model import (
    AMOUNTS,
    FIGURES,
    BookingChannel,
    Bucket,
    Conversions,
    CountedBooking,
    Figures,
    ItemFigures,
    Membership,
    Moved,
    Outcome,
    StatisticsFinding,
    utc_day,
)
from booking_domain.statistics.ports import Grouping, Statistics, StatisticsReads, Sum, Sums
from booking_domain.use_cases.platform.listings import TransactionType

_SUMS: Final = personal_data(
    "provider_id",
    erase=Kept("figures of appointments, which are kept"),
    handover=Kept("figures of the profile's appointments"),
    export=NotExported("sums of bookings and payments, which are exported"),
)


def _of_provider() -> Column[Any]:
    return Column("provider_id", Uuid, ForeignKey("providers.id"), nullable=False)


def _figures() -> tuple[SchemaItem, ...]:
    """The figures of one salon, service, channel and currency."""
    return (
        Column("salon_id", Uuid),
        Column("service_id", Uuid),
        Column("channel", Text, nullable=False),
        Column("currency", Text, nullable=False),
        # Sums of integers take half the time of those of bigints.
        *(Column(name, BigInteger if name in AMOUNTS else Integer, nullable=False) for name in FIGURES),
        one_of("channel", BookingChannel),
    )


statistics_buckets: Final = Table(
    "statistics_buckets",
    metadata,
    Column("provider_id", Uuid, ForeignKey("providers.id"), primary_key=True),
    instant("starts_at", primary_key=True),
    # Tells the buckets of one quarter of an hour apart.
    Column("position", Integer, primary_key=True),
    *_figures(),
    Index("statistics_buckets_salon_id_starts_at_idx", "salon_id", "starts_at"),
    info=_SUMS,
)
statistics_days: Final = Table(
    "statistics_days",
    metadata,
    Column("provider_id", Uuid, ForeignKey("providers.id"), primary_key=True),
    # A day of UTC. Triggers on statistics_buckets keep its sums.
    Column("day", Date, primary_key=True),
    Column("position", Integer, primary_key=True),
    *_figures(),
    Index("statistics_days_salon_id_day_idx", "salon_id", "day"),
    info=_SUMS,
)
statistics_places: Final = Table(
    "statistics_places",
    metadata,
    Column("booking_id", Uuid, ForeignKey("bookings.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    _of_provider(),
    Index("statistics_places_provider_id_day_idx", "provider_id", "day"),
    info=_SUMS,
)
statistics_revisions: Final = Table(
    "statistics_revisions",
    metadata,
    Column("provider_id", Uuid, ForeignKey("providers.id"), primary_key=True),
    instant("starts_at", primary_key=True),
    Column("salon_id", Uuid),
    instant("revised_at"),
    Index("statistics_revisions_salon_id_starts_at_idx", "salon_id", "starts_at"),
    info=_SUMS,
)
statistics_memberships: Final = Table(
    "statistics_memberships",
    metadata,
    Column("provider_id", Uuid, ForeignKey("providers.id"), primary_key=True),
    instant("since", primary_key=True),
    # Null: of no salon from then on.
    Column("salon_id", Uuid),
    info=_SUMS,
)
statistics_findings: Final = Table(
    "statistics_findings",
    metadata,
    Column("id", Uuid, primary_key=True),
    _of_provider(),
    Column("days", Integer, nullable=False),
    Column("first_day", Date, nullable=False),
    instant("created_at"),
    Index("statistics_findings_created_at_idx", "created_at"),
    Index("statistics_findings_provider_id_idx", "provider_id"),
    info=_SUMS,
)

BUCKET: Final = Mapper(statistics_buckets, Bucket, elsewhere=("provider_id", "position"), figures=Columns(*FIGURES))
FINDING: Final = Mapper(statistics_findings, StatisticsFinding)
MEMBERSHIP: Final = Mapper(statistics_memberships, Membership)
_b: Final = bookings.c
_m: Final = MOVES.c
_s: Final = statistics_buckets.c
_l: Final = statistics_places.c
_r: Final = statistics_revisions.c
_h: Final = booking_events.c
_f: Final = statistics_findings.c
_OF: Final = bindparam("provider_id", type_=Uuid())
_DAY: Final = bindparam("day", type_=Date())
_FROM: Final = bindparam("since", type_=DateTime(timezone=True))
_UNTIL: Final = bindparam("until", type_=DateTime(timezone=True))
_THESE: Final = func.any(bindparam("booking_ids", type_=ARRAY(Uuid)))
_MOST: Final = bindparam("most", type_=Integer())

_cancellation: Final = (
    select(_h.at, (_h.by_id == _b.customer_id).label("by_customer"))
    .where(_h.booking_id == _b.id, _h.type == "cancelled")
    .order_by(_h.seq.desc())
    .limit(1)
    .lateral("cancellation")
)
_CHANNEL: Final = case(
    (_b.customer_id == _b.provider_user_id, literal(BookingChannel.WALK_IN.value)),
    (_b.placed_by_staff, literal(BookingChannel.STAFF.value)),
    *(
        (_b.origin == each.value, literal(BookingChannel.ONLINE.value))
        for each in (BookingOrigin.DIRECT, BookingOrigin.DESK)
    ),
    else_=_b.origin,
)
_BOOKINGS: Final = Statement(
    select(
        _b.id,
        _b.provider_id,
        _b.customer_id,
        _CHANNEL,
        _b.services[0]["id"].astext,
        func.coalesce(_b.disputed_from, _b.status),
        _b.created_at,
        _b.starts_at,
        _b.ends_at,
        _b.blocked_from,
        _b.blocked_until,
        func.jsonb_path_exists(_b.services, literal("$[*].whole_days ? (@ == true)", JSONPATH)),
        _cancellation.c.at,
        _cancellation.c.by_customer,
        _b.time_zone,
        func.coalesce(_b.cancellation_start, _b.starts_at),
        _b.cancellation_policy,
        _b.currency,
        FINAL_PRICE,
        _b.tip_amount,
        OUTSTANDING,
    )
    .select_from(bookings.outerjoin(_cancellation, true()))
    .where(_b.id == _THESE)
    .order_by(_b.id)
)
_TYPES: Final = [each.value for each in (TransactionType.PAYMENT, TransactionType.DESK_PAYMENT, TransactionType.REFUND)]
_MOVES: Final = Statement(
    select(_m.booking_id, _m.type, _m.processed_at, _m.moved)
    .where(
        _m.booking_id == _THESE,
        _m.type == func.any(bindparam("types", value=_TYPES, type_=ARRAY(Text))),
        _m.moved > 0,
        _m.processed_at.is_not(None),
    )
    .order_by(_m.processed_at, _m.id)
)
_PROVIDER_OF: Final = Statement(select(_b.provider_id).where(_b.id == bindparam("booking_id")))
_IDS: Final = Statement(
    select(_b.id)
    .where(_b.provider_id == _OF, if_given("after", _b.id, _b.id > bindparam("after", type_=Uuid())))
    .order_by(_b.id)
    .limit(_MOST)
)
_MEMBERSHIPS: Final = Statement(
    select(*MEMBERSHIP.columns)
    .where(statistics_memberships.c.provider_id == _OF)
    .order_by(statistics_memberships.c.since)
)
_PUT_MEMBERSHIP: Final = MEMBERSHIP.upsert()
_new_places = select(
    func.unnest(bindparam("placed_ids", type_=ARRAY(Uuid))),
    func.unnest(bindparam("days", type_=ARRAY(Date))),
    _OF,
)
_PLACE: Final = Statement(
    insert(statistics_places).from_select(["booking_id", "day", "provider_id"], _new_places).on_conflict_do_nothing()
)
_PLACES: Final = Statement(select(_l.day).where(_l.booking_id == bindparam("booking_id")).order_by(_l.day))
_PLACED: Final = Statement(select(_l.booking_id).where(_l.provider_id == _OF, _l.day == _DAY).order_by(_l.booking_id))
_FORGET_PLACE: Final = Statement(delete(statistics_places).where(_l.day == _DAY, _l.booking_id == _THESE))
_WITHIN: Final = (_s.provider_id == _OF, _s.starts_at >= _FROM, _s.starts_at < _UNTIL)
_BUCKETS: Final = Statement(select(*BUCKET.columns).where(*_WITHIN).order_by(_s.starts_at, _s.position))
_REMOVE_BUCKETS: Final = Statement(delete(statistics_buckets).where(*_WITHIN))
_COLUMNS: Final = tuple(column for column in statistics_buckets.columns if column.name != "provider_id")
_new_buckets = select(_OF, *(func.unnest(bindparam(column.name, type_=ARRAY(column.type))) for column in _COLUMNS))
_ADD_BUCKETS: Final = Statement(
    insert(statistics_buckets).from_select([column.name for column in statistics_buckets.columns], _new_buckets)
)
_new_revision = insert(statistics_revisions)
_REVISE: Final = Statement(
    _new_revision.on_conflict_do_update(
        index_elements=["provider_id", "starts_at"],
        set_={name: _new_revision.excluded[name] for name in ("salon_id", "revised_at")},
    )
)
_CHANGED: Final = Statement(select(exists().where(_b.provider_id == _OF, _b.updated_at >= _FROM)))
_ADD_FINDING: Final = FINDING.insert()
_REMOVE_FINDINGS: Final = Statement(delete(statistics_findings).where(_f.created_at < _UNTIL).returning(_f.id))
_FINDINGS: Final = Statement(select(*FINDING.columns).where(_f.created_at >= _FROM).order_by(_f.id.desc()))

_EDGES: Final = bindparam("edges", type_=ARRAY(DateTime(timezone=True)))
_OFFSETS: Final = bindparam("offsets", type_=ARRAY(Integer))
_SALON: Final = bindparam("salon_id", type_=Uuid())
_CUT_DAYS: Final = bindparam("cut_days", type_=ARRAY(Date))
"""The days of UTC within which a period begins or ends."""
_ON_A_CLOCK: Final = frozenset({Grouping.WEEKDAY, Grouping.HOUR})
_SUMMED: Final = ("provider_id", "service_id", "channel", "currency", *FIGURES)


def _midnight(day: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.timezone("UTC", cast(day, TIMESTAMP))


def _date(at: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(func.timezone("UTC", at), Date)


def _owned(table: Table, *, of_salon: bool) -> ColumnElement[bool]:
    return table.c.salon_id == _SALON if of_salon else table.c.provider_id == _OF


def _by_quarter(
    since: ColumnElement[Any] = _FROM, until: ColumnElement[Any] = _UNTIL, *, of_salon: bool
) -> Select[Any]:
    return select(_s.starts_at.label("at"), *(_s[name] for name in _SUMMED)).where(
        _owned(statistics_buckets, of_salon=of_salon), _s.starts_at >= since, _s.starts_at < until
    )


def _by_day(*, of_salon: bool) -> CompoundSelect[Any]:
    """Whole days where a period has them, quarters of an hour of the rest: ten years are read eight times faster."""
    days, cut = statistics_days.c, func.unnest(_CUT_DAYS).column_valued("cut_day")
    whole = select(_midnight(days.day).label("at"), *(days[name] for name in _SUMMED)).where(
        _owned(statistics_days, of_salon=of_salon),
        days.day >= _date(_FROM),
        days.day < _date(_UNTIL),
        # Not `!= ALL`: a statement that is planned for any array compares each day with each of it.
        ~exists(literal(1)).where(func.unnest(_CUT_DAYS).column_valued("cut_day") == days.day),
    )
    rest = _by_quarter(
        func.greatest(_FROM, _midnight(cut)), func.least(_UNTIL, _midnight(cut + literal(1))), of_salon=of_salon
    )
    return union_all(whole, rest)


def _named(channel: ColumnElement[Any], name: Callable[[BookingChannel], str]) -> ColumnElement[Any]:
    """What a channel is called."""
    names = {each.value: name(each) for each in BookingChannel if name(each) != each.value}
    return case(*((channel == each, literal(named)) for each, named in names.items()), else_=channel)


def _sums(grouping: Grouping, *, of_salon: bool, periods: bool) -> Statement:
    """With one period, the planner knows how few groups there are, and sorts no rows."""
    rows = (_by_quarter if grouping in _ON_A_CLOCK else _by_day)(of_salon=of_salon).subquery("counted").c
    period = func.width_bucket(rows.at, _EDGES)
    local = cast(extract("epoch", rows.at), BigInteger) + func.coalesce(_OFFSETS)[period]
    groups: Mapping[Grouping, ColumnElement[Any]] = {
        Grouping.NOTHING: literal(""),
        Grouping.SERVICE: func.coalesce(cast(rows.service_id, Text), ""),
        Grouping.CHANNEL: _named(rows.channel, lambda each: each.side.value),
        Grouping.ORIGIN: _named(rows.channel, lambda each: each.origin),
        Grouping.PROVIDER: cast(rows.provider_id, Text),
        # The first of January 1970 was a Thursday.
        Grouping.WEEKDAY: cast((local // 86_400 + 3) % 7, Text),
        Grouping.HOUR: cast(local // 3_600 % 24, Text),
    }
    # What is compared to find a group, where that is not its text.
    keys = {Grouping.SERVICE: rows.service_id, Grouping.PROVIDER: rows.provider_id}
    found = [groups[grouping].label("found_group"), rows.currency.label("found_currency")]
    several = [period.label("period")] if periods else []
    return Statement(
        select(
            *(several if periods else [literal(1).label("period")]),
            *found,
            *(cast(func.sum(rows[name]), BigInteger) if name in AMOUNTS else func.sum(rows[name]) for name in FIGURES),
        )
        .group_by(*several, keys.get(grouping, found[0]), found[1])
        .order_by(*several, *found)
    )


_SUMS_OF: Final = {
    (grouping, of_salon, periods): _sums(grouping, of_salon=of_salon, periods=periods)
    for grouping in Grouping
    for of_salon in (False, True)
    for periods in (False, True)
}
_ONE_PERIOD: Final = 2
"""How many edges it has."""


def _revised(owner: ColumnElement[bool]) -> Statement:
    period = func.width_bucket(_r.starts_at, _EDGES)
    return Statement(
        select(period, func.max(_r.revised_at))
        .where(owner, _r.starts_at >= _FROM, _r.starts_at < _UNTIL)
        .group_by(period)
        .order_by(period)
    )


_REVISED: Final = {True: _revised(_r.salon_id == _SALON), False: _revised(_r.provider_id == _OF)}


def _with_bookings() -> Select[Any]:
    return select(providers.c.id).where(exists().where(_b.provider_id == providers.c.id))


_PROVIDERS: Final = Statement(
    _with_bookings()
    .where(if_given("after", providers.c.id, providers.c.id > bindparam("after", type_=Uuid())))
    .order_by(providers.c.id)
    .limit(_MOST)
)
_SAMPLE: Final = Statement(_with_bookings().order_by(func.random()).limit(_MOST))
_FIRST: Final = bindparam("first", type_=Date())
_LAST: Final = bindparam("last", type_=Date())
_of_links = booking_link_days.join(booking_links, booking_links.c.id == booking_link_days.c.link_id)
_w: Final = waiting_list.c


def _through_links(column: ColumnElement[Any]) -> ColumnElement[Any]:
    found = select(func.coalesce(func.sum(column), 0)).select_from(_of_links)
    days = booking_link_days.c.day
    return found.where(booking_links.c.provider_id == _OF, days >= _FIRST, days <= _LAST).scalar_subquery()


def _waited(*conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    found = select(func.count()).select_from(waiting_list)
    within = (_w.provider_id == _OF, _w.created_at >= _FROM, _w.created_at < _UNTIL)
    return found.where(*within, *conditions).scalar_subquery()


_KEPT: Final = _b.paid_amount - _b.refunded_amount + _b.desk_paid_amount


def _came(*conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    """How many bookings were made in the time by customers who came in some way."""
    found = select(func.count()).select_from(bookings)
    within = (_b.provider_id == _OF, _b.created_at >= _FROM, _b.created_at < _UNTIL)
    return found.where(*within, *conditions).scalar_subquery()


_disputed: Final = exists(literal(1)).where(disputes.c.booking_id == reviews.c.booking_id)


def _reviewed() -> ColumnElement[Any]:
    """How many completed appointments of the time have a review.

    What was never disputed is as it was when it was reviewed, so that no booking is read.
    """
    usual = select(func.count()).where(
        reviews.c.provider_id == _OF,
        reviews.c.visited_at >= _FROM,
        reviews.c.visited_at < _UNTIL,
        ~_disputed,
    )
    disputed = (
        select(func.count())
        .select_from(reviews.join(bookings, _b.id == reviews.c.booking_id))
        .where(
            reviews.c.booking_id.in_(select(disputes.c.booking_id).where(disputes.c.provider_id == _OF)),
            func.coalesce(_b.disputed_from, _b.status) == Status.COMPLETED.value,
            _b.starts_at >= _FROM,
            _b.starts_at < _UNTIL,
        )
    )
    return usual.scalar_subquery() + disputed.scalar_subquery()


_CONVERSIONS: Final = Statement(
    select(
        _through_links(booking_link_days.c.visitors),
        _through_links(booking_link_days.c.bookings),
        _came(_b.link_id.is_not(None), _KEPT > 0),
        _waited(),
        _waited(_w.status == WaitingStatus.BOOKED.value),
        _reviewed(),
    )
)
_opened: Final = select(
    portfolio_views.c.item_id,
    portfolio_views.c.views,
    literal(0).label("bookings"),
    literal(0).label("paid"),
).where(portfolio_views.c.provider_id == _OF, portfolio_views.c.day >= _FIRST, portfolio_views.c.day <= _LAST)
_booked: Final = select(_b.portfolio_item_id, literal(0), literal(1), case((_KEPT > 0, 1), else_=0)).where(
    _b.provider_id == _OF, _b.portfolio_item_id.is_not(None), _b.created_at >= _FROM, _b.created_at < _UNTIL
)
_led: Final = union_all(_opened, _booked).subquery("led").c
_by_item: Final = (
    select(_led.item_id, *(cast(func.sum(_led[name]), Integer).label(name) for name in ("views", "bookings", "paid")))
    .group_by(_led.item_id)
    .subquery("by_item")
)
_ITEMS: Final = Statement(
    select(_by_item.c.item_id, portfolio_items.c.description, _by_item.c.views, _by_item.c.bookings, _by_item.c.paid)
    .select_from(_by_item.outerjoin(portfolio_items, portfolio_items.c.id == _by_item.c.item_id))
    .order_by(_by_item.c.bookings.desc(), _by_item.c.views.desc(), _by_item.c.item_id)
)
_EVER: Final = (datetime(1900, 1, 1, tzinfo=UTC), datetime(3001, 1, 1, tzinfo=UTC))
_MINUTE: Final = timedelta(minutes=1)


def _range(day: date | None) -> dict[str, datetime]:
    """The instants of a day of UTC, or all."""
    if day is None:
        return {"since": _EVER[0], "until": _EVER[1]}
    start = datetime.combine(day, time(), UTC)
    return {"since": start, "until": start + timedelta(days=1)}


class PostgresStatistics(WithWork, Statistics):
    """`Statistics` of `bookings`, their money, and the tables of statistics."""

    async def lock(self, provider_id: ProviderId) -> None:
        await lock_key(self._work, f"statistics of {provider_id}")

    async def provider_of(self, booking_id: BookingId) -> ProviderId | None:
        row = await self._work.one(_PROVIDER_OF, booking_id=booking_id)
        return None if row is None else ProviderId(row[0])

    async def bookings(self, booking_ids: Collection[BookingId]) -> Sequence[CountedBooking]:
        ids = list(booking_ids)
        rows = await self._work.all(_BOOKINGS, booking_ids=ids)
        moves: dict[UUID, list[Moved]] = defaultdict(list)
        for booking_id, kind, at, amount in await self._work.all(_MOVES, booking_ids=ids):
            name = "refunded" if kind == TransactionType.REFUND.value else "received"
            moves[booking_id].append(Moved(at, **{name: amount}))
        return [_counted(row, tuple(moves.get(row[0], ()))) for row in rows]

    async def booking_ids(self, provider_id: ProviderId, after: BookingId | None, limit: int) -> Sequence[BookingId]:
        return [
            BookingId(found)
            for (found,) in await self._work.all(_IDS, provider_id=provider_id, after=after, most=limit)
        ]

    async def memberships(self, provider_id: ProviderId) -> Sequence[Membership]:
        return await self._work.each(MEMBERSHIP.read, _MEMBERSHIPS, provider_id=provider_id)

    async def add_membership(self, membership: Membership) -> None:
        await self._work.execute(_PUT_MEMBERSHIP, **MEMBERSHIP.write(membership))

    async def place(self, provider_id: ProviderId, booking_id: BookingId, days: Collection[date]) -> Sequence[date]:
        await self.place_all(provider_id, {booking_id: days})
        return [day for (day,) in await self._work.all(_PLACES, booking_id=booking_id)]

    async def place_all(self, provider_id: ProviderId, days: Mapping[BookingId, Collection[date]]) -> None:
        pairs = [(booking_id, day) for booking_id, each in days.items() for day in each]
        await self._work.execute(
            _PLACE,
            provider_id=provider_id,
            placed_ids=[booking_id for booking_id, _ in pairs],
            days=[day for _, day in pairs],
        )

    async def placed(self, provider_id: ProviderId, day: date) -> Sequence[BookingId]:
        return [BookingId(found) for (found,) in await self._work.all(_PLACED, provider_id=provider_id, day=day)]

    async def forget_place(self, day: date, booking_ids: Collection[BookingId]) -> None:
        await self._work.execute(_FORGET_PLACE, day=day, booking_ids=list(booking_ids))

    async def buckets(self, provider_id: ProviderId, day: date | None) -> Sequence[Bucket]:
        return await self._work.each(BUCKET.read, _BUCKETS, provider_id=provider_id, **_range(day))

    async def put(self, provider_id: ProviderId, day: date | None, buckets: Sequence[Bucket]) -> None:
        await self._work.execute(_REMOVE_BUCKETS, provider_id=provider_id, **_range(day))
        rows = [BUCKET.write(each) | {"position": number} for number, each in enumerate(buckets)]
        if rows:
            columns = {name: [row[name] for row in rows] for name in rows[0]}
            await self._work.execute(_ADD_BUCKETS, provider_id=provider_id, **columns)

    async def revise(self, provider_id: ProviderId, changed: Mapping[datetime, SalonId | None], now: datetime) -> None:
        for starts_at, salon_id in changed.items():
            await self._work.execute(
                _REVISE, provider_id=provider_id, starts_at=starts_at, salon_id=salon_id, revised_at=now
            )

    async def changed_since(self, provider_id: ProviderId, since: datetime) -> bool:
        row = await self._work.one(_CHANGED, provider_id=provider_id, since=since)
        return row is not None and bool(row[0])

    async def add_finding(self, finding: StatisticsFinding) -> None:
        await self._work.execute(_ADD_FINDING, **FINDING.write(finding))

    async def remove_findings(self, before: datetime) -> int:
        return len(await self._work.all(_REMOVE_FINDINGS, until=before))


class PostgresStatisticsReads(WithWork, StatisticsReads):
    """`StatisticsReads` of the same tables."""

    async def sums(self, of: Sums) -> Sequence[Sum]:
        statement = _SUMS_OF[of.grouping, of.salon_id is not None, len(of.edges) > _ONE_PERIOD]
        cut = {utc_day(edge) for edge in of.edges if edge.astimezone(UTC).time() != time()}
        return await self._work.each(_sum, statement, **_chosen(of), offsets=list(of.offsets), cut_days=sorted(cut))

    async def revised(self, of: Sums) -> Sequence[tuple[int, datetime]]:
        rows = await self._work.all(_REVISED[of.salon_id is not None], **_chosen(of))
        return [(period - 1, at) for period, at in rows]

    async def conversions(self, provider_id: ProviderId, period: TimeRange, first: date, last: date) -> Conversions:
        row = await self._work.one(
            _CONVERSIONS, provider_id=provider_id, since=period.start, until=period.end, first=first, last=last
        )
        assert row is not None  # noqa: S101 - a SELECT without FROM has a row
        visitors, made, link_paid, waited, booked, reviewed = row
        items = await self._work.each(
            _item, _ITEMS, provider_id=provider_id, since=period.start, until=period.end, first=first, last=last
        )
        return Conversions(
            link_visitors=visitors,
            link_bookings=made,
            link_paid=link_paid,
            items=tuple(items),
            waited=waited,
            waited_and_booked=booked,
            reviewed=reviewed,
        )

    async def providers(self, after: ProviderId | None, limit: int) -> Sequence[ProviderId]:
        return [ProviderId(found) for (found,) in await self._work.all(_PROVIDERS, after=after, most=limit)]

    async def sample(self, limit: int) -> Sequence[ProviderId]:
        return [ProviderId(found) for (found,) in await self._work.all(_SAMPLE, most=limit)]

    async def findings(self, since: datetime) -> Sequence[StatisticsFinding]:
        return await self._work.each(FINDING.read, _FINDINGS, since=since)


def _chosen(of: Sums) -> dict[str, Any]:
    owner = {"provider_id": of.provider_id} if of.salon_id is None else {"salon_id": of.salon_id}
    # As a text: a driver escapes each element of a list.
    edges = ",".join(each.isoformat() for each in of.edges)
    return {**owner, "edges": f"{{{edges}}}", "since": of.edges[0], "until": of.edges[-1]}


def _item(row: Row) -> ItemFigures:
    item_id, description, views, bookings_, paid = row
    return ItemFigures(item_id=item_id, description=description, views=views, bookings=bookings_, paid=paid)


def _sum(row: Row) -> Sum:
    period, group, currency, *figures = row
    return Sum(period=period - 1, group=group, currency=currency, figures=Figures(*figures))


def _counted(row: Row, moves: tuple[Moved, ...]) -> CountedBooking:
    booking_id, provider_id, customer_id, channel, service, outcome, *rest = row
    made_at, starts_at, ends_at, blocked_from, blocked_until, whole_days, cancelled_at, by_customer, *rest = rest
    zone, policy_start, policy, currency, price, tips, outstanding = rest
    return CountedBooking(
        id=BookingId(booking_id),
        provider_id=ProviderId(provider_id),
        customer_id=UserId(customer_id),
        channel=channel,
        service_id=None if service is None else ServiceId(UUID(service)),
        outcome=Outcome(outcome),
        made_at=made_at,
        starts_at=starts_at,
        ends_at=ends_at,
        blocked_minutes=(blocked_until - blocked_from) // _MINUTE,
        whole_days=whole_days,
        cancelled_at=cancelled_at,
        cancelled_by_customer=bool(by_customer) and channel != BookingChannel.WALK_IN,
        time_zone=zone,
        policy_start=policy_start,
        notice_hours=min((tier.hours_before for tier in policy_of(policy).tiers), default=None),
        currency=currency,
        price=price,
        tips=tips,
        outstanding=outstanding,
        moves=moves,
    )


CONTEXT: Final = PostgresContext(
    tables=(
        *(statistics_buckets, statistics_days, statistics_places, statistics_revisions, statistics_memberships),
        *(statistics_findings, statistics_visits, statistics_rosters, monthly_reports),
    )
)


class StatisticsRepositories(RepositoryGroup):
    """The repositories of this context."""

    statistics = part(PostgresStatistics)
    visits = part(PostgresVisits)
    rosters = part(PostgresRosters)
    monthly_reports = part(PostgresMonthlyReports)


class StatisticsReadGroup(ReadGroup):
    """The reads of this context."""

    statistics = part(PostgresStatisticsReads)
    visits = part(PostgresVisitReads)
    rosters = part(PostgresRosterReads)
    monthly_reports = part(PostgresMonthlyReportReads)
