"""Payments on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from psycopg.types.json import Jsonb
from sqlalchemy import and_, bindparam, func, or_, select

from adapters.postgres.kit.codec import Columns, Converted, Mapper
from adapters.postgres.kit.rows import Rows, VersionedRows, by_booking
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import WithWork
from adapters.postgres.payments.tables import payments
from booking_domain.payments.model import DeepLink, Invoice, Payment, Purpose
from booking_domain.payments.ports import PaymentReads, Payments
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.shared.ids import BookingId, PaymentId


def _invoice_columns(invoice: Invoice) -> tuple[str, Jsonb]:
    links = [[each.name, each.link] for each in invoice.deep_links]
    content: dict[str, Any] = {
        "qrText": invoice.qr_text,
        "qrImage": invoice.qr_image,
        "checkoutUrl": invoice.checkout_url,
        "deepLinks": links,
    }
    if invoice.client_secret:
        content["clientSecret"] = invoice.client_secret
    return invoice.reference, Jsonb(content)


def _invoice_of(reference: str, value: dict[str, Any]) -> Invoice:
    return Invoice(
        reference=reference,
        qr_text=value["qrText"],
        qr_image=value["qrImage"],
        checkout_url=value["checkoutUrl"],
        deep_links=tuple(DeepLink(name=name, link=link) for name, link in value["deepLinks"]),
        client_secret=value.get("clientSecret", ""),
    )


INVOICE: Final = Converted("invoice_reference", "invoice", write=_invoice_columns, read=_invoice_of)
PAYMENT: Final = Mapper(
    payments,
    Payment,
    amount=Columns("amount", "currency"),
    settled=Columns("settled_amount", "currency"),
    returned=Columns("returned_amount", "currency"),
    authorised=Columns("authorised_amount", "currency"),
    invoice=INVOICE,
    fixed=(
        "booking_id",
        "customer_id",
        "purpose",
        "gateway",
        "currency",
        "amount",
        "authorise",
        "expires_at",
        "created_at",
    ),
)
_t: Final = payments.c
_ONE: Final = Statement(select(*PAYMENT.columns).where(_t.id == bindparam("payment_id")))
_BY_INVOICE: Final = Statement(select(*PAYMENT.columns).where(_t.invoice_reference == bindparam("reference")))
_PENDING: Final = Statement(
    select(*PAYMENT.columns).where(
        _t.booking_id == bindparam("booking_id"),
        _t.purpose == bindparam("purpose"),
        _t.status == PaymentStatus.PENDING.value,
    )
)
_OLDEST_FIRST: Final = select(*PAYMENT.columns).order_by(_t.created_at, _t.id)
_OF_BOOKING: Final = Statement(_OLDEST_FIRST.where(_t.booking_id == bindparam("booking_id")))
_OF_EACH_BOOKING: Final = Statement(_OLDEST_FIRST.where(_t.booking_id == func.any(bindparam("booking_ids"))))
_OF_INVOICES: Final = Statement(
    _OLDEST_FIRST.where(_t.gateway == bindparam("gateway"), _t.invoice_reference == func.any(bindparam("references")))
)
_SETTLED_BETWEEN: Final = Statement(
    _OLDEST_FIRST.where(
        _t.gateway == bindparam("gateway"),
        _t.processed_at.is_not(None),
        or_(
            and_(
                _t.authorised_at.is_(None),
                _t.processed_at >= bindparam("from_time"),
                _t.processed_at < bindparam("until"),
            ),
            and_(_t.authorised_at >= bindparam("from_time"), _t.authorised_at < bindparam("until")),
        ),
    )
)
_TO_CAPTURE: Final = Statement(
    select(_t.booking_id)
    .where(_t.capture_at <= bindparam("now"))
    .group_by(_t.booking_id)
    .order_by(func.min(_t.capture_at), _t.booking_id)
    .limit(bindparam("most"))
)


class PostgresPaymentReads(WithWork, PaymentReads):
    """`PaymentReads` of the table `payments`."""

    async def get(self, payment_id: PaymentId) -> Payment | None:
        return await self._work.first(PAYMENT.read, _ONE, payment_id=payment_id)

    async def by_invoice(self, reference: str) -> Payment | None:
        return await self._work.first(PAYMENT.read, _BY_INVOICE, reference=reference)

    async def of_booking(self, booking_id: BookingId) -> list[Payment]:
        return await self._work.each(PAYMENT.read, _OF_BOOKING, booking_id=booking_id)

    async def of_each_booking(self, booking_ids: Sequence[BookingId]) -> dict[BookingId, list[Payment]]:
        found = await self._work.each(PAYMENT.read, _OF_EACH_BOOKING, booking_ids=list(booking_ids))
        return by_booking(found, booking_ids)

    async def of_invoices(self, gateway: str, references: Sequence[str]) -> list[Payment]:
        return await self._work.each(PAYMENT.read, _OF_INVOICES, gateway=gateway, references=list(references))

    async def settled_between(self, gateway: str, start: datetime, end: datetime) -> list[Payment]:
        return await self._work.each(PAYMENT.read, _SETTLED_BETWEEN, gateway=gateway, from_time=start, until=end)

    async def to_capture(self, now: datetime, limit: int) -> list[BookingId]:
        return await self._work.each(lambda row: BookingId(row[0]), _TO_CAPTURE, now=now, most=limit)


class PostgresPayments(VersionedRows[Payment], PostgresPaymentReads, Payments):
    """`Payments` in the table `payments`."""

    rows = Rows(PAYMENT, "payment")

    async def pending(self, booking_id: BookingId, purpose: Purpose) -> Payment | None:
        return await self._work.first(PAYMENT.read, _PENDING, booking_id=booking_id, purpose=purpose.value)
