"""Transactions on PostgreSQL."""

from typing import Any, Final

from psycopg.types.json import Jsonb
from sqlalchemy import bindparam, insert, select, update

from adapters.postgres.statements import Statement
from adapters.postgres.tables import transactions
from adapters.postgres.work import Row, Work
from booking_domain.payments.model import DeepLink, Invoice, Purpose, Transaction
from booking_domain.payments.ports import Transactions
from booking_domain.payments.transitions import TransactionStatus
from booking_domain.shared.ids import BookingId, TransactionId, UserId
from booking_domain.shared.money import Money

_t: Final = transactions.c
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
_ADD: Final = Statement(insert(transactions))
_SAVE: Final = Statement(
    update(transactions)
    .where(_t.id == bindparam("transaction_id"), _t.version == bindparam("seen_version"))
    .values({name: bindparam(name) for name in _CHANGING})
)
_ONE: Final = Statement(select(transactions).where(_t.id == bindparam("transaction_id")))
_BY_INVOICE: Final = Statement(select(transactions).where(_t.invoice_reference == bindparam("reference")))
_PENDING: Final = Statement(
    select(transactions).where(
        _t.booking_id == bindparam("booking_id"),
        _t.purpose == bindparam("purpose"),
        _t.status == TransactionStatus.PENDING.value,
    )
)
_OF_BOOKING: Final = Statement(
    select(transactions).where(_t.booking_id == bindparam("booking_id")).order_by(_t.created_at, _t.id)
)


def _row_of(transaction: Transaction) -> dict[str, Any]:
    invoice = transaction.invoice
    return {
        "id": transaction.id,
        "booking_id": transaction.booking_id,
        "customer_id": transaction.customer_id,
        "purpose": transaction.purpose.value,
        "gateway": transaction.gateway,
        "status": transaction.status.value,
        "currency": transaction.amount.currency,
        "amount": transaction.amount.amount,
        "settled_amount": transaction.settled.amount,
        "attempt": transaction.attempt,
        "preparing_since": transaction.preparing_since,
        "invoice_reference": None if invoice is None else invoice.reference,
        "invoice": None if invoice is None else _invoice_json(invoice),
        "raw_payload": transaction.raw_payload,
        "expires_at": transaction.expires_at,
        "checked_at": transaction.checked_at,
        "processed_at": transaction.processed_at,
        "version": transaction.version,
        "created_at": transaction.created_at,
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


def transaction_of(row: Row) -> Transaction:
    """The transaction of a row."""
    r = dict(zip(_t.keys(), row, strict=True))
    return Transaction(
        id=TransactionId(r["id"]),
        booking_id=BookingId(r["booking_id"]),
        customer_id=UserId(r["customer_id"]),
        purpose=Purpose(r["purpose"]),
        gateway=r["gateway"],
        status=TransactionStatus(r["status"]),
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


class PostgresTransactions(Transactions):
    """`Transactions` in the table `transactions`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, transaction: Transaction) -> None:
        await self._work.send(_ADD, **_row_of(transaction))

    async def save(self, transaction: Transaction, *, was: Transaction) -> None:
        row = _row_of(transaction)
        changing = {name: row[name] for name in _CHANGING}
        await self._work.change_one("payment", _SAVE, transaction_id=was.id, seen_version=was.version, **changing)

    async def get(self, transaction_id: TransactionId) -> Transaction | None:
        row = await self._work.one(_ONE, transaction_id=transaction_id)
        return None if row is None else transaction_of(row)

    async def pending(self, booking_id: BookingId, purpose: Purpose) -> Transaction | None:
        row = await self._work.one(_PENDING, booking_id=booking_id, purpose=purpose.value)
        return None if row is None else transaction_of(row)

    async def of_booking(self, booking_id: BookingId) -> list[Transaction]:
        return [transaction_of(row) for row in await self._work.all(_OF_BOOKING, booking_id=booking_id)]

    async def by_invoice(self, reference: str) -> Transaction | None:
        """The one with the gateway's id of its invoice."""
        row = await self._work.one(_BY_INVOICE, reference=reference)
        return None if row is None else transaction_of(row)
