"""Links to calendars on PostgreSQL, and the appointments that those calendars show."""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, bindparam, delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.bookings import booking_of
from adapters.postgres.statements import Statement
from adapters.postgres.tables import bookings, calendar_links, providers, users
from adapters.postgres.work import Work
from booking_domain.bookings.transitions import CLAIMS_TIME, Party, Status
from booking_domain.identity.calendar_links import CalendarLink, CalendarLinkReads, CalendarLinks
from booking_domain.shared.ids import UserId
from booking_domain.workflows.ports import AppointmentReads
from booking_domain.workflows.views import Appointment

_l: Final = calendar_links.c
_b: Final = bookings.c
_new: Final = insert(calendar_links)
_SAVE: Final = Statement(
    _new.on_conflict_do_update(
        index_elements=[_l.user_id],
        set_={"secret_digest": _new.excluded.secret_digest, "created_at": _new.excluded.created_at},
    )
)
_REMOVE: Final = Statement(delete(calendar_links).where(_l.user_id == bindparam("user_id")))
_USER_OF: Final = Statement(select(_l.user_id).where(_l.secret_digest == bindparam("secret_digest")))


def _appointments(*whose: ColumnElement[bool]) -> Statement:
    return Statement(
        select(bookings, providers.c.display_name, providers.c.address, users.c.name)
        .select_from(
            bookings.join(providers, providers.c.id == _b.provider_id).join(users, users.c.id == _b.customer_id)
        )
        .where(
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


class PostgresCalendarLinks(CalendarLinks):
    """`CalendarLinks` in the table `calendar_links`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def save(self, link: CalendarLink) -> None:
        await self._work.send(_SAVE, user_id=link.user_id, secret_digest=link.secret_digest, created_at=link.created_at)

    async def remove(self, user_id: UserId) -> None:
        await self._work.send(_REMOVE, user_id=user_id)


class PostgresCalendarLinkReads(CalendarLinkReads):
    """`CalendarLinkReads` of the table `calendar_links`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def user_of(self, secret_digest: bytes) -> UserId | None:
        row = await self._work.one(_USER_OF, secret_digest=secret_digest)
        return None if row is None else UserId(row[0])


class PostgresAppointmentReads(AppointmentReads):
    """`AppointmentReads` of `bookings` with the names in `providers` and `users`."""

    def __init__(self, work: Work) -> None:
        self._work = work

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
        return [
            Appointment(
                booking=booking_of(tuple(row)), provider_name=name, provider_address=address, customer_name=customer
            )
            for *row, name, address, customer in reversed(rows)
        ]
