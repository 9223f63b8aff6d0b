"""Payments on PostgreSQL."""

from collections.abc import Sequence
from typing import Any, Final

from psycopg.types.json import Jsonb
from sqlalchemy import bindparam, func, insert, select, update

from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Row, Work
from adapters.postgres.payments.tables import payments
from booking_domain.payments.model import DeepLink, Invoice, Payment, Purpose
from booking_domain.payments.ports import PaymentReads, Payments
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.shared.ids import BookingId, PaymentId, UserId
from booking_domain.shared.money import Money

_t: Final = payments.c
_CHANGING: Final = (
    "status",
    "settled_amount",
    "attempt",
    "preparing_since",
    "invoice_reference",
    "invoice",
    "raw_payload",
    "checked_at",
    "processed_at",
    "version",
)
_ADD: Final = Statement(insert(payments))
_SAVE: Final = Statement(
    update(payments)
    .where(_t.id == bindparam("payment_id"), _t.version == bindparam("seen_version"))
    .values({name: bindparam(name) for name in _CHANGING})
)
_ONE: Final = Statement(select(payments).where(_t.id == bindparam("payment_id")))
_BY_INVOICE: Final = Statement(select(payments).where(_t.invoice_reference == bindparam("reference")))
_PENDING: Final = Statement(
    select(payments).where(
        _t.booking_id == bindparam("booking_id"),
        _t.purpose == bindparam("purpose"),
        _t.status == PaymentStatus.PENDING.value,
    )
)
_OLDEST_FIRST: Final = select(payments).order_by(_t.created_at, _t.id)
_OF_BOOKING: Final = Statement(_OLDEST_FIRST.where(_t.booking_id == bindparam("booking_id")))
_OF_EACH_BOOKING: Final = Statement(_OLDEST_FIRST.where(_t.booking_id == func.any(bindparam("booking_ids"))))


def _row_of(payment: Payment) -> dict[str, Any]:
    invoice = payment.invoice
    return {
        "id": payment.id,
        "booking_id": payment.booking_id,
        "customer_id": payment.customer_id,
        "purpose": payment.purpose.value,
        "gateway": payment.gateway,
        "status": payment.status.value,
        "currency": payment.amount.currency,
        "amount": payment.amount.amount,
        "settled_amount": payment.settled.amount,
        "attempt": payment.attempt,
        "preparing_since": payment.preparing_since,
        "invoice_reference": None if invoice is None else invoice.reference,
        "invoice": None if invoice is None else _invoice_json(invoice),
        "raw_payload": payment.raw_payload,
        "expires_at": payment.expires_at,
        "checked_at": payment.checked_at,
        "processed_at": payment.processed_at,
        "version": payment.version,
        "created_at": payment.created_at,
    }


def _invoice_json(invoice: Invoice) -> Jsonb:
    return Jsonb(
        {
            "qrText": invoice.qr_text,
            "qrImage": invoice.qr_image,
            "checkoutUrl": invoice.checkout_url,
            "deepLinks": [[each.name, each.link] for each in invoice.deep_links],
        }
    )


def _invoice_of(reference: str, value: dict[str, Any]) -> Invoice:
    return Invoice(
        reference=reference,
        qr_text=value["qrText"],
        qr_image=value["qrImage"],
        checkout_url=value["checkoutUrl"],
        deep_links=tuple(DeepLink(name=name, link=link) for name, link in value["deepLinks"]),
    )


def payment_of(row: Row) -> Payment:
    """The payment of a row."""
    r = dict(zip(_t.keys(), row, strict=True))
    return Payment(
        id=PaymentId(r["id"]),
        booking_id=BookingId(r["booking_id"]),
        customer_id=UserId(r["customer_id"]),
        purpose=Purpose(r["purpose"]),
        gateway=r["gateway"],
        status=PaymentStatus(r["status"]),
        amount=Money(amount=r["amount"], currency=r["currency"]),
        settled=Money(amount=r["settled_amount"], currency=r["currency"]),
        attempt=r["attempt"],
        preparing_since=r["preparing_since"],
        invoice=None if r["invoice"] is None else _invoice_of(r["invoice_reference"], r["invoice"]),
        raw_payload=r["raw_payload"],
        expires_at=r["expires_at"],
        checked_at=r["checked_at"],
        processed_at=r["processed_at"],
        version=r["version"],
        created_at=r["created_at"],
    )


class PostgresPaymentReads(PaymentReads):
    """`PaymentReads` of the table `payments`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def get(self, payment_id: PaymentId) -> Payment | None:
        row = await self._work.one(_ONE, payment_id=payment_id)
        return None if row is None else payment_of(row)

    async def by_invoice(self, reference: str) -> Payment | None:
        row = await self._work.one(_BY_INVOICE, reference=reference)
        return None if row is None else payment_of(row)

    async def of_booking(self, booking_id: BookingId) -> list[Payment]:
        return [payment_of(row) for row in await self._work.all(_OF_BOOKING, booking_id=booking_id)]

    async def of_each_booking(self, booking_ids: Sequence[BookingId]) -> dict[BookingId, list[Payment]]:
        found: dict[BookingId, list[Payment]] = {booking_id: [] for booking_id in booking_ids}
        for row in await self._work.all(_OF_EACH_BOOKING, booking_ids=list(booking_ids)):
            payment = payment_of(row)
            found[payment.booking_id].append(payment)
        return found


class PostgresPayments(PostgresPaymentReads, Payments):
    """`Payments` in the table `payments`."""

    async def add(self, payment: Payment) -> None:
        await self._work.execute(_ADD, **_row_of(payment))

    async def save(self, payment: Payment, *, was: Payment) -> None:
        row = _row_of(payment)
        changing = {name: row[name] for name in _CHANGING}
        await self._work.update_one("payment", _SAVE, payment_id=was.id, seen_version=was.version, **changing)

    async def pending(self, booking_id: BookingId, purpose: Purpose) -> Payment | None:
        row = await self._work.one(_PENDING, booking_id=booking_id, purpose=purpose.value)
        return None if row is None else payment_of(row)
