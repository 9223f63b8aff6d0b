"""What accounts have left in all tables, on PostgreSQL: the one list of what is cleared when an account is erased."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Table, Uuid, and_, bindparam, delete, exists, literal_column, null, or_, select, update
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import Text

from adapters.postgres.bookings.tables import booking_events, bookings
from adapters.postgres.catalogue.tables import providers, salon_invitations
from adapters.postgres.idempotency import idempotency_keys
from adapters.postgres.identity.tables import (
    calendar_links,
    external_identities,
    login_history,
    one_time_codes,
    phone_changes,
    recovery_codes,
    sessions,
    totp_factors,
    wrong_passwords,
)
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Work
from adapters.postgres.notifications.tables import sms_messages
from adapters.postgres.payments.tables import payments
from adapters.postgres.scheduling.tables import (
    availability_blocks,
    availability_exceptions,
    availability_rules,
    calendar_feeds,
    claims,
    waiting_list,
)
from booking_domain.bookings.transitions import Status
from booking_domain.identity.model import ERASED_NAME
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.scheduling.claims import ClaimKind
from booking_domain.scheduling.waiting import OPEN, WaitingStatus
from booking_domain.shared.ids import UserId
from booking_domain.workflows.personal_data import TO_COME, ErasureBlockers, PersonalData

_b: Final = bookings.c
_WHO: Final = bindparam("who", type_=Uuid())
_NOW: Final = bindparam("now", type_=_b.ends_at.type)
_A_PARTY: Final = or_(_b.customer_id == _WHO, _b.provider_user_id == _WHO)
_THEIR_BOOKINGS: Final = select(_b.id).where(_A_PARTY)
_BOOKED: Final = select(_b.id).where(_b.customer_id == _WHO)
_THEIR_PROVIDER: Final = select(providers.c.id).where(providers.c.owner_id == _WHO)
_HELD: Final = and_(claims.c.customer_id == _WHO, claims.c.kind == literal_column(f"'{ClaimKind.HOLD.value}'"))

_TIES: Final = Statement(
    select(
        exists().where(
            _A_PARTY,
            or_(
                and_(or_(*(_b.status == status.value for status in sorted(TO_COME))), _b.ends_at > _NOW),
                _b.status == Status.DISPUTED.value,
            ),
        ),
        exists().where(
            payments.c.booking_id.in_(_THEIR_BOOKINGS),
            payments.c.status == PaymentStatus.REFUND_PENDING.value,
        ),
    )
)
_LEAVE: Final = (
    Statement(delete(claims).where(_HELD)),
    Statement(
        update(waiting_list)
        .where(
            waiting_list.c.customer_id == _WHO, or_(*(waiting_list.c.status == status.value for status in sorted(OPEN)))
        )
        .values(status=WaitingStatus.LEFT.value)
    ),
)


def _all_of(table: Table, column: str, of: Any = _WHO) -> tuple[Table, UpdateBase]:
    """Rows that go as a whole."""
    owner = table.c[column]
    return table, delete(table).where(owner == of if of is _WHO else owner.in_(of))


_CLEARED: Final[Sequence[tuple[Table, UpdateBase]]] = (
    _all_of(sessions, "user_id"),
    _all_of(login_history, "user_id"),
    _all_of(one_time_codes, "user_id"),
    _all_of(wrong_passwords, "account"),
    _all_of(phone_changes, "user_id"),
    _all_of(external_identities, "user_id"),
    _all_of(recovery_codes, "user_id"),
    _all_of(totp_factors, "user_id"),
    _all_of(calendar_links, "user_id"),
    _all_of(idempotency_keys, "caller"),
    _all_of(waiting_list, "customer_id"),
    (claims, delete(claims).where(_HELD)),
    (
        bookings,
        update(bookings).where(_b.customer_id == _WHO, _b.notes != "").values(notes="", version=_b.version + 1),
    ),
    (
        booking_events,
        update(booking_events)
        .where(
            booking_events.c.booking_id.in_(_THEIR_BOOKINGS),
            booking_events.c.by_id == _WHO,
            booking_events.c.reason.is_not(None),
        )
        .values(reason=null()),
    ),
    (
        payments,
        update(payments)
        .where(payments.c.booking_id.in_(_BOOKED), payments.c.raw_payload.is_not(None))
        .values(raw_payload=null(), version=payments.c.version + 1),
    ),
    (
        sms_messages,
        update(sms_messages).where(sms_messages.c.user_id == _WHO).values(to_masked="", to_digest=b""),
    ),
    _all_of(availability_rules, "provider_id", _THEIR_PROVIDER),
    _all_of(availability_exceptions, "provider_id", _THEIR_PROVIDER),
    _all_of(availability_blocks, "provider_id", _THEIR_PROVIDER),
    _all_of(calendar_feeds, "provider_id", _THEIR_PROVIDER),  # and with them busy_times
    _all_of(salon_invitations, "provider_id", _THEIR_PROVIDER),
    (
        providers,
        update(providers)
        .where(providers.c.owner_id == _WHO)
        .values(
            display_name=ERASED_NAME,
            bio="",
            styles=array([], type_=Text),
            address="",
            lat=null(),
            lon=null(),
            review_note=null(),
            salon_id=null(),
            version=providers.c.version + 1,
        ),
    ),
)
"""Each table with something personal of an account, and how that goes. The account's own row is the domain's matter."""
CLEARED_TABLES: Final = frozenset(table.name for table, _ in _CLEARED)
_CLEAR: Final = tuple(Statement(statement) for _, statement in _CLEARED)


class PostgresPersonalData(PersonalData):
    """`PersonalData` over all tables."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def erasure_blockers(self, user_id: UserId, now: datetime) -> ErasureBlockers:
        row = await self._work.one(_TIES, who=user_id, now=now)
        return ErasureBlockers(*row) if row is not None else ErasureBlockers(bookings=True, money=True)

    async def leave_queues(self, user_id: UserId) -> None:
        for statement in _LEAVE:
            await self._work.execute(statement, who=user_id)

    async def clear(self, user_id: UserId) -> None:
        for statement in _CLEAR:
            await self._work.execute(statement, who=user_id)
