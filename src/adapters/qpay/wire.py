"""What goes over the wire: the documents of the merchant API v2, read with distrust and without a float.

Unknown fields are ignored, and numbers may come as strings: QPay mixes both. An answer that lacks something, or has it
in a form that nothing can be made of, is an `UnusableResponse`, whose text never quotes it: it may hold what is secret.
"""

import re
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar

import msgspec

from adapters.http_responses import UnusableResponse
from booking_domain.shared.money import Money

CURRENCY: Final = "MNT"
"""QPay knows no other."""
REFERENCE: Final = r"\A[A-Za-z0-9-]{1,64}\Z"
"""An invoice id: a UUID, as far as anybody has seen."""
PAGE_LIMIT: Final = 100
_LARGEST_AMOUNT: Final = Decimal(10) ** 15
_MONGO: Final = Decimal("0.01")
_CODE: Final = re.compile(r"[A-Za-z0-9_]{1,60}")
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")

AnswerT = TypeVar("AnswerT")


class InvoiceRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /invoice`. No expiry: what is paid too late must still arrive, to be kept or given back."""

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


class TokenAnswer(msgspec.Struct, frozen=True):
    access_token: Annotated[str, msgspec.Meta(pattern=r"\A[!-~]+\Z")]
    """Fit for a header."""
    expires_in: Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class Link(msgspec.Struct, frozen=True):
    """Opens a bank's app; some documents call `link` by its other name."""

    name: str | None = None
    link: str | None = None
    deep_link: str | None = msgspec.field(name="qPay_deeplink", default=None)


class InvoiceAnswer(msgspec.Struct, frozen=True):
    invoice_id: Annotated[str, msgspec.Meta(pattern=REFERENCE)]
    qr_text: Annotated[str, msgspec.Meta(min_length=1)]
    qr_image: str | None = None
    short_url: str | None = msgspec.field(name="qPay_shortUrl", default=None)
    urls: list[Link] | None = None


class PaymentRow(msgspec.Struct, frozen=True):
    payment_id: str | int
    payment_status: str
    payment_amount: Decimal | None = None
    payment_currency: str | None = None


class CheckAnswer(msgspec.Struct, frozen=True):
    rows: list[PaymentRow]
    count: Annotated[int, msgspec.Meta(ge=0)] = 0


class ErrorAnswer(msgspec.Struct, frozen=True):
    """A code, or what is wrong with which field."""

    error: str | dict[str, Any] | None = None


def encode(document: msgspec.Struct) -> bytes:
    """Write a request; an amount becomes a number with the decimals it has."""
    return _ENCODER.encode(document)


def decode(body: bytes, kind: type[AnswerT]) -> AnswerT:
    """Read an answer.

    Raises:
        UnusableResponse: it is no such document.
    """
    try:
        return msgspec.json.decode(body, type=kind, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UnusableResponse(f"no {kind.__name__} in {len(body)} bytes ({type(error).__name__})") from None


def error_code(body: bytes) -> str | None:
    """The code of a refusal, or the names of the fields that are refused; None if there is neither.

    >>> error_code(b'{"error": "SYSTEM_BUSY", "message": "System is busy!"}')
    'SYSTEM_BUSY'
    >>> error_code(b'{"error": {"amount": {"type": "number.base", "message": "?"}}}')
    'fields: amount'
    >>> error_code(b'<html>')
    """
    try:
        error = decode(body, ErrorAnswer).error
    except UnusableResponse:
        return None
    names = [error] if isinstance(error, str) else sorted(error or ())
    if not names or not all(_CODE.fullmatch(name) for name in names):
        return None
    return names[0] if isinstance(error, str) else f"fields: {', '.join(names[:10])}"


def money(amount: Decimal | None) -> Money:
    """Read an amount of tögrög.

    Raises:
        UnusableResponse: it is none, or finer than a möngö.
    """
    if amount is None or not amount.is_finite() or not 0 <= amount <= _LARGEST_AMOUNT:
        raise UnusableResponse("a payment of an impossible amount")
    exact = amount.quantize(_MONGO)
    if exact != amount:
        raise UnusableResponse("a payment of a fraction of a möngö")
    return Money.from_decimal(exact, CURRENCY)
