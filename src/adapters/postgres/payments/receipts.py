"""Receipts and their numbers on PostgreSQL."""

from collections.abc import Sequence
from typing import Any, Final

from psycopg.types.json import Jsonb
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    bindparam,
    case,
    func,
    null,
    or_,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.sql.dml import UpdateBase

from adapters.postgres.bookings.tables import IS_PARTY, bookings
from adapters.postgres.kit.codec import Columns, Converted, Mapper
from adapters.postgres.kit.listing import parameters
from adapters.postgres.kit.metadata import instant, metadata, one_of
from adapters.postgres.kit.personal_data import USER, Kept, NotExported, personal_data
from adapters.postgres.kit.rows import AddedRows, Rows, by_booking
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import WithWork
from booking_domain.payments.receipts import (
    Receipt,
    ReceiptFilter,
    ReceiptKind,
    ReceiptLine,
    ReceiptMethod,
    ReceiptReads,
    Receipts,
)
from booking_domain.shared.ids import BookingId, ProviderId, ReceiptId, UserId
from booking_domain.shared.money import Money


def _clear_names(table: Table, _: ColumnElement[bool]) -> UpdateBase:
    """Clear the names of the erased party, and why more was paid; numbers, amounts and services stay."""

    def blank(column: Column[Any], whose: Column[Any]) -> Any:
        erased = table.c.booking_id.in_(select(bookings.c.id).where(whose == USER))
        return case((erased, null()), else_=column)

    theirs = table.c.booking_id.in_(select(bookings.c.id).where(IS_PARTY))
    values = {
        "customer_name": blank(table.c.customer_name, bookings.c.customer_id),
        "issuer_name": blank(table.c.issuer_name, bookings.c.provider_user_id),
        "issuer_address": blank(table.c.issuer_address, bookings.c.provider_user_id),
        "extra_reason": "",
        "version": table.c.version + 1,
    }
    return update(table).where(theirs).values(values)


receipts: Final = Table(
    "receipts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("booking_id", Uuid, ForeignKey("bookings.id"), nullable=False, index=True),
    Column("issuer_id", Uuid, ForeignKey("providers.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    # The payment, refund or desk payment.
    Column("source", Uuid, nullable=False),
    Column("method", Text, nullable=False),
    Column("reference", Text),
    Column("corrects", ARRAY(Integer), nullable=False),
    Column("issuer_name", Text),
    Column("issuer_address", Text),
    Column("customer_name", Text),
    Column("language", Text, nullable=False),
    Column("booking_reference", Text, nullable=False),
    instant("starts_at"),
    instant("ends_at"),
    Column("time_zone", Text, nullable=False),
    Column("lines", JSONB, nullable=False),
    # What was taken off, as lines.
    Column("discounts", JSONB, nullable=False, server_default=sql("'[]'::jsonb")),
    Column("currency", Text, nullable=False),
    Column("price_amount", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("tip_amount", BigInteger, nullable=False, server_default=sql("0")),
    Column("extra_amount", BigInteger, nullable=False, server_default=sql("0")),
    Column("extra_reason", Text, nullable=False, server_default=sql("''")),
    Column("version", Integer, nullable=False),
    instant("issued_at"),
    one_of("kind", ReceiptKind),
    one_of("method", ReceiptMethod),
    CheckConstraint("amount > 0", name="amount"),
    Index("receipts_number_key", "issuer_id", "kind", "sequence", unique=True),
    info=personal_data("booking_id", erase=_clear_names, handover=Kept("accounting"), export="bookings"),
)
receipt_numbers: Final = Table(
    "receipt_numbers",
    metadata,
    Column("issuer_id", Uuid, ForeignKey("providers.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("last", Integer, nullable=False),
    one_of("kind", ReceiptKind),
    CheckConstraint("last > 0", name="last"),
    info=personal_data(
        "issuer_id",
        erase=Kept("accounting: numbers of receipts have no gaps"),
        handover=Kept("accounting: numbers of receipts have no gaps"),
        export=NotExported("the receipts show their numbers"),
    ),
)


def _lines_json(lines: tuple[ReceiptLine, ...]) -> Jsonb:
    return Jsonb(
        [{"name": each.name, "currency": each.price.currency, "price_amount": each.price.amount} for each in lines]
    )


def _lines_of(rows: list[dict[str, Any]]) -> tuple[ReceiptLine, ...]:
    return tuple(
        ReceiptLine(name=row["name"], price=Money(amount=row["price_amount"], currency=row["currency"])) for row in rows
    )


RECEIPT: Final = Mapper(
    receipts,
    Receipt,
    span=Columns("starts_at", "ends_at"),
    lines=Converted("lines", write=_lines_json, read=_lines_of),
    discounts=Converted("discounts", write=_lines_json, read=_lines_of),
    price=Columns("price_amount", "currency"),
    amount=Columns("amount", "currency"),
    tip=Columns("tip_amount", "currency"),
    extra=Columns("extra_amount", "currency"),
)
_t: Final = receipts.c
_ONE: Final = Statement(select(*RECEIPT.columns).where(_t.id == bindparam("receipt_id")))
_OLDEST_FIRST: Final = select(*RECEIPT.columns).order_by(_t.issued_at, _t.id)
_OF_BOOKING: Final = Statement(_OLDEST_FIRST.where(_t.booking_id == bindparam("booking_id")))
_OF_EACH_BOOKING: Final = Statement(_OLDEST_FIRST.where(_t.booking_id == func.any(bindparam("booking_ids"))))
_PARTY: Final = bindparam("party_id", type_=bookings.c.id.type)
_PAGE: Final = Statement(
    select(*RECEIPT.columns)
    .select_from(receipts.join(bookings, bookings.c.id == _t.booking_id))
    .where(
        or_(bookings.c.customer_id == _PARTY, bookings.c.provider_user_id == _PARTY),
        if_given("issuer_id", _t.issuer_id, _t.issuer_id == bindparam("issuer_id")),
        if_given("kind", _t.kind, _t.kind == bindparam("kind")),
        if_given("at_from", _t.issued_at, _t.issued_at >= bindparam("at_from")),
        if_given("at_before", _t.issued_at, _t.issued_at < bindparam("at_before")),
        if_given("after", _t.id, _t.id < bindparam("after")),
    )
    .order_by(_t.id.desc())
    .limit(bindparam("most"))
)
_REMOVE_CUSTOMER: Final = Statement(
    update(receipts)
    .where(_t.booking_id == func.any(bindparam("booking_ids")))
    .values(customer_name=null(), version=_t.version + 1)
)
_NEXT_NUMBER: Final = Statement(
    insert(receipt_numbers)
    .values(issuer_id=bindparam("issuer_id"), kind=bindparam("kind"), last=sql("1"))
    .on_conflict_do_update(
        index_elements=[receipt_numbers.c.issuer_id, receipt_numbers.c.kind],
        set_={"last": receipt_numbers.c.last + 1},
    )
    .returning(receipt_numbers.c.last)
)


class PostgresReceiptReads(WithWork, ReceiptReads):
    """`ReceiptReads` of the table `receipts`."""

    async def get(self, receipt_id: ReceiptId) -> Receipt | None:
        return await self._work.first(RECEIPT.read, _ONE, receipt_id=receipt_id)

    async def page(self, party_id: UserId, criteria: ReceiptFilter) -> list[Receipt]:
        return await self._work.each(RECEIPT.read, _PAGE, **parameters(criteria), party_id=party_id)

    async def of_booking(self, booking_id: BookingId) -> list[Receipt]:
        return await self._work.each(RECEIPT.read, _OF_BOOKING, booking_id=booking_id)

    async def of_each_booking(self, booking_ids: Sequence[BookingId]) -> dict[BookingId, list[Receipt]]:
        found = await self._work.each(RECEIPT.read, _OF_EACH_BOOKING, booking_ids=list(booking_ids))
        return by_booking(found, booking_ids)


class PostgresReceipts(AddedRows[Receipt], Receipts):
    """`Receipts` in the tables `receipts` and `receipt_numbers`."""

    rows = Rows(RECEIPT)

    async def next_number(self, issuer_id: ProviderId, kind: ReceiptKind) -> int:
        row = await self._work.one(_NEXT_NUMBER, issuer_id=issuer_id, kind=kind.value)
        assert row is not None  # noqa: S101 - the statement always returns the row
        return int(row[0])

    async def of_booking(self, booking_id: BookingId) -> list[Receipt]:
        return await self._work.each(RECEIPT.read, _OF_BOOKING, booking_id=booking_id)

    async def remove_customer(self, booking_ids: Sequence[BookingId]) -> None:
        await self._work.execute(_REMOVE_CUSTOMER, booking_ids=list(booking_ids))
