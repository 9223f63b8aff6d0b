"""What only an export reads, on PostgreSQL."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Table, bindparam, func, select

from adapters.postgres.bookings import event_of
from adapters.postgres.payments import payment_of
from adapters.postgres.salons import SALON_COLUMNS, salon_of
from adapters.postgres.sessions import session_of
from adapters.postgres.sms import message_of
from adapters.postgres.statements import Statement, if_given
from adapters.postgres.tables import booking_events, external_identities, payments, salons, sessions, sms_messages
from adapters.postgres.work import Work
from booking_domain.bookings.model import BookingEvent
from booking_domain.catalogue.salons import Salon
from booking_domain.identity.external_identities import ExternalIdentity, IdentityProvider
from booking_domain.identity.sessions import Session
from booking_domain.notifications.sms import SmsMessage
from booking_domain.payments.model import Payment
from booking_domain.shared.ids import BookingId, SessionId, SmsId, UserId

Part = TypeVar("Part", BookingEvent, Payment)


def _page(table: Table) -> Statement:
    return Statement(
        select(table)
        .where(table.c.user_id == bindparam("who"), if_given("after", table.c.id, table.c.id > bindparam("after")))
        .order_by(table.c.id)
        .limit(bindparam("most"))
    )


def _ids(table: Table) -> Any:
    return table.c.booking_id == func.any(bindparam("ids"))


_SESSIONS: Final = _page(sessions)
_TEXTS: Final = _page(sms_messages)
_SALONS: Final = Statement(select(*SALON_COLUMNS).where(salons.c.manager_id == bindparam("who")).order_by(salons.c.id))
_IDENTITIES: Final = Statement(
    select(external_identities)
    .where(external_identities.c.user_id == bindparam("who"))
    .order_by(external_identities.c.provider)
)
_EVENTS: Final = Statement(
    select(*(column for column in booking_events.c if column.name != "seq"))
    .where(_ids(booking_events))
    .order_by(booking_events.c.seq)
)
_TRANSACTIONS: Final = Statement(select(payments).where(_ids(payments)).order_by(payments.c.created_at, payments.c.id))


class ExportViews:
    """Reads of what an export shows."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def sessions(self, user_id: UserId, after: SessionId | None, limit: int) -> list[Session]:
        """A page of sessions."""
        return [session_of(row) for row in await self._work.all(_SESSIONS, who=user_id, after=after, most=limit)]

    async def texts(self, user_id: UserId, after: SmsId | None, limit: int) -> list[SmsMessage]:
        """A page of text messages."""
        return [message_of(row) for row in await self._work.all(_TEXTS, who=user_id, after=after, most=limit)]

    async def identities(self, user_id: UserId) -> list[ExternalIdentity]:
        """All identities of an account."""
        return [
            ExternalIdentity(
                provider=IdentityProvider(provider), subject=subject, user_id=UserId(owner), linked_at=linked_at
            )
            for provider, subject, owner, linked_at in await self._work.all(_IDENTITIES, who=user_id)
        ]

    async def salons(self, manager_id: UserId) -> list[Salon]:
        """All salons of a manager."""
        return [salon_of(row) for row in await self._work.all(_SALONS, who=manager_id)]

    async def events(self, booking_ids: Sequence[BookingId]) -> Mapping[BookingId, list[BookingEvent]]:
        """The audit trails."""
        return _by_booking(booking_ids, map(event_of, await self._work.all(_EVENTS, ids=list(booking_ids))))

    async def payments(self, booking_ids: Sequence[BookingId]) -> Mapping[BookingId, list[Payment]]:
        """The movements of money."""
        return _by_booking(booking_ids, map(payment_of, await self._work.all(_TRANSACTIONS, ids=list(booking_ids))))


def _by_booking(booking_ids: Iterable[BookingId], parts: Iterable[Part]) -> dict[BookingId, list[Part]]:
    """What there is of each booking, in the order in which it was read."""
    found: dict[BookingId, list[Part]] = {booking_id: [] for booking_id in booking_ids}
    for part in parts:
        found[part.booking_id].append(part)
    return found
