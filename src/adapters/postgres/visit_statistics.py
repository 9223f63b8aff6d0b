"""Visits of customers and rosters of providers on PostgreSQL, for statistics."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    bindparam,
    cast,
    delete,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert

from adapters.postgres.bookings.tables import bookings
from adapters.postgres.kit.codec import Mapper
from adapters.postgres.kit.metadata import metadata
from adapters.postgres.kit.personal_data import Kept, NotExported, personal_data
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import Row, WithWork
from booking_domain.shared.ids import BookingId, ProviderId, SalonId, UserId
from booking_domain.statistics.customers import CustomerVisits
from booking_domain.statistics.model import RosterDay
from booking_domain.statistics.ports import RosterReads, Rosters, VisitReads, Visits

statistics_visits: Final = Table(
    "statistics_visits",
    metadata,
    Column("provider_id", Uuid, ForeignKey("providers.id"), primary_key=True),
    Column("customer_id", Uuid, ForeignKey("users.id"), primary_key=True),
    # Tells the salons of one customer apart.
    Column("position", Integer, primary_key=True),
    Column("salon_id", Uuid),
    # Days, rebooked days, cycle, and what was earned by currency: JSON is read ten times faster than arrays.
    Column("visits", JSONB, nullable=False),
    Index("statistics_visits_salon_id_idx", "salon_id"),
    Index("statistics_visits_customer_id_idx", "customer_id"),
    info=personal_data(
        "customer_id",
        erase=Kept("dates and sums of appointments, which are kept"),
        handover=Kept("dates of a customer's appointments"),
        export=NotExported("derived from the bookings, which are exported"),
    ),
)
statistics_rosters: Final = Table(
    "statistics_rosters",
    metadata,
    Column("provider_id", Uuid, ForeignKey("providers.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("salon_id", Uuid),
    Column("minutes", Integer, nullable=False),
    Index("statistics_rosters_salon_id_day_idx", "salon_id", "day"),
    info=personal_data(
        "provider_id",
        erase=Kept("how long a profile was open, without a person"),
        handover=Kept("how long the profile was open"),
        export=NotExported("derived from the calendar, which is exported"),
    ),
)


_v: Final = statistics_visits.c
_COLUMNS: Final = (_v.customer_id, _v.salon_id, _v.visits)


def _read(row: Row) -> CustomerVisits:
    customer_id, salon_id, visits = row
    days, rebooked, cycle, earned = visits
    return CustomerVisits(
        customer_id=customer_id,
        salon_id=salon_id,
        days=tuple(days),
        rebooked=tuple(rebooked),
        cycle=cycle,
        earned=earned,
    )


def _written(visits: CustomerVisits) -> str:
    return json.dumps([visits.days, visits.rebooked, visits.cycle, dict(visits.earned)])


ROSTER: Final = Mapper(statistics_rosters, RosterDay, elsewhere=("provider_id",))
_b: Final = bookings.c
_r: Final = statistics_rosters.c
_OF: Final = bindparam("provider_id", type_=Uuid())
_SALON: Final = bindparam("salon_id", type_=Uuid())
_one: Final = bookings.alias("one")
_SAME_CUSTOMER: Final = Statement(
    select(_b.id)
    .join_from(bookings, _one, (_one.c.customer_id == _b.customer_id) & (_one.c.provider_id == _b.provider_id))
    .where(_one.c.id == bindparam("booking_id"))
    .order_by(_b.id)
)
_OF_CUSTOMER: Final = (
    _v.provider_id == _OF,
    if_given("customer_id", _v.customer_id, _v.customer_id == bindparam("customer_id", type_=Uuid())),
)
_STORED: Final = Statement(select(*_COLUMNS).where(*_OF_CUSTOMER).order_by(_v.provider_id, _v.customer_id, _v.position))
_REMOVE: Final = Statement(delete(statistics_visits).where(*_OF_CUSTOMER))
_new_visits = select(
    _OF,
    *(
        func.unnest(bindparam(name, type_=ARRAY(kind)))
        for name, kind in (("customers", Uuid), ("positions", Integer), ("salons", Uuid))
    ),
    cast(func.unnest(bindparam("texts", type_=ARRAY(Text))), JSONB),
)
_ADD: Final = Statement(
    insert(statistics_visits).from_select(["provider_id", "customer_id", "position", "salon_id", "visits"], _new_visits)
)
_OF_SALON: Final = Statement(
    select(*_COLUMNS).where(_v.salon_id == _SALON).order_by(_v.provider_id, _v.customer_id, _v.position)
)
_columns = [bindparam(name, type_=ARRAY(_r[name].type)) for name in ("day", "salon_id", "minutes")]
_new = insert(statistics_rosters).from_select(
    ["provider_id", "day", "salon_id", "minutes"], select(_OF, *(func.unnest(each) for each in _columns))
)
_PUT_ROSTER: Final = Statement(
    _new.on_conflict_do_update(
        index_elements=["provider_id", "day"],
        set_={"salon_id": _new.excluded.salon_id, "minutes": _new.excluded.minutes},
        where=_r.day >= bindparam("since", type_=Date()),
    )
)
_DAYS: Final = (_r.day >= bindparam("first", type_=Date()), _r.day <= bindparam("last", type_=Date()))
_ROSTER_OF: Final = Statement(select(*ROSTER.columns).where(_r.provider_id == _OF, *_DAYS).order_by(_r.day))
_ROSTERS_IN: Final = Statement(
    select(*ROSTER.columns).where(_r.salon_id == _SALON, *_DAYS).order_by(_r.day, _r.provider_id)
)


class PostgresVisits(WithWork, Visits):
    """`Visits` in `statistics_visits`."""

    async def booking_ids(self, booking_id: BookingId) -> Sequence[BookingId]:
        return [BookingId(found) for (found,) in await self._work.all(_SAME_CUSTOMER, booking_id=booking_id)]

    async def get(self, provider_id: ProviderId, customer_id: UserId | None) -> Sequence[CustomerVisits]:
        return await self._work.each(_read, _STORED, provider_id=provider_id, customer_id=customer_id)

    async def put(self, provider_id: ProviderId, customer_id: UserId | None, visits: Sequence[CustomerVisits]) -> None:
        await self._work.execute(_REMOVE, provider_id=provider_id, customer_id=customer_id)
        if visits:
            await self._work.execute(
                _ADD,
                provider_id=provider_id,
                customers=[each.customer_id for each in visits],
                positions=list(range(len(visits))),
                salons=[each.salon_id for each in visits],
                texts=[_written(each) for each in visits],
            )


class PostgresVisitReads(WithWork, VisitReads):
    """`VisitReads` of `statistics_visits`."""

    async def of_provider(self, provider_id: ProviderId) -> Sequence[CustomerVisits]:
        return await self._work.each(_read, _STORED, provider_id=provider_id, customer_id=None)

    async def of_salon(self, salon_id: SalonId) -> Sequence[CustomerVisits]:
        return await self._work.each(_read, _OF_SALON, salon_id=salon_id)


class PostgresRosters(WithWork, Rosters):
    """`Rosters` in `statistics_rosters`."""

    async def put(self, provider_id: ProviderId, days: Sequence[RosterDay], since: date) -> None:
        columns = {name: [getattr(each, name) for each in days] for name in ("day", "salon_id", "minutes")}
        await self._work.execute(_PUT_ROSTER, provider_id=provider_id, since=since, **columns)


class PostgresRosterReads(WithWork, RosterReads):
    """`RosterReads` of `statistics_rosters`."""

    async def of_provider(self, provider_id: ProviderId, first: date, last: date) -> Sequence[RosterDay]:
        return await self._work.each(ROSTER.read, _ROSTER_OF, provider_id=provider_id, first=first, last=last)

    async def of_salon(self, salon_id: SalonId, first: date, last: date) -> Sequence[RosterDay]:
        return await self._work.each(ROSTER.read, _ROSTERS_IN, salon_id=salon_id, first=first, last=last)
