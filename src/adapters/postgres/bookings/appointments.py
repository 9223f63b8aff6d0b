"""Bookings with the names of both parties, as calendars show them."""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, bindparam, or_, select

from adapters.postgres.bookings.bookings import BOOKING
from adapters.postgres.bookings.tables import bookings
from adapters.postgres.catalogue.tables import providers
from adapters.postgres.identity.tables import users
from adapters.postgres.kit.listing import chosen_by, one_of, pages, values_of
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Row, WithWork
from booking_domain.bookings.transitions import CLAIMS_TIME, Party, Status
from booking_domain.shared.ids import UserId
from booking_domain.workflows.listings import BookingListFilter, BookingListOrder
from booking_domain.workflows.ports import AppointmentReads
from booking_domain.workflows.views import Appointment

_b: Final = bookings.c
_APPOINTMENTS: Final[Select[tuple[object, ...]]] = select(
    *BOOKING.columns, providers.c.display_name, providers.c.address, users.c.name
).select_from(bookings.join(providers, providers.c.id == _b.provider_id).join(users, users.c.id == _b.customer_id))


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
_PAGES: Final = pages(
    _APPOINTMENTS.where(one_of("statuses", _b.status), *chosen_by(bookings, _b.starts_at)), bookings, BookingListOrder
)


class PostgresAppointmentReads(WithWork, AppointmentReads):
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
        return [_appointment(row) for row in reversed(rows)]

    async def page(self, chosen: BookingListFilter) -> list[Appointment]:
        statuses = [status.value for status in chosen.statuses] or None
        rows = await self._work.all(_PAGES[chosen.order], statuses=statuses, **values_of(chosen))
        return [_appointment(row) for row in rows]


def _appointment(row: Row) -> Appointment:
    *booking, name, address, customer = row
    return Appointment(
        booking=BOOKING.read(booking), provider_name=name, provider_address=address, customer_name=customer
    )
