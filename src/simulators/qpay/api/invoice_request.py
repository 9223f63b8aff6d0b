"""The request of `POST /invoice`."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from simulators.qpay import money
from simulators.qpay.api.errors import bad_request
from simulators.qpay.api.fields import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRequest:
    """`amount` is in möngö; `expires_at` is Unix seconds, or None if the invoice does not expire."""

    sender_invoice_no: str
    description: str
    amount: int
    callback_url: str | None
    expires_at: float | None


def invoice_request(document: dict[str, Any], *, invoice_code: str) -> InvoiceRequest:
    """Validate the document (QPay merchant API v2, `POST /invoice`).

    Raises:
        InvalidRequest: 400; fields are missing, too long or of the wrong type.
        Refusal: 400 INVOICE_CODE_INVALID, INVALID_AMOUNT or MAX_AMOUNT_ERR.
    """
    fields = Fields(document)
    code = fields.required_text("invoice_code", limit=45)
    sender_invoice_no = fields.required_text("sender_invoice_no", limit=45)
    fields.required_text("invoice_receiver_code", limit=45)
    description = fields.required_text("invoice_description", limit=255)
    callback_url = fields.url("callback_url", limit=255)
    for name, limit in (("sender_branch_code", 45), ("sender_staff_code", 100), ("note", 1000)):
        fields.text(name, limit=limit)
    for name in ("minimum_amount", "maximum_amount"):
        fields.number(name)
    for name in ("allow_partial", "allow_exceed"):
        fields.flag(name)
    expires = fields.flag("enable_expiry")
    expiry_date = fields.instant("expiry_date")
    lines_total = _lines_total(fields, document.get("lines"))
    amount = fields.number("amount")
    if amount is None:
        amount = lines_total
    if amount is None:
        fields.add_error("amount", "any.required", "is required")
    fields.raise_errors()
    if code != invoice_code:
        raise bad_request("INVOICE_CODE_INVALID", "Invoice code is invalid!")
    return InvoiceRequest(
        sender_invoice_no=sender_invoice_no,
        description=description,
        amount=_mongo(amount or Decimal(0)),
        callback_url=callback_url,
        expires_at=expiry_date if expires else None,
    )


def _lines_total(fields: Fields, lines: object) -> Decimal | None:
    if lines is None or lines == []:
        return None
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        fields.add_error("lines", "array.base", "must be an array of objects")
        return None
    total = Decimal(0)
    for line in lines:
        line_fields = Fields(line)
        line_fields.required_text("line_description", limit=255)
        quantity = line_fields.number("line_quantity")
        price = line_fields.number("line_unit_price")
        if quantity is None or price is None:
            line_fields.add_error("line_quantity", "any.required", "and line_unit_price are required numbers")
        line_fields.raise_errors()
        total += (quantity or Decimal(0)) * (price or Decimal(0))
    return total


def _mongo(amount: Decimal) -> int:
    try:
        return money.mongo_from(amount)
    except money.NotAnAmountError as error:
        raise bad_request("INVALID_AMOUNT", "Amount is invalid!") from error
    except money.TooLargeError as error:
        raise bad_request("MAX_AMOUNT_ERR", "Amount is more than maximum value!") from error
