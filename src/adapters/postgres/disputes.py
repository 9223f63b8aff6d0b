"""Disputes and their statements on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    Select,
    Table,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.sql.dml import UpdateBase

from adapters.postgres.bookings.tables import bookings, walk_ins
from adapters.postgres.bookings.walk_ins import CUSTOMER_NAME, is_searched, searched
from adapters.postgres.catalogue.tables import providers
from adapters.postgres.identity.tables import users
from adapters.postgres.kit.codec import Converted, Mapper
from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part, part_with_cipher
from adapters.postgres.kit.encryption import WithCipher
from adapters.postgres.kit.listing import parameters
from adapters.postgres.kit.metadata import instant, metadata, one_of
from adapters.postgres.kit.personal_data import USER, LeftToOwner, personal_data
from adapters.postgres.kit.rows import Rows, VersionedRows
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import Row
from booking_domain.disputes.model import (
    DECISION_REMINDER,
    STATEMENT_REMINDER,
    Dispute,
    DisputeExists,
    DisputeId,
    EvidenceKind,
    FinalBookingStatus,
    Resolution,
    Side,
    StatementId,
    Verdict,
)
from booking_domain.disputes.model import Statement as DisputeStatement
from booking_domain.disputes.ports import DisputeFilter, DisputeOrder, DisputeReads, Disputes, DisputeView
from booking_domain.disputes.transitions import DisputeStatus
from booking_domain.shared.ids import BookingId, UserId
from booking_domain.shared.money import Money


def _clear_words(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    """Clear the initiator's reason, and the admin's note about a party; the decision stays."""
    of_party = and_(or_(table.c.customer_id == USER, table.c.provider_user_id == USER), table.c.note.is_not(None))
    written = or_(owned & (table.c.reason != ""), of_party & (table.c.note != ""))
    return (
        update(table)
        .where(written)
        .values(
            reason=case((owned, ""), else_=table.c.reason),
            note=case((of_party, ""), else_=table.c.note),
            version=table.c.version + 1,
        )
    )


def _clear_text(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    return update(table).where(owned, table.c.text != "").values(text="")


disputes: Final = Table(
    "disputes",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("booking_id", Uuid, ForeignKey("bookings.id"), nullable=False),
    Column("provider_id", Uuid, ForeignKey("providers.id"), nullable=False),
    Column("customer_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("provider_user_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("initiator_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("by_admin", Boolean, nullable=False),
    Column("booking_was", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("status", Text, nullable=False),
    instant("opened_at"),
    instant("statement_due_at"),
    instant("decision_due_at"),
    instant("statement_reminded_at", nullable=True),
    instant("decision_reminded_at", nullable=True),
    Column("resolution", Text),
    Column("refund_amount", BigInteger),
    Column("refund_currency", Text),
    Column("booking_status", Text),
    Column("note", Text),
    instant("closed_at", nullable=True),
    Column("version", Integer, nullable=False),
    one_of("status", DisputeStatus),
    one_of("booking_was", FinalBookingStatus),
    one_of("booking_status", FinalBookingStatus),
    one_of("resolution", Resolution),
    CheckConstraint("initiator_id IN (customer_id, provider_user_id)", name="initiator"),
    CheckConstraint("refund_amount >= 0", name="refund_amount"),
    CheckConstraint("(status = 'open') = (closed_at IS NULL)", name="closed"),
    CheckConstraint(
        "num_nulls(resolution, refund_amount, refund_currency, booking_status, note)"
        " = CASE WHEN status = 'resolved' THEN 0 ELSE 5 END",
        name="verdict",
    ),
    # A booking has one open dispute at most.
    Index("disputes_one_open_key", "booking_id", unique=True, postgresql_where=text("status = 'open'")),
    Index("disputes_booking_id_idx", "booking_id"),
    Index("disputes_customer_id_id_idx", "customer_id", "id"),
    Index("disputes_provider_user_id_id_idx", "provider_user_id", "id"),
    Index("disputes_provider_id_id_idx", "provider_id", "id"),
    Index("disputes_open_idx", "id", postgresql_where=text("status = 'open'")),
    info=personal_data("initiator_id", erase=_clear_words, handover=LeftToOwner("disputes"), export="disputes"),
)

dispute_statements: Final = Table(
    "dispute_statements",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("dispute_id", Uuid, ForeignKey("disputes.id"), nullable=False),
    Column("author_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("side", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    instant("created_at"),
    one_of("side", Side),
    one_of("kind", EvidenceKind),
    Index("dispute_statements_dispute_id_id_idx", "dispute_id", "id"),
    Index("dispute_statements_author_id_idx", "author_id"),
    info=personal_data("author_id", erase=_clear_text, handover=LeftToOwner("disputes"), export="disputes"),
)


def _verdict_columns(verdict: Verdict) -> tuple[str, int, str, str, str]:
    refund = verdict.refund
    return verdict.resolution.value, refund.amount, refund.currency, verdict.booking_status.value, verdict.note


def _verdict_of(resolution: str, amount: int, currency: str, status: str, note: str) -> Verdict:
    return Verdict(
        resolution=Resolution(resolution),
        refund=Money(amount=amount, currency=currency),
        booking_status=FinalBookingStatus(status),
        note=note,
    )


DISPUTE: Final = Mapper(
    disputes,
    Dispute,
    verdict=Converted(
        "resolution",
        "refund_amount",
        "refund_currency",
        "booking_status",
        "note",
        write=_verdict_columns,
        read=_verdict_of,
    ),
    changes=(
        "status",
        "statement_reminded_at",
        "decision_reminded_at",
        "resolution",
        "refund_amount",
        "refund_currency",
        "booking_status",
        "note",
        "closed_at",
        "version",
    ),
)
STATEMENT: Final = Mapper(dispute_statements, DisputeStatement)
_d: Final = disputes.c
_s: Final = dispute_statements.c
_b: Final = bookings.c
# Written out, so that the partial indexes serve.
_OPEN: Final = _d.status == literal_column(f"'{DisputeStatus.OPEN.value}'")
_ADD_STATEMENT: Final = STATEMENT.insert()
_GET: Final = Statement(select(*DISPUTE.columns).where(_d.id == bindparam("dispute_id")))
_OF_BOOKING: Final = Statement(select(*DISPUTE.columns).where(_d.booking_id == bindparam("booking_id")).order_by(_d.id))
_STATEMENTS: Final = Statement(
    select(*STATEMENT.columns).where(_s.dispute_id == bindparam("dispute_id")).order_by(_s.id)
)
_STATEMENT: Final = Statement(select(*STATEMENT.columns).where(_s.id == bindparam("statement_id")))
_VIEW: Final[Select[tuple[object, ...]]] = select(
    *DISPUTE.columns, _b.reference, _b.currency, CUSTOMER_NAME, providers.c.display_name
).select_from(
    disputes.join(bookings, _b.id == _d.booking_id)
    .join(users, users.c.id == _d.customer_id)
    .outerjoin(walk_ins, walk_ins.c.booking_id == _b.id)
    .join(providers, providers.c.id == _d.provider_id)
)
_NAMES: Final = 4
_ONE: Final = Statement(_VIEW.where(_d.id == bindparam("dispute_id")))


def _page(order: DisputeOrder) -> Statement:
    newest = order is DisputeOrder.NEWEST
    follows = _d.id < bindparam("after") if newest else _d.id > bindparam("after")
    return Statement(
        _VIEW.where(
            if_given(
                "party_id",
                _d.customer_id,
                or_(_d.customer_id == bindparam("party_id"), _d.provider_user_id == bindparam("party_id")),
            ),
            if_given("status", _d.status, _d.status == bindparam("status")),
            if_given("opened_from", _d.opened_at, _d.opened_at >= bindparam("opened_from")),
            if_given("opened_before", _d.opened_at, _d.opened_at < bindparam("opened_before")),
            if_given("overdue_at", _d.opened_at, and_(_OPEN, _d.decision_due_at < bindparam("overdue_at"))),
            if_given("provider_id", _d.provider_id, _d.provider_id == bindparam("provider_id")),
            if_given("customer_id", _d.customer_id, _d.customer_id == bindparam("customer_id")),
            if_given("booking_id", _d.booking_id, _d.booking_id == bindparam("booking_id")),
            if_given("reference", _b.reference, _b.reference == bindparam("reference")),
            is_searched(),
            if_given("after", _d.id, follows),
        )
        .order_by(_d.id.desc() if newest else _d.id)
        .limit(bindparam("most"))
    )


_PAGE: Final = {order: _page(order) for order in DisputeOrder}
_TO_REMIND: Final = Statement(
    select(_d.id)
    .where(
        _OPEN,
        or_(
            and_(
                _d.statement_reminded_at.is_(None),
                _d.statement_due_at <= bindparam("statement_due_by", type_=_d.statement_due_at.type),
            ),
            and_(
                _d.decision_reminded_at.is_(None),
                _d.decision_due_at <= bindparam("decision_due_by", type_=_d.decision_due_at.type),
            ),
        ),
    )
    .order_by(_d.id)
    .limit(bindparam("most"))
)
_OF_PARTY: Final = Statement(
    select(*DISPUTE.columns)
    .where(
        or_(_d.customer_id == bindparam("user_id"), _d.provider_user_id == bindparam("user_id")),
        if_given("after", _d.id, _d.id > bindparam("after")),
    )
    .order_by(_d.id)
    .limit(bindparam("most"))
)


def _view_of(row: Row) -> DisputeView:
    reference, currency, customer, provider = row[-_NAMES:]
    return DisputeView(
        dispute=DISPUTE.read(row[:-_NAMES]),
        booking_reference=reference,
        currency=currency,
        customer_name=customer,
        provider_name=provider,
    )


class PostgresDisputes(VersionedRows[Dispute], Disputes):
    """`Disputes` in the tables `disputes` and `dispute_statements`."""

    rows = Rows(DISPUTE, "dispute")

    async def add_statements(self, statements: Sequence[DisputeStatement]) -> None:
        for statement in statements:
            await self._work.execute(_ADD_STATEMENT, **STATEMENT.write(statement))

    async def get(self, dispute_id: DisputeId) -> Dispute | None:
        return await self._work.first(DISPUTE.read, _GET, dispute_id=dispute_id)

    async def of_booking(self, booking_id: BookingId) -> list[Dispute]:
        return await self._work.each(DISPUTE.read, _OF_BOOKING, booking_id=booking_id)

    async def statements(self, dispute_id: DisputeId) -> list[DisputeStatement]:
        return await self._work.each(STATEMENT.read, _STATEMENTS, dispute_id=dispute_id)

    async def statement(self, statement_id: StatementId) -> DisputeStatement | None:
        return await self._work.first(STATEMENT.read, _STATEMENT, statement_id=statement_id)


class PostgresDisputeReads(WithCipher, DisputeReads):
    """`DisputeReads` of `disputes` with the references in `bookings` and the names in `users` and `providers`."""

    async def get(self, dispute_id: DisputeId) -> DisputeView | None:
        return await self._work.first(_view_of, _ONE, dispute_id=dispute_id)

    async def page(self, criteria: DisputeFilter) -> list[DisputeView]:
        found = parameters(criteria) | searched(criteria.text, self._cipher)
        return await self._work.each(_view_of, _PAGE[criteria.order], **found)

    async def statements(self, dispute_id: DisputeId) -> list[DisputeStatement]:
        return await self._work.each(STATEMENT.read, _STATEMENTS, dispute_id=dispute_id)

    async def to_remind(self, now: datetime, limit: int) -> list[DisputeId]:
        return await self._work.each(
            lambda row: DisputeId(row[0]),
            _TO_REMIND,
            statement_due_by=now + STATEMENT_REMINDER,
            decision_due_by=now + DECISION_REMINDER,
            most=limit,
        )

    async def of_party(self, user_id: UserId, after: DisputeId | None, limit: int) -> list[Dispute]:
        return await self._work.each(DISPUTE.read, _OF_PARTY, user_id=user_id, after=after, most=limit)


CONTEXT: Final = PostgresContext(
    tables=(disputes, dispute_statements), conflicts={"disputes_one_open_key": DisputeExists}
)


class DisputeRepositories(RepositoryGroup):
    """The repositories of this context."""

    disputes = part(PostgresDisputes)


class DisputeReadGroup(ReadGroup):
    """The reads of this context."""

    disputes = part_with_cipher(PostgresDisputeReads)
