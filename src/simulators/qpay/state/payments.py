"""Stored payments."""

import secrets
import uuid
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from simulators.qpay.state.store import Store


class PaymentStatus(StrEnum):
    """QPay merchant API v2; only PAID counts as received money."""

    NEW = "NEW"
    FAILED = "FAILED"
    PAID = "PAID"
    PARTIAL = "PARTIAL"
    REFUNDED = "REFUNDED"


class Method(StrEnum):
    """P2P is a bank transfer (nearly every QR payment)."""

    P2P = "P2P"
    CARD = "CARD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """`amount` is in möngö and stays positive after a refund; `created_at` is Unix seconds."""

    payment_id: str
    invoice_id: str
    status: PaymentStatus
    amount: int
    method: Method
    created_at: float


def new_payment_id(method: Method) -> str:
    """Return 15 digits for P2P and a UUID for a card (QPay merchant API v2)."""
    if method is Method.CARD:
        return str(uuid.uuid4())
    return str(10**14 + secrets.randbelow(9 * 10**14))


class Payments:
    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, payment: Payment) -> None:
        self._store.insert("payments", **asdict(payment))

    def get(self, payment_id: str) -> Payment | None:
        row = self._store.one("SELECT * FROM payments WHERE payment_id = :payment_id", payment_id=payment_id)
        return None if row is None else _payment(dict(row))

    def of_invoice(self, invoice_id: str) -> list[Payment]:
        rows = self._store.all("SELECT * FROM payments WHERE invoice_id = :id ORDER BY rowid", id=invoice_id)
        return [_payment(dict(row)) for row in rows]

    def between(self, start: float, end: float) -> list[Payment]:
        """Return the payments from `start` to `end`, inclusive, oldest first."""
        rows = self._store.all(
            "SELECT * FROM payments WHERE created_at BETWEEN :start AND :end ORDER BY rowid", start=start, end=end
        )
        return [_payment(dict(row)) for row in rows]

    def set_status(self, payment_id: str, status: PaymentStatus) -> None:
        self._store.execute(
            "UPDATE payments SET status = :status WHERE payment_id = :payment_id", status=status, payment_id=payment_id
        )


def paid_total(payments: list[Payment]) -> int:
    """Sum the PAID payments, in möngö."""
    return sum(payment.amount for payment in payments if payment.status is PaymentStatus.PAID)


def _payment(row: dict[str, Any]) -> Payment:
    return Payment(**{**row, "status": PaymentStatus(row["status"]), "method": Method(row["method"])})
