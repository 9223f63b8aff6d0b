"""What `GET /invoice/{id}` answers."""

from typing import Any, Final

from adapters.qpay.simulator import moments, money
from adapters.qpay.simulator.state.invoices import Invoice

_ECHOED: Final = (
    "sender_branch_code",
    "sender_branch_data",
    "sender_staff_code",
    "sender_staff_data",
    "sender_terminal_code",
    "sender_terminal_data",
    "invoice_due_date",
    "note",
)


def invoice_answer(invoice: Invoice, asked: dict[str, Any]) -> dict[str, object]:
    """Return the document, with strings and numbers of money mixed as on live traffic.

    Live traffic also shows one line made from the description where none was sent, and an `expiry_date` that means
    nothing while `enable_expiry` is false.
    """
    total = money.as_text(invoice.amount)
    return {
        "invoice_id": invoice.invoice_id,
        "invoice_status": invoice.status,
        "sender_invoice_no": invoice.sender_invoice_no,
        "invoice_description": invoice.description,
        **{name: asked.get(name) for name in _ECHOED},
        "enable_expiry": invoice.expires_at is not None,
        "expiry_date": moments.as_iso(invoice.created_at if invoice.expires_at is None else invoice.expires_at),
        "allow_partial": asked.get("allow_partial") in (True, "true"),
        "minimum_amount": str(asked.get("minimum_amount") or "0.00"),
        "allow_exceed": asked.get("allow_exceed") in (True, "true"),
        "maximum_amount": str(asked.get("maximum_amount") or "0.00"),
        "total_amount": total,
        "gross_amount": money.as_number(invoice.amount),
        "tax_amount": 0,
        "surcharge_amount": 0,
        "discount_amount": 0,
        "callback_url": invoice.callback_url,
        "lines": asked.get("lines")
        or [{"line_description": invoice.description, "line_quantity": "1.00", "line_unit_price": total, "note": None}],
        "transactions": asked.get("transactions") or [],
        "inputs": [],
    }
