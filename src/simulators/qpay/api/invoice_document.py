"""The response of `GET /invoice/{id}`."""

from typing import Any, Final

from simulators.qpay import money, timestamps
from simulators.qpay.state.invoices import Invoice

_ECHOED_FIELDS: Final = (
    "sender_branch_code",
    "sender_branch_data",
    "sender_staff_code",
    "sender_staff_data",
    "sender_terminal_code",
    "sender_terminal_data",
    "invoice_due_date",
    "note",
)


def invoice_document(invoice: Invoice, requested: dict[str, Any]) -> dict[str, object]:
    """Build the document, mixing string and numeric amounts as on live traffic.

    As on live traffic, an invoice without lines gets one made from its description, and `expiry_date` is present but
    meaningless while `enable_expiry` is false.
    """
    total = money.as_text(invoice.amount)
    return {
        "invoice_id": invoice.invoice_id,
        "invoice_status": invoice.status,
        "sender_invoice_no": invoice.sender_invoice_no,
        "invoice_description": invoice.description,
        **{name: requested.get(name) for name in _ECHOED_FIELDS},
        "enable_expiry": invoice.expires_at is not None,
        "expiry_date": timestamps.as_iso(invoice.created_at if invoice.expires_at is None else invoice.expires_at),
        "allow_partial": requested.get("allow_partial") in (True, "true"),
        "minimum_amount": str(requested.get("minimum_amount") or "0.00"),
        "allow_exceed": requested.get("allow_exceed") in (True, "true"),
        "maximum_amount": str(requested.get("maximum_amount") or "0.00"),
        "total_amount": total,
        "gross_amount": money.as_number(invoice.amount),
        "tax_amount": 0,
        "surcharge_amount": 0,
        "discount_amount": 0,
        "callback_url": invoice.callback_url,
        "lines": requested.get("lines")
        or [{"line_description": invoice.description, "line_quantity": "1.00", "line_unit_price": total, "note": None}],
        "transactions": requested.get("transactions") or [],
        "inputs": [],
    }
