"""Bookings with the names of both parties, as calendars show them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Uuid,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)

from adapters.postgres.bookings.bookings import BOOKING
from adapters.postgres.bookings.tables import IS_TO_COME, bookings, walk_ins
from adapters.postgres.bookings.walk_ins import (
    CUSTOMER_ID,
    CUSTOMER_NAME,
    is_customer,
    is_searched,
    searched,
    walk_in_of,
)
from adapters.postgres.catalogue.tables import providers, salons, venues
from adapters.postgres.catalogue.venues import VENUE
from adapters.postgres.identity.tables import users
from adapters.postgres.identity.users import PHONE
from adapters.postgres.kit.encryption import WithCipher
from adapters.postgres.kit.listing import chosen_by, one_of, pages, pages_by_id, parameters, within
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import Row
from booking_domain.bookings.transitions import CLAIMS_TIME, Party, Status
from booking_domain.shared.ids import BookingId, CustomerId, SalonId, UserId
from booking_domain.use_cases.platform.listings import BookingListFilter, BookingListOrder
from booking_domain.use_cases.platform.ports import AppointmentReads
from booking_domain.use_cases.platform.views import Appointment, SalonName

_b: Final = bookings.c
_other: Final = bookings.alias("other")
_o: Final = _other.c


def _claims_time(table: FromClause) -> ColumnElement[bool]:
    return and_(
        or_(*(table.c.status == status.value for status in Status if CLAIMS_TIME[status])),
        or_(table.c.status != Status.REQUESTED.value, table.c.requests_claim_time),
    )


def _beside(*others: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the provider has another such booking whose blocked range overlaps that of a booking."""
    blocked, own = (func.tstzrange(each.blocked_from, each.blocked_until) for each in (_o, _b))
    return exists(
        select(_o.id).where(
            _o.provider_id == _b.provider_id, _o.id != _b.id, blocked.op("&&")(own), _claims_time(_other), *others
        )
    )


_IS_OVERBOOKED: Final = and_(_claims_time(bookings), or_(_beside(_o.overbooked), and_(_b.overbooked, _beside())))
_VENUE_ID: Final = cast(
    func.jsonb_path_query_first(_b.services, literal_column("'$[*].venue_id'")).op("#>>")(literal_column("'{}'")), Uuid
)
_APPOINTMENTS: Final[Select[tuple[object, ...]]] = select(
    *BOOKING.columns,
    providers.c.display_name,
    providers.c.address,
    providers.c.time_zone,
    salons.c.id,
    salons.c.name,
    salons.c.manager_id,
    CUSTOMER_ID,
    CUSTOMER_NAME,
    users.c.email,
    users.c.phone_sealed,
    walk_ins.c.name,
    walk_ins.c.phone_sealed,
    _IS_OVERBOOKED,
    *VENUE.columns,
).select_from(
    bookings.join(providers, providers.c.id == _b.provider_id)
    .join(users, users.c.id == _b.customer_id)
    .outerjoin(salons, salons.c.id == providers.c.salon_id)
    .outerjoin(walk_ins, walk_ins.c.booking_id == _b.id)
    .outerjoin(venues, venues.c.id == _VENUE_ID)
)


def _appointments(*whose: ColumnElement[bool]) -> Statement:
    return Statement(
        _APPOINTMENTS.where(
            *whose,
            _b.starts_at >= bindparam("starts_from"),
            or_(
                *(_b.status == status.value for status in Status if CLAIMS_TIME[status]),
                _b.updated_at >= bindparam("ended_from"),
            ),
        )
        .order_by(_b.starts_at.desc(), _b.id.desc())
        .limit(bindparam("most"))
    )


_GIVEN: Final = _appointments(_b.provider_user_id == bindparam("user_id"))
_GONE_TO: Final = _appointments(_b.customer_id == bindparam("user_id"), _b.provider_user_id != bindparam("user_id"))
_ONE: Final = Statement(_APPOINTMENTS.where(_b.id == bindparam("booking_id")))
_OF_SALON: Final = if_given("salon_id", providers.c.salon_id, providers.c.salon_id == bindparam("salon_id"))


def _chosen(is_customer: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    return (
        one_of("statuses", _b.status),
        *chosen_by(bookings, _b.starts_at, is_customer),
        if_given("upcoming_at", _b.ends_at, and_(IS_TO_COME, _b.ends_at > bindparam("upcoming_at"))),
        if_given("past_at", _b.ends_at, not_(and_(IS_TO_COME, _b.ends_at > bindparam("past_at")))),
        if_given("ends_after", _b.ends_at, _b.ends_at > bindparam("ends_after")),
    )


_LISTED: Final = _APPOINTMENTS.where(
    *_chosen(is_customer(bindparam("customer_id", type_=_b.id.type))), is_searched(), _OF_SALON
)
_OF_PARTY: Final = (_b.customer_id == bindparam("party"), _b.provider_user_id == bindparam("party"))
# An array, so that the planner combines the indexes of the three columns.
_MEMBERS: Final = func.array(
    select(providers.c.id)
    .join(salons, salons.c.id == providers.c.salon_id)
    .where(salons.c.manager_id == bindparam("manager_id"))
    .scalar_subquery()
)
_BY_CREATION: Final = (BookingListOrder.NEWEST, BookingListOrder.OLDEST)
_BY_START: Final = (BookingListOrder.EARLIEST_START, BookingListOrder.LATEST_START)
_IDS: Final = select(_b.id).where(*_chosen(true()))
_IDS_IN_PERIOD: Final = _IDS.where(*within(_b.starts_at))
_IDS_JOINED: Final = _LISTED.with_only_columns(_b.id, maintain_column_froms=True)
_IDS_JOINED_IN_PERIOD: Final = _IDS_JOINED.where(*within(_b.starts_at))


def _pages(
    ids: Select[Any], by_start: Select[Any], few: Select[Any] | None = None
) -> dict[BookingListOrder, Statement]:
    by_creation = pages_by_id(_APPOINTMENTS, ids, bookings, _BY_CREATION, few=few)
    return by_creation | pages_by_id(_APPOINTMENTS, by_start, bookings, _BY_START)


_PAGES: Final = {
    (False, False): _pages(_IDS, _IDS_IN_PERIOD),
    (False, True): _pages(_IDS_IN_PERIOD, _IDS_IN_PERIOD, _IDS_IN_PERIOD),
    (True, False): _pages(_IDS_JOINED, _IDS_JOINED_IN_PERIOD),
    (True, True): _pages(_IDS_JOINED, _IDS_JOINED_IN_PERIOD, _IDS_IN_PERIOD),
}
"""By whether a condition is on a table that bookings are joined with, and whether there is a period."""
_PAGES_OF_PARTY: Final = pages(_LISTED.where(or_(*_OF_PARTY)), bookings, BookingListOrder)
_PAGES_OF_MANAGER: Final = pages(
    _LISTED.where(or_(*_OF_PARTY, _b.provider_id == func.any(_MEMBERS))), bookings, BookingListOrder
)


def _pages_of(criteria: BookingListFilter) -> Mapping[BookingListOrder, Statement]:
    if criteria.party_id is not None:
        return _PAGES_OF_PARTY if criteria.manager_id is None else _PAGES_OF_MANAGER
    joined = any(each is not None for each in (criteria.customer_id, criteria.text, criteria.salon_id))
    return _PAGES[joined, criteria.at_from is not None or criteria.at_before is not None]


class PostgresAppointmentReads(WithCipher, AppointmentReads):
    """`AppointmentReads` of `bookings` with the names in `providers` and `users`."""

    async def of_user(
        self, user_id: UserId, party: Party, *, starts_from: datetime, ended_from: datetime, limit: int
    ) -> list[Appointment]:
        rows = await self._work.all(
            _GIVEN if party is Party.PROVIDER else _GONE_TO,
            user_id=user_id,
            starts_from=starts_from,
            ended_from=ended_from,
            most=limit,
        )
        return [self._appointment(row) for row in reversed(rows)]

    async def get(self, booking_id: BookingId) -> Appointment | None:
        return await self._work.first(self._appointment, _ONE, booking_id=booking_id)

    async def page(self, criteria: BookingListFilter) -> list[Appointment]:
        found = parameters(criteria) | searched(criteria.text, self._cipher) | {"party": criteria.party_id}
        return await self._work.each(self._appointment, _pages_of(criteria)[criteria.order], **found)

    def _appointment(self, row: Row) -> Appointment:
        columns, (name, address, time_zone, *rest) = row[: len(BOOKING.columns)], row[len(BOOKING.columns) :]
        salon_id, salon, manager_id, customer_id, customer, email, phone, walk_in, number, overbooked, *venue = rest
        booking = BOOKING.read(columns)
        return Appointment(
            booking=booking,
            provider_name=name,
            provider_address=address,
            provider_time_zone=time_zone,
            salon=None if salon_id is None else SalonName(id=SalonId(salon_id), name=salon, manager_id=manager_id),
            customer_id=CustomerId(customer_id),
            customer_name=customer,
            customer_email=email,
            overbooked=overbooked,
            venue=None if venue[0] is None else VENUE.read(venue),
            walk_in=None if walk_in is None else walk_in_of(booking.id, walk_in, number, self._cipher),
            customer_phone=None if phone is None else self._cipher.decrypt(phone, field=PHONE, row=booking.customer_id),
        )
