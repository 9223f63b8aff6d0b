"""Request and response documents of the merchant API v2, validated and parsed without floats.

Unknown fields are ignored, and numbers may be strings: QPay mixes both. A missing or malformed field raises
`UnusableResponse`, whose text never quotes the response: it may contain secrets.
"""

import re
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar

import msgspec

from adapters.kit.http_responses import UnusableResponse
from booking_domain.shared.money import Money

CURRENCY: Final = "MNT"
"""The only currency that QPay supports."""
REFERENCE: Final = r"\A[A-Za-z0-9-]{1,64}\Z"
"""An invoice id. All observed ids are UUIDs; QPay documents no format."""
PAGE_LIMIT: Final = 100
_MAX_AMOUNT: Final = Decimal(10) ** 15
_MONGO: Final = Decimal("0.01")
_ERROR_CODE: Final = re.compile(r"[A-Za-z0-9_]{1,60}")
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")

DocumentT = TypeVar("DocumentT")


class InvoiceRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /invoice`. Without expiry: a late payment must still arrive, to be kept or refunded."""

    invoice_code: str
    sender_invoice_no: str
    invoice_receiver_code: str = "terminal"
    invoice_description: str
    amount: Decimal
    callback_url: str
    allow_partial: bool = False
    allow_exceed: bool = False


class Offset(msgspec.Struct, frozen=True, kw_only=True):
    page_number: int
    page_limit: int = PAGE_LIMIT


class CheckRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /payment/check`."""

    object_type: str = "INVOICE"
    object_id: str
    offset: Offset


class TokenResponse(msgspec.Struct, frozen=True):
    access_token: Annotated[str, msgspec.Meta(pattern=r"\A[!-~]+\Z")]
    """Visible ASCII, safe in an HTTP header."""
    expires_in: Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class Link(msgspec.Struct, frozen=True):
    """Opens a bank's app; some of QPay's documentation names the field `qPay_deeplink`."""

    name: str | None = None
    link: str | None = None
    deep_link: str | None = msgspec.field(name="qPay_deeplink", default=None)


class InvoiceResponse(msgspec.Struct, frozen=True):
    invoice_id: Annotated[str, msgspec.Meta(pattern=REFERENCE)]
    qr_text: Annotated[str, msgspec.Meta(min_length=1)]
    qr_image: str | None = None
    short_url: str | None = msgspec.field(name="qPay_shortUrl", default=None)
    urls: list[Link] | None = None


class InvoiceDocument(msgspec.Struct, frozen=True):
    """`GET /invoice/{id}`."""

    sender_invoice_no: str
    invoice_status: str | None = None


class PaymentRow(msgspec.Struct, frozen=True):
    payment_id: str | int
    payment_status: str
    payment_amount: Decimal | None = None
    payment_currency: str | None = None
    payment_type: str | None = None


class RefundRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`DELETE /payment/refund/{payment_id}`."""

    note: str


class ListRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /payment/list`; `object_id` is the invoice code, and both dates are inclusive."""

    object_type: str = "INVOICE"
    object_id: str
    start_date: str
    end_date: str
    offset: Offset


class ListRow(msgspec.Struct, frozen=True):
    payment_id: str | int
    payment_status: str
    payment_amount: Decimal | None = None
    payment_currency: str | None = None
    payment_date: str | None = None
    object_id: str | None = None


class ListResponse(msgspec.Struct, frozen=True):
    rows: list[ListRow]
    count: Annotated[int, msgspec.Meta(ge=0)] = 0


class CheckResponse(msgspec.Struct, frozen=True):
    rows: list[PaymentRow]
    count: Annotated[int, msgspec.Meta(ge=0)] = 0


class ErrorResponse(msgspec.Struct, frozen=True):
    """`error` is a code, or an object of errors by field."""

    error: str | dict[str, Any] | None = None


def encode(document: msgspec.Struct) -> bytes:
    """Encode a request; an amount is a JSON number with its exact decimals."""
    return _ENCODER.encode(document)


def decode(body: bytes, kind: type[DocumentT]) -> DocumentT:
    """Decode a response.

    Raises:
        UnusableResponse: the body is not such a document.
    """
    try:
        return msgspec.json.decode(body, type=kind, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UnusableResponse(f"no {kind.__name__} in {len(body)} bytes ({type(error).__name__})") from None


def error_code(body: bytes) -> str | None:
    """The error code, or the names of the rejected fields; None if there is neither.

    >>> error_code(b'{"error": "SYSTEM_BUSY", "message": "System is busy!"}')
    'SYSTEM_BUSY'
    >>> error_code(b'{"error": {"amount": {"type": "number.base", "message": "?"}}}')
    'fields: amount'
    >>> error_code(b'<html>')
    """
    try:
        error = decode(body, ErrorResponse).error
    except UnusableResponse:
        return None
    names = [error] if isinstance(error, str) else sorted(error or ())
    if not names or not all(_ERROR_CODE.fullmatch(name) for name in names):
        return None
    return names[0] if isinstance(error, str) else f"fields: {', '.join(names[:10])}"


def money(amount: Decimal | None) -> Money:
    """Convert an amount in tögrög.

    Raises:
        UnusableResponse: the amount is missing, out of range, or has a fraction of a möngö.
    """
    if amount is None or not amount.is_finite() or not 0 <= amount <= _MAX_AMOUNT:
        raise UnusableResponse("a payment with an invalid amount")
    exact = amount.quantize(_MONGO)
    if exact != amount:
        raise UnusableResponse("a payment with a fraction of a möngö")
    return Money.from_decimal(exact, CURRENCY)
