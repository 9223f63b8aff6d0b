"""Stored invoices."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from simulators.qpay.state.store import Store


class InvoiceStatus(StrEnum):
    """QPay merchant API v2; CLOSED means paid."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"
    CANCELED = "CANCELED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """`amount` is in möngö; `request` is the merchant's JSON; times are Unix seconds."""

    invoice_id: str
    sender_invoice_no: str
    description: str
    amount: int
    callback_url: str | None
    expires_at: float | None
    created_at: float
    request: str
    qr_text: str
    status: InvoiceStatus = InvoiceStatus.OPEN


class Invoices:
    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, invoice: Invoice) -> None:
        self._store.insert("invoices", **asdict(invoice))

    def get(self, invoice_id: str) -> Invoice | None:
        row = self._store.one("SELECT * FROM invoices WHERE invoice_id = :invoice_id", invoice_id=invoice_id)
        return None if row is None else _invoice(dict(row))

    def of_sender(self, sender_invoice_no: str) -> list[Invoice]:
        """Return every invoice with that number, oldest first; QPay allows duplicates."""
        rows = self._store.all(
            "SELECT * FROM invoices WHERE sender_invoice_no = :number ORDER BY rowid", number=sender_invoice_no
        )
        return [_invoice(dict(row)) for row in rows]

    def every(self) -> list[Invoice]:
        return [_invoice(dict(row)) for row in self._store.all("SELECT * FROM invoices ORDER BY rowid")]

    def set_status(self, invoice_id: str, status: InvoiceStatus) -> None:
        self._store.execute(
            "UPDATE invoices SET status = :status WHERE invoice_id = :invoice_id", status=status, invoice_id=invoice_id
        )


def _invoice(row: dict[str, Any]) -> Invoice:
    return Invoice(**{**row, "status": InvoiceStatus(row["status"])})
