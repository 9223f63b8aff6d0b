"""Orders on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import (
    BigInteger,
    BindParameter,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from adapters.postgres.kit.advisory_locks import count_under_lock
from adapters.postgres.kit.codec import Columns, Converted, Mapper
from adapters.postgres.kit.metadata import instant, metadata, one_of
from adapters.postgres.kit.personal_data import Kept, personal_data
from adapters.postgres.kit.rows import Rows, VersionedRows
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import WithWork
from adapters.postgres.payments.payments import INVOICE
from booking_domain.payments.orders import Order, OrderId, OrderKind, OrderReads, OrderRefund, Orders, OrderStatus
from booking_domain.shared.ids import UserId
from booking_domain.shared.money import Money

orders: Final = Table(
    "orders",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    # The gift card, or the package once the order is paid.
    Column("subject_id", Uuid, nullable=False),
    # Of a package; without a reference, like the subject.
    Column("offer_id", Uuid),
    # Of a plan, and the number of the period that it pays.
    Column("plan_id", Uuid),
    Column("period", Integer),
    Column("customer_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("status", Text, nullable=False),
    Column("gateway", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("settled_amount", BigInteger, nullable=False),
    Column("returned_amount", BigInteger, nullable=False),
    Column("attempt", SmallInteger, nullable=False),
    instant("preparing_since", nullable=True),
    Column("invoice_reference", Text),
    Column("invoice", JSONB),
    # The refund that is not made yet.
    Column("refund", JSONB),
    Column("bank_reference", Text),
    instant("expires_at"),
    instant("checked_at", nullable=True),
    instant("paid_at", nullable=True),
    Column("receipt_sequence", Integer),
    Column("version", Integer, nullable=False),
    instant("created_at"),
    one_of("kind", OrderKind),
    CheckConstraint("(kind = 'plan') = (plan_id IS NOT NULL AND period IS NOT NULL)", name="plan"),
    one_of("status", OrderStatus),
    CheckConstraint(
        "amount > 0 AND settled_amount >= 0 AND returned_amount BETWEEN 0 AND settled_amount", name="amounts"
    ),
    CheckConstraint("(invoice IS NULL) = (invoice_reference IS NULL)", name="invoice"),
    Index("orders_customer_id_id_idx", "customer_id", "id"),
    Index("orders_subject_id_key", "subject_id", unique=True),
    Index("orders_plan_id_key", "plan_id", unique=True, postgresql_where=text("status = 'pending'")),
    Index("orders_invoice_reference_key", "invoice_reference", unique=True),
    Index("orders_receipt_sequence_key", "receipt_sequence", unique=True),
    Index("orders_expires_at_idx", "expires_at", postgresql_where=text("status = 'pending'")),
    Index("orders_refund_idx", "id", postgresql_where=text("refund IS NOT NULL")),
    info=personal_data("customer_id", erase=Kept("accounting"), handover=Kept("accounting"), export="orders"),
)


def _refund_json(refund: OrderRefund) -> Jsonb:
    return Jsonb(
        {
            "id": str(refund.id),
            "amount": refund.amount.amount,
            "currency": refund.amount.currency,
            "attempts": refund.attempts,
            "at": None if refund.at is None else refund.at.isoformat(),
        }
    )


def _refund_of(value: dict[str, Any]) -> OrderRefund:
    return OrderRefund(
        id=UUID(value["id"]),
        amount=Money(amount=value["amount"], currency=value["currency"]),
        attempts=value["attempts"],
        at=None if value["at"] is None else datetime.fromisoformat(value["at"]),
    )


ORDER: Final = Mapper(
    orders,
    Order,
    amount=Columns("amount", "currency"),
    settled=Columns("settled_amount", "currency"),
    returned=Columns("returned_amount", "currency"),
    invoice=INVOICE,
    refund=Converted("refund", write=_refund_json, read=_refund_of),
    fixed=(
        "kind",
        "subject_id",
        "offer_id",
        "plan_id",
        "period",
        "customer_id",
        "currency",
        "amount",
        "expires_at",
        "created_at",
    ),
)
_o: Final = orders.c
_id: Final = bindparam("order_id", type_=_o.id.type)
_after: Final = if_given("after", _o.id, _o.id < bindparam("after", type_=_o.id.type))
_most: Final[BindParameter[int]] = bindparam("most")
_ALL: Final = select(*ORDER.columns)
_GET: Final = Statement(_ALL.where(_o.id == _id))
_LOCK: Final = Statement(_ALL.where(_o.id == _id).with_for_update())
_LOCK_OF: Final = Statement(_ALL.where(_o.subject_id == bindparam("subject_id")).with_for_update())
_NEXT_RECEIPT: Final = Statement(select(func.coalesce(func.max(_o.receipt_sequence), 0) + 1))
_BY_INVOICE: Final = Statement(_ALL.where(_o.invoice_reference == bindparam("reference")))
_OF_INVOICES: Final = Statement(
    _ALL.where(_o.gateway == bindparam("gateway"), _o.invoice_reference == func.any(bindparam("references"))).order_by(
        _o.id
    )
)
_OF_CUSTOMER: Final = Statement(
    _ALL.where(_o.customer_id == bindparam("customer_id"), _after).order_by(_o.id.desc()).limit(_most)
)
_REFUND_AT: Final = _o.refund["at"].astext
_BY_TRANSFER: Final = Statement(
    _ALL.where(_o.refund.is_not(None), _REFUND_AT.is_(None), _after).order_by(_o.id.desc()).limit(_most)
)
_TO_REFUND: Final = Statement(
    select(_o.id)
    .where(_o.refund.is_not(None), _REFUND_AT.is_not(None), _REFUND_AT.cast(_o.created_at.type) <= bindparam("now"))
    .order_by(_o.id)
    .limit(_most)
)
_TO_EXPIRE: Final = Statement(
    select(_o.id)
    .where(_o.status == OrderStatus.PENDING.value, _o.expires_at <= bindparam("now"))
    .order_by(_o.expires_at, _o.id)
    .limit(_most)
)


class PostgresOrders(VersionedRows[Order], Orders):
    """`Orders` in the table `orders`."""

    rows = Rows(ORDER, "the order")

    async def lock(self, order_id: OrderId) -> Order | None:
        return await self._work.first(ORDER.read, _LOCK, order_id=order_id)

    async def lock_of(self, subject_id: UUID) -> Order | None:
        return await self._work.first(ORDER.read, _LOCK_OF, subject_id=subject_id)

    async def next_receipt_number(self) -> int:
        return await count_under_lock(self._work, "receipts of orders", _NEXT_RECEIPT)


class PostgresOrderReads(WithWork, OrderReads):
    """`OrderReads` of the table `orders`."""

    async def get(self, order_id: OrderId) -> Order | None:
        return await self._work.first(ORDER.read, _GET, order_id=order_id)

    async def by_invoice(self, reference: str) -> Order | None:
        return await self._work.first(ORDER.read, _BY_INVOICE, reference=reference)

    async def of_invoices(self, gateway: str, references: Sequence[str]) -> Sequence[Order]:
        return await self._work.each(ORDER.read, _OF_INVOICES, gateway=gateway, references=list(references))

    async def of_customer(self, customer_id: UserId, after: OrderId | None, limit: int) -> Sequence[Order]:
        return await self._work.each(ORDER.read, _OF_CUSTOMER, customer_id=customer_id, after=after, most=limit)

    async def by_transfer(self, after: OrderId | None, limit: int) -> Sequence[Order]:
        return await self._work.each(ORDER.read, _BY_TRANSFER, after=after, most=limit)

    async def to_refund(self, now: datetime, limit: int) -> Sequence[OrderId]:
        return await self._work.each(lambda row: OrderId(row[0]), _TO_REFUND, now=now, most=limit)

    async def to_expire(self, now: datetime, limit: int) -> Sequence[OrderId]:
        return await self._work.each(lambda row: OrderId(row[0]), _TO_EXPIRE, now=now, most=limit)
